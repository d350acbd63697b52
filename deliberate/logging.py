"""The journal: one JSON object a line, and nothing in it that people wrote or where they are."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

Failure = tuple[type[BaseException], BaseException, TracebackType | None]


class JsonFormatter(logging.Formatter):
    """A record as one JSON object; what `extra={"told": {...}}` brings stands beside the words.

    A failure is told by its type and the places it came through: its message may hold a text, an
    address or a row of the database.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record's line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= _failure(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _failure(failure: Failure | tuple[None, None, None]) -> dict[str, object]:
    kind, _error, trace = failure
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]
    return {"failure": kind.__name__ if kind else "", "through": places}


def configure_logging() -> None:
    """Let this process write its journal to standard error, whoever in it speaks."""
    spoken = logging.StreamHandler(sys.stderr)
    spoken.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [spoken]
    root.setLevel(logging.INFO)
    for name in ("alembic", "huey", "waitress.queue"):
        logging.getLogger(name).setLevel(logging.WARNING)
