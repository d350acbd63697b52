"""A mail server on a real socket that follows a script of failures."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Server:
    """A server with one step of a script per mail, and "ok" after the end of the script.

    The steps are ok, busy (451 to the recipient), refuse (550), unavailable (421 and close), hang
    (no response after DATA began), die_before (close at DATA) and die_after (close after the whole
    mail without a response).
    """

    script: Iterator[str]
    received: list[tuple[str, str, bool]] = field(default_factory=list)
    """(address, Message-ID, whether the client heard the response) in order of arrival.

    A client that heard it goes on with a command; one that gave up waiting closes the connection.
    """
    contents: list[bytes] = field(default_factory=list)
    """The mails as they came over the socket."""
    senders: list[str] = field(default_factory=list)
    """The envelope senders of the mails, in the same order."""
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """(address, mail) in order of arrival."""
    port: int = 0

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                try:
                    self._handle(connection, lines)
                except OSError:
                    continue

    def _handle(self, connection: socket.socket, lines) -> None:
        connection.sendall(b"220 here\r\n")
        address, step, is_answered = "", "ok", False
        while line := lines.readline():
            command = line.upper().strip()
            if is_answered:
                self.received[-1] = (*self.received[-1][:2], True)
                is_answered = False
            if command.startswith(b"EHLO"):
                connection.sendall(b"250 here\r\n")
            elif command.startswith(b"MAIL"):
                step = next(self.script, "ok")
                self.senders.append(line.decode().split("<")[1].split(">")[0])
                if step == "unavailable":
                    connection.sendall(b"421 closing\r\n")
                    return
                connection.sendall(b"250 ok\r\n")
            elif command.startswith(b"RCPT"):
                address = line.decode().split("<")[1].split(">")[0]
                error = {"busy": b"451 later\r\n", "refuse": b"550 no\r\n"}.get(step)
                connection.sendall(error or b"250 ok\r\n")
            elif command.startswith(b"DATA"):
                if step == "die_before":
                    return
                connection.sendall(b"354 go\r\n")
                if step == "hang":
                    while lines.readline():
                        continue
                    return
                if not self._receive(lines, address, step):
                    return
                connection.sendall(b"250 taken\r\n")
                is_answered = True
            elif command.startswith(b"QUIT"):
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 ok\r\n")

    def _receive(self, lines, address: str, step: str) -> bool:
        data = b""
        while (line := lines.readline()) != b".\r\n":
            data += line[1:] if line.startswith(b"..") else line
        mail = message_from_bytes(data, policy=default)
        self.contents.append(data)
        self.received.append((address, mail["Message-ID"], False))
        self.mails.append((address, mail))
        return step != "die_after"


@contextmanager
def running_mail_server(script: Iterator[str]) -> Iterator[Server]:
    """Yield a running server and stop it at the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(iter(script), port=listener.getsockname()[1])
    thread = threading.Thread(target=server._serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
