"""Processes that are started together, replaced when one ends, and stopped in order."""

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess

STOP_SECONDS = 30.0
"""Time for a process to finish its requests or jobs; then it is killed."""
POLL_SECONDS = 0.25
LEAST_LIFE_SECONDS = 2.0
"""A process that ends sooner is not replaced at once, as it would end again."""
PR_SET_PDEATHSIG = 1
_FORK = multiprocessing.get_context("fork")
_log = logging.getLogger(__name__)

Program = Callable[[], None]


class Supervisor:
    """The parent of processes that each run one program, forked so that they share its memory."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs
        self._running: dict[str, ForkProcess] = {}
        self._started: dict[str, float] = {}
        self._received: int | None = None

    def start(self, *names: str) -> None:
        """Start some of the programs."""
        for name in names:
            process = _FORK.Process(
                target=_run, args=(self._programs[name], os.getpid()), name=name
            )
            process.start()
            self._running[name], self._started[name] = process, time.monotonic()

    def pids(self) -> dict[str, int]:
        """Return the ids of the running processes by the names of their programs."""
        return {name: process.pid or 0 for name, process in self._running.items()}

    def watch(self) -> int:
        """Replace processes that end until a signal is received; return the signal."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._receive)
        while self._received is None:
            wait([process.sentinel for process in self._running.values()], POLL_SECONDS)
            self._replace_ended()
        return self._received

    def stop(self) -> None:
        """Ask every process to finish what it does; kill those that take too long."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()
        self._running.clear()

    def _receive(self, number: int, _frame: object) -> None:
        self._received = number

    def _replace_ended(self) -> None:
        for name, process in list(self._running.items()):
            if process.exitcode is None or self._received is not None:
                continue
            if time.monotonic() - self._started[name] < LEAST_LIFE_SECONDS:
                continue  # looked at again after the next wait
            fields = {"process": name, "exit_code": process.exitcode}
            _log.warning("process replaced", extra={"fields": fields})
            self.start(name)


def _run(program: Program, parent: int) -> None:
    """Run a program in a child, which ends with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal sends these to the whole group
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:
        program()
