"""A mail server on a real socket that does as its script says: takes, fails, hangs, dies."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default


@dataclass
class Server:
    """What it does with each mail, in turn; then "ok". Everything that reached it is in `got`.

    ok · busy (451 to the address) · refuse (550) · away (421, closes) · hang (silent after DATA
    began) · die_before (closes at DATA) · die_after (has the whole mail, closes without a word)
    """

    script: Iterator[str]
    got: list[tuple[str, str, bool]] = field(default_factory=list)
    """(address, Message-ID, whether it was acknowledged) in the order of arrival."""
    port: int = 0

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                try:
                    self._talk(connection, lines)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket, lines) -> None:
        connection.sendall(b"220 here\r\n")
        address, step = "", "ok"
        while line := lines.readline():
            word = line.upper().strip()
            if word.startswith(b"EHLO"):
                connection.sendall(b"250 here\r\n")
            elif word.startswith(b"MAIL"):
                step = next(self.script, "ok")
                if step == "away":
                    connection.sendall(b"421 closing\r\n")
                    return
                connection.sendall(b"250 ok\r\n")
            elif word.startswith(b"RCPT"):
                address = line.decode().split("<")[1].split(">")[0]
                answer = {"busy": b"451 later\r\n", "refuse": b"550 no\r\n"}.get(step)
                connection.sendall(answer or b"250 ok\r\n")
            elif word.startswith(b"DATA"):
                if step == "die_before":
                    return
                connection.sendall(b"354 go\r\n")
                if step == "hang":
                    while lines.readline():
                        continue
                    return
                if not self._take(lines, address, step):
                    return
                connection.sendall(b"250 taken\r\n")
            elif word.startswith(b"QUIT"):
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 ok\r\n")

    def _take(self, lines, address: str, step: str) -> bool:
        data = b""
        while (line := lines.readline()) != b".\r\n":
            data += line
        mail = message_from_bytes(data, policy=default)
        self.got.append((address, mail["Message-ID"], step != "die_after"))
        return step != "die_after"


@contextmanager
def serving(script: Iterator[str]) -> Iterator[Server]:
    """The server, until the block ends."""
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
