"""Restart on SIGHUP: the program is read anew while the earlier processes go on serving.

The process replaces itself and keeps its id and the socket. The servers of the new program are
started, then the earlier ones finish their requests and end; no connection is refused meanwhile.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

import click

from deliberate.commands.serving.supervisor import POLL_SECONDS, STOP_SECONDS
from deliberate.commands.startup import bind_port

RELEASE_SECONDS = 2.0
_LISTENER = "SERVE_LISTENER"
_EARLIER = "SERVE_EARLIER_PROCESSES"


def replace_program(listener: socket.socket, pids: Mapping[str, int]) -> None:
    """Run the program on disk in this process, with the socket and the processes of this one."""
    os.set_inheritable(listener.fileno(), True)
    os.environ[_LISTENER] = str(listener.fileno())
    os.environ[_EARLIER] = ",".join(map(str, pids.values()))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # the same program


def inherited_listener() -> socket.socket | None:
    """Return the socket of the program that this one replaced, None at a first start."""
    descriptor = os.environ.pop(_LISTENER, None)
    return socket.socket(fileno=int(descriptor)) if descriptor else None


def bind_soon(host: str, port: int) -> socket.socket:
    """Return a socket bound to the port, which processes of a killed server hold a moment longer.

    Raises ClickException if another program has it.
    """
    deadline = time.monotonic() + RELEASE_SECONDS
    while True:
        try:
            return bind_port(host, port)
        except click.ClickException:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)


def earlier_pids() -> list[int]:
    """Return the processes of the program that this one replaced."""
    return [int(pid) for pid in os.environ.pop(_EARLIER, "").split(",") if pid]


def stop_earlier(pids: list[int]) -> None:
    """Ask the processes of the replaced program to finish, and wait for their end."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for pid in pids:
        while not _has_ended(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
