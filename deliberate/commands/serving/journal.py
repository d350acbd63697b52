"""A journal of JSON lines alone: lines that libraries write to standard error become records too.

Libraries of C write there without the logging of Python, the last ones while the interpreter ends.
A small process of its own therefore reads what all processes of a server write, until the last of
them has ended, and passes it on: records as they are, any other line within one.
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from typing import BinaryIO

_IS_WRAPPED = "SERVE_JOURNAL"
"""Set for the program that replaces this one at a restart: it inherits the journal."""
STANDARD_ERROR = 2


def wrap_foreign_lines() -> None:
    """Send the standard error of this process and of its children through the journal.

    A terminal is left alone: a person reads it.
    """
    if os.environ.get(_IS_WRAPPED) or os.isatty(STANDARD_ERROR):
        return
    sys.stderr.flush()
    source, sink = os.pipe()
    starter = os.fork()
    if starter == 0:
        _start_journal(source)
    os.waitpid(starter, 0)
    os.dup2(sink, STANDARD_ERROR)
    os.close(source)
    os.close(sink)
    os.environ[_IS_WRAPPED] = "1"


def _start_journal(source: int) -> None:
    """Run the journal in a grandchild, which no supervisor waits for; never return."""
    try:
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            os.dup2(source, 0)
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # a kept socket would stay bound
            with os.fdopen(0, "rb") as lines, os.fdopen(STANDARD_ERROR, "wb", 0) as journal:
                copy_lines(lines, journal)
    finally:
        os._exit(0)


def copy_lines(lines: BinaryIO, journal: BinaryIO) -> None:
    """Copy lines until their end; one that is no record is wrapped in one."""
    for line in lines:
        text = line.decode(errors="replace").strip()
        if text:
            journal.write((text if _is_record(text) else wrapped(text)).encode() + b"\n")


def _is_record(text: str) -> bool:
    return text.startswith('{"timestamp": ') and text.endswith("}")


def wrapped(text: str) -> str:
    """Return a record with a line that is none."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    record = {"timestamp": moment, "level": "warning", "logger": "stderr", "message": text}
    return json.dumps(record, ensure_ascii=False)
