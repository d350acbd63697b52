"""The version of the recorded store: changed with what pages show, in the same transaction.

Cached pages name the version they were made from. A write need not know which pages it
changes, so none can be forgotten: every statement that changes a row counts, except in the tables
of NEVER_SHOWN. A transaction that changed nothing else, such as a job with nothing due, keeps the
version.

An argument, a rating or a support changes the pages of its proposal and those of many proposals,
but not the page of another one: its transaction names the proposal and changes only the parts of
the version that these pages are made from. It counts as any other where it changed more tables
than THREAD_TABLES.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

SLOTS = {"sqlite": 1, "postgresql": 16}
"""Parts of a version that any write changes one of: SQLite has one writer at a time."""
OF_MANY, OF_ONE = 1000, 2000
"""First slots of the parts that change with the thread of any proposal, and with that of one."""
PROPOSAL_SLOTS = 256
"""Proposals share a slot where there are more; their pages are then made again too often."""
THREAD_TABLES = frozenset({"comment", "form_key", "interaction", "proposal", "rating", "support"})
"""Tables that an argument, a rating and a support change."""
NEVER_SHOWN = frozenset(
    {
        *("delivery", "digest_choice", "digest_trial", "draft", "failing_address"),
        *("notice", "notice_setting", "push_subscription"),
    }
)
"""Tables that no page for readers without a session is made from."""
_CHANGE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
_NO_CHANGE = re.compile(r"\s*(SELECT|SET|LOCK|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA)\b")
_REPLACE_SQLITE = (
    "INSERT INTO data_version (slot, token) VALUES (?, ?) "
    "ON CONFLICT (slot) DO UPDATE SET token = excluded.token"
)
_REPLACE = {"sqlite": _REPLACE_SQLITE, "postgresql": _REPLACE_SQLITE.replace("?", "%s")}
"""As the driver takes it: part of every act, which SQLAlchemy would make a third longer."""
_READ = text(
    "SELECT slot, token FROM data_version WHERE slot < :below OR slot = :proposal ORDER BY slot"
)
_KEY, _THREAD = "changed_tables", "changed_thread"


@dataclass(frozen=True)
class Version:
    """The version of what a page is made from."""

    common: str
    """Changes with every write but those of THREAD_TABLES alone in the thread of a proposal."""
    thread: str
    """Changes with the thread of the proposal of the page; without one with any thread."""


def watch_changes(engine: Engine) -> None:
    """Note on each connection which tables a statement changed that a page may show."""
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
        connection.info.setdefault(_KEY, set()).add(change[2] if change else "")


def begin_watching(session: Session, connection: Connection) -> None:
    """Forget what earlier transactions of the connection changed."""
    connection.info.pop(_KEY, None)
    session.info.pop(_THREAD, None)


def name_changed_thread(session: Session, proposal_id: int) -> None:
    """State that the transaction is one act in the thread of a proposal."""
    session.info[_THREAD] = proposal_id


def change_version(session: Session, connection: Connection) -> None:
    """Change the version if the transaction changed what a page may show.

    The last statement of a transaction, so that others wait shortly.
    """
    thread = session.info.pop(_THREAD, None)
    tables = connection.info.pop(_KEY, None)
    if not tables:
        return
    slot = secrets.randbelow(SLOTS[connection.dialect.name])
    slots = [slot]
    if thread is not None and tables <= THREAD_TABLES:
        slots = [OF_MANY + slot, OF_ONE + thread % PROPOSAL_SLOTS]
    parts = [(slot, secrets.token_hex(8)) for slot in slots]
    connection.exec_driver_sql(_REPLACE[connection.dialect.name], parts)


def read_version(connection: Connection, proposal_id: int | None = None) -> Version:
    """Return the version that a connection sees, of the page of a proposal or of another page."""
    of_proposal = {"below": OF_MANY, "proposal": OF_ONE + (proposal_id or 0) % PROPOSAL_SLOTS}
    of_many = {"below": OF_ONE, "proposal": -1}
    rows = connection.execute(_READ, of_many if proposal_id is None else of_proposal).all()
    return Version(
        "".join(token for slot, token in rows if slot < OF_MANY),
        "".join(token for slot, token in rows if slot >= OF_MANY),
    )
