"""Record the SELECT statements that the recorded database runs inside a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask import current_app
from sqlalchemy import event

from deliberate.database import db

FOR_KEEPING = ("FROM data_version", "min(phase.opens_at) AS moment")
"""Parts of the statements that decide whether a page may be kept."""


@contextmanager
def record_queries(*, from_kept: bool = False) -> Iterator[list[str]]:
    """Yield a list that receives every SELECT statement, in order.

    Pages are made again, as if none was kept, and the statements for keeping them do not count,
    unless `from_kept` is true.
    """
    queries: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        keeps = not from_kept and any(part in statement for part in FOR_KEEPING)
        if statement.lstrip().startswith(("SELECT", "WITH")) and not keeps:
            queries.append(statement)

    cache = current_app.extensions["page_cache"]
    event.listen(db.engine, "before_cursor_execute", record)
    with patch.object(cache, "get", cache.get if from_kept else lambda _key, _version: None):
        yield queries
    event.remove(db.engine, "before_cursor_execute", record)
