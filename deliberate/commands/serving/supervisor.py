"""Processes that are started together, replaced when one ends, and stopped in order.

The parent keeps its signals blocked and takes them one by one, so none comes at a wrong moment,
not even while the program replaces itself.
"""

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkProcess

STOP_SECONDS = 30.0
"""Time for a process to finish its requests or jobs; then it is killed."""
POLL_SECONDS = 0.25
LEAST_LIFE_SECONDS = 2.0
"""A process that ends sooner is not replaced at once, as it would end again."""
MAX_PAUSE_SECONDS = 60.0
END_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
PR_SET_PDEATHSIG = 1
_AWAITED = END_SIGNALS | {signal.SIGCHLD, signal.SIGALRM}
_FORK = multiprocessing.get_context("fork")
_log = logging.getLogger(__name__)

Program = Callable[[], None]


@dataclass(frozen=True)
class _Child:
    process: ForkProcess
    started: float
    pause: float
    """Seconds after its start before which it is not replaced."""


def block_signals() -> None:
    """Let the signals to this process wait until the supervisor takes them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)


class Supervisor:
    """The parent of processes that each run one program, forked so that they share its memory.

    `earlier` are processes of a replaced program by their ids, which are to end; a program of
    `lone` starts only when the earlier process of its name has ended. `note_end` is called after
    a process has ended.
    """

    def __init__(
        self,
        programs: Mapping[str, Program],
        earlier: Mapping[int, str] | None = None,
        lone: Collection[str] = (),
        note_end: Program = lambda: None,
    ) -> None:
        self._programs, self._earlier, self._lone = programs, dict(earlier or {}), lone
        self._note_end = note_end
        self._children: dict[str, _Child] = {}
        self._deadline = 0.0

    def start(self) -> None:
        """Start the programs and ask the earlier processes to finish."""
        self._start_missing()
        self._deadline = time.monotonic() + STOP_SECONDS
        self._signal_earlier(signal.SIGTERM)
        self.tend()

    def processes(self) -> dict[int, str]:
        """Return the names of all processes by their ids, with those that are to end."""
        running = {child.process.pid or 0: name for name, child in self._children.items()}
        return {**self._earlier, **running}

    def watch(self) -> int:
        """Replace processes that end until a signal is received; return the signal."""
        while (number := _next_signal()) not in END_SIGNALS:
            self.tend()
        return number

    def tend(self) -> None:
        """Replace the processes that have ended, and end the earlier ones that take too long."""
        self._reap_earlier()
        if time.monotonic() > self._deadline:
            self._signal_earlier(signal.SIGKILL)
        self._replace_ended()
        self._start_missing()

    def stop(self) -> None:
        """Ask every process to finish what it does; kill those that take too long."""
        processes = [child.process for child in self._children.values()]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while self._earlier or any(process.exitcode is None for process in processes):
            if time.monotonic() > deadline:
                self._signal_earlier(signal.SIGKILL)
                for process in processes:
                    process.kill()
            _next_signal()
            self._reap_earlier()
        self._children.clear()

    def _start_missing(self) -> None:
        leaving = set(self._earlier.values()).intersection(self._lone)
        for name in self._programs:
            if name not in self._children and name not in leaving:
                self._start(name, LEAST_LIFE_SECONDS)

    def _start(self, name: str, pause: float) -> None:
        process = _FORK.Process(target=_run, args=(self._programs[name], os.getpid()), name=name)
        process.start()
        self._children[name] = _Child(process, time.monotonic(), pause)

    def _replace_ended(self) -> None:
        for name, child in list(self._children.items()):
            age = time.monotonic() - child.started
            if child.process.exitcode is None or age < child.pause:
                continue
            fields = {"process": name, "exit_code": child.process.exitcode}
            _log.warning("process replaced", extra={"fields": fields})
            ends_soon = age < 2 * child.pause
            pause = min(2 * child.pause, MAX_PAUSE_SECONDS) if ends_soon else LEAST_LIFE_SECONDS
            self._note_end()
            self._start(name, pause)

    def _signal_earlier(self, number: int) -> None:
        for pid in self._earlier:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _reap_earlier(self) -> None:
        for pid in list(self._earlier):
            if _has_ended(pid):
                del self._earlier[pid]
                self._note_end()


def _next_signal() -> int:
    """Take the next signal: one from outside, of a child that ended, or of the timer set here."""
    signal.setitimer(signal.ITIMER_REAL, POLL_SECONDS)
    return signal.sigwait(_AWAITED)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _run(program: Program, parent: int) -> None:
    """Run a program in a child, which ends with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal sends these to the whole group
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:
        program()
