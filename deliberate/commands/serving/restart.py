"""Restart on SIGHUP: the program is read anew while the earlier processes go on serving.

The process replaces itself and keeps its id and the socket. The servers of the new program are
started, then the earlier ones finish their requests and end; no connection is refused meanwhile.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping

from deliberate.commands.serving.supervisor import POLL_SECONDS
from deliberate.commands.startup import PortTaken, bind_port

RELEASE_SECONDS = 2.0
_LISTENER = "SERVE_LISTENER"
_EARLIER = "SERVE_EARLIER_PROCESSES"


def replace_program(listener: socket.socket, processes: Mapping[int, str]) -> None:
    """Run the program on disk in this process, with the socket and the processes of this one."""
    os.set_inheritable(listener.fileno(), True)
    os.environ[_LISTENER] = str(listener.fileno())
    os.environ[_EARLIER] = json.dumps(processes)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # the same program


def inherited_listener() -> socket.socket | None:
    """Return the socket of the program that this one replaced, None at a first start."""
    descriptor = os.environ.pop(_LISTENER, None)
    return socket.socket(fileno=int(descriptor)) if descriptor else None


def earlier_processes() -> dict[int, str]:
    """Return the names of the processes of the program that this one replaced, by their ids."""
    named = json.loads(os.environ.pop(_EARLIER, "{}"))
    return {int(pid): name for pid, name in named.items()}


def bind_soon(host: str, port: int) -> socket.socket:
    """Return a socket bound to the port, which processes of a killed server hold a moment longer.

    Raises PortTaken if another program has it, ClickException if it cannot be bound at all.
    """
    deadline = time.monotonic() + RELEASE_SECONDS
    while True:
        try:
            return bind_port(host, port)
        except PortTaken:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
