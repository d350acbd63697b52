"""Structured logging: one JSON object per line, without texts of users or personal data."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
QUIET_LOGGERS = ("alembic", "huey", "waitress.queue")


class JsonFormatter(logging.Formatter):
    """Format a record as one JSON object, with the values of `extra={"fields": {...}}` in it.

    An exception is logged by its type and stack, without its message, which may contain a text,
    an address or a database row.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= _exception_fields(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _exception_fields(exc_info: ExcInfo) -> dict[str, object]:
    exception_type, _exception, trace = exc_info
    stack = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]
    return {"exception": exception_type.__name__ if exception_type else "", "stack": stack}


def configure_logging() -> None:
    """Send every log record of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
