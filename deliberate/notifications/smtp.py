"""Speaking to the mail server: one connection for many mails, and what each refusal means."""

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT = 20.0
"""Seconds a silent server is waited for."""


class TemporaryFailure(Exception):
    """The mail may or may not be through: it is sent again, under the same name."""


class ConnectionLost(TemporaryFailure):
    """The server does not speak at all now; no other mail is tried either."""


class PermanentFailure(Exception):
    """The server refuses this mail for good."""


class Mailer:
    """A connection to the server that smtp://user:word@host:port names (smtps: TLS from the start).

    `?tls=no` speaks in clear, to a server on this machine; STARTTLS is used where it is offered.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
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

    def send(self, mail: EmailMessage) -> None:
        """Send one mail. Raises TryLater, ServerGone or NeverThrough."""
        try:
            self._connected().send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _meaning(code, words) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            raise PermanentFailure(str(error)) from error
        except smtplib.SMTPResponseException as error:
            self._close()
            raise _meaning(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise ConnectionLost(str(error)) from error


def _meaning(code: int, words: bytes | str) -> Exception:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    if code == 421:
        return ConnectionLost(f"{code} {said}")
    kind = PermanentFailure if 500 <= code < 600 else TemporaryFailure
    return kind(f"{code} {said}")
