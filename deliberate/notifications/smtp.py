"""A client of the mail server: one connection for many mails, failures sorted by what to do."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

from deliberate.notifications.channels.adapter import (
    AddressRejected,
    ConnectionLost,
    PermanentFailure,
    TemporaryFailure,
)

TIMEOUT_SECONDS = 20.0
"""Seconds to wait for a response of the server."""


class Mailer:
    """A connection to the server at smtp://user:password@host:port (smtps: TLS from the start).

    STARTTLS is used if the server offers it, unless the URL ends in `?tls=no` (a local server).
    """

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._parts = urlsplit(url)
        self._plain = parse_qs(self._parts.query).get("tls") == ["no"]
        self._timeout = timeout
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> "Mailer":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _t: TracebackType | None,
    ) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):  # every mail has its answer by now
                self._server.quit()
        self._close()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        host, port = self._parts.hostname or "localhost", self._parts.port
        secure = ssl.create_default_context()
        if self._parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port or 465, timeout=self._timeout, context=secure
            )
        else:
            server = smtplib.SMTP(host, port or 25, timeout=self._timeout)
            server.ehlo()
            if not self._plain and server.has_extn("starttls"):
                server.starttls(context=secure)
        if self._parts.username:
            server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        self._server = server
        return server

    def send(self, mail: EmailMessage, return_path: str = "") -> None:
        """Send a mail; failures on the way are reported to `return_path`, else to its sender.

        Raises TemporaryFailure, ConnectionLost or PermanentFailure.
        """
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException, ValueError) as error:  # of the server, no mail
            self._close()
            raise ConnectionLost(str(error)) from error
        try:
            server.send_message(mail, from_addr=return_path or None)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            failure = _failure_for(code, text)
            if isinstance(failure, PermanentFailure):
                raise AddressRejected(str(failure)) from error
            raise failure from error
        except smtplib.SMTPNotSupportedError as error:
            raise PermanentFailure(str(error)) from error
        except smtplib.SMTPResponseException as error:
            self._close()
            raise _failure_for(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise ConnectionLost(str(error)) from error
        except Exception as error:  # headers that cannot be written raise errors of many types
            self._close()
            raise PermanentFailure(f"{type(error).__name__}: {error}") from error


def _failure_for(code: int, text: bytes | str) -> Exception:
    message = text.decode(errors="replace") if isinstance(text, bytes) else text
    if code == 421:
        return ConnectionLost(f"{code} {message}")
    failure = PermanentFailure if 500 <= code < 600 else TemporaryFailure
    return failure(f"{code} {message}")
