"""The version of the recorded store: changed with what pages show, in the same transaction.

Cached pages name the version they were made from. A write need not know which pages it
changes, so none can be forgotten: every statement that changes a row counts, except in the tables
of NEVER_SHOWN. A transaction that changed nothing else, such as a job with nothing due, keeps the
version.
"""

import re
import secrets
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

SLOTS = {"sqlite": 1, "postgresql": 16}
"""Parts of the version: SQLite has one writer at a time."""
NEVER_SHOWN = frozenset(
    {
        *("delivery", "digest_choice", "digest_trial", "draft", "failing_address"),
        *("notice", "notice_setting", "push_subscription"),
    }
)
"""Tables that no page for readers without a session is made from."""
_CHANGE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
_NO_CHANGE = re.compile(r"\s*(SELECT|SET|LOCK|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA)\b")
_REPLACE = text(
    "INSERT INTO data_version (slot, token) VALUES (:slot, :token) "
    "ON CONFLICT (slot) DO UPDATE SET token = excluded.token"
)
_READ = text("SELECT token FROM data_version ORDER BY slot")
_KEY = "changes_pages"


def watch_changes(engine: Engine) -> None:
    """Note on each connection whether a statement changed what a page may show."""
    event.listen(engine, "after_cursor_execute", _note_change)


def _note_change(connection: Connection, cursor: Any, statement: str, *_more: object) -> None:
    if _NO_CHANGE.match(statement):
        return
    change = _CHANGE.match(statement)
    if change and change[2] in NEVER_SHOWN:
        return
    # With RETURNING a driver may not know the number before the rows are read.
    counts_rows = change and change[1] != "INSERT INTO" and "RETURNING" not in statement
    if not (counts_rows and cursor.rowcount == 0):
        connection.info[_KEY] = True


def begin_watching(session: Session) -> None:
    """Forget what earlier transactions of the connection changed."""
    session.connection().info.pop(_KEY, None)


def change_version(session: Session) -> None:
    """Change the version if the transaction changed what a page may show.

    The last statement of a transaction, so that others wait shortly.
    """
    connection = session.connection()
    if connection.info.pop(_KEY, False):
        slot = secrets.randbelow(SLOTS[connection.dialect.name])
        connection.execute(_REPLACE, {"slot": slot, "token": secrets.token_hex(8)})


def read_version(connection: Connection) -> str:
    """Return the version of the data that a connection sees."""
    return "".join(connection.execute(_READ).scalars())
