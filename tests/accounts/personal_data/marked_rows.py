"""Rows of every table that concern one person, with a marker in each column that is erased.

What the operations of the scenario did not create is inserted here by walking the metadata, so a
new table or column is covered as soon as it exists.
"""

import secrets
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import Column, LargeBinary, Text, func, insert, select, update
from sqlalchemy.orm import Session

from deliberate.database import Base, Json, TransientBase, UtcDateTime
from deliberate.database.personal_rows import (
    belongs_to,
    erased_columns,
    list_models,
    marked_columns,
)

MARKER_LENGTH = 12
UNMARKABLE = {
    "person.passphrase_hash": "the scenario signs in with it",
    "person_key.actor_id": "the pseudonym stays in the log, where nothing links it to the person",
    "poll_option.author_id": "an id",
}
"""Erased columns that get no marker, with the reason."""
ONE_WORK = {"coauthor", "withdrawal_request"}
"""Tables whose rows are about a proposal or an amendment."""
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MODELS = {m.__table__: m for base in (Base, TransientBase) for m in list_models(base)}
_sequence = count(1000)


def insert_marked_rows(
    session: Session, base, person_id: int, subject: tuple[str, int]
) -> dict[str, str]:
    """Give a person a row in each table of a store; return the marker of each erased column.

    `subject` is the type and id of a text by the person, for rows that are about a text.
    """
    markers: dict[str, str] = {}
    for model in list_models(base):
        columns = columns_to_mark(model)
        paths = {*model.personal_data.owners, *(path for owners in columns for path in owners)}
        for path in sorted(paths):
            ensure_row(session, model.__table__, path, person_id, subject)
        for owners, marked in columns.items():
            values = {}
            for column in marked:
                markers[str(column)] = marker = secrets.token_hex(MARKER_LENGTH // 2)
                values[column.name] = marker_value(column, marker)
            own = select(model.__table__).where(belongs_to(model, person_id, owners)).limit(1)
            row = session.execute(own).one()
            keys = model.__table__.primary_key.columns
            is_row = [key == row._mapping[key] for key in keys]
            session.execute(update(model.__table__).where(*is_row).values(values))
    return markers


def columns_to_mark(model) -> dict[tuple[str, ...], list[Column]]:
    """Return the columns that erasure empties or deletes and that can hold a marker, by owners."""
    marks = model.personal_data
    if not marks.is_personal:
        return {}
    erased = erased_columns(model)
    if marks.is_deleted and marks.owners:
        erased = {marks.owners: [column for column, _ in marked_columns(model)]}
    columns = {
        owners: [column for column in group if can_hold_marker(column)]
        for owners, group in erased.items()
    }
    return {owners: group for owners, group in columns.items() if group}


def can_hold_marker(column: Column) -> bool:
    if str(column) in UNMARKABLE:
        return False
    if isinstance(column.type, Json | Text | LargeBinary):
        return True
    return (getattr(column.type, "length", 0) or 0) >= MARKER_LENGTH


def marker_value(column: Column, marker: str):
    """Return a value of a column's type that contains a marker."""
    if column.name == "files":
        return [{"title": marker, "name": f"{marker}.pdf", "kind": "pdf", "size": 1}]
    if isinstance(column.type, Json):
        empty = {} if column.default is None else column.default.arg(None)
        return {"text": marker} if isinstance(empty, dict) else [{"body": marker, "html": marker}]
    return marker.encode() if isinstance(column.type, LargeBinary) else marker


def ensure_row(session, table, path: str, person_id: int, subject: tuple[str, int]):
    """Return the key of a row of a table from which a path leads to a person."""
    model = MODELS[table]
    key = next(iter(table.primary_key.columns))
    found = session.scalar(select(key).where(belongs_to(model, person_id, (path,))).limit(1))
    if found is not None:
        return found
    first, _, rest = path.partition(".")
    if first == "subject":
        values = {"subject_type": subject[0], "subject_id": subject[1]}
    elif rest:
        (foreign,) = table.c[first].foreign_keys
        values = {first: ensure_row(session, foreign.column.table, rest, person_id, subject)}
    else:
        values = {first: person_id}
    return insert_row(session, table, values)


def insert_row(session, table, values: dict[str, object]):
    """Insert a row with values for what the table requires; return its key."""
    if table.name in ONE_WORK and not {"proposal_id", "contribution_id"} & values.keys():
        values["proposal_id"] = any_row(session, table.c.proposal_id)
    for column in table.columns:
        if column.name in values or column.nullable or column.computed is not None:
            continue
        if column.foreign_keys:
            values[column.name] = any_row(session, column)
        elif column.default is None and column is not table.autoincrement_column:
            values[column.name] = required_value(column)
    inserted = session.execute(insert(table).values(values)).inserted_primary_key
    return inserted[0]


def any_row(session, column: Column):
    """Return the newest key that a foreign key may name; insert a row if all are taken."""
    (foreign,) = column.foreign_keys
    newest = session.scalar(select(func.max(foreign.column)))
    is_taken = column.unique and session.scalar(select(column).where(column == newest)) is not None
    if newest is None or is_taken:
        return insert_row(session, foreign.column.table, {})
    return newest


def required_value(column: Column):
    number = next(_sequence)
    if isinstance(column.type, Json):
        return []
    kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
    if kind is str:
        return f"x{number}"[: column.type.length]
    return {
        int: number,
        bool: False,
        bytes: b"x",
        datetime: NOW,
        date: NOW.date(),
    }[kind]
