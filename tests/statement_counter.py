"""Record the SELECT statements that the recorded database runs inside a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from deliberate.database import db


@contextmanager
def record_queries() -> Iterator[list[str]]:
    """Yield a list that receives every SELECT statement, in order."""
    queries: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            queries.append(statement)

    event.listen(db.engine, "before_cursor_execute", record)
    yield queries
    event.remove(db.engine, "before_cursor_execute", record)
