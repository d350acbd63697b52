"""Rebuild the full-text index; this changes no text, so it is not recorded."""

from typing import Any

from sqlalchemy import TextClause, and_, text

from deliberate.database import db, unrecorded
from deliberate.models.moderation.visibility import INDEXED
from deliberate.queries.moderation.contributions import CONTRIBUTION_MODELS

TABLES = ("proposal", "comment", "response")
INDEX_TABLES = tuple(f"{table}_search" for table in TABLES)
_EMPTY_INDEX = {
    "sqlite": "INSERT INTO {table}_search ({table}_search) VALUES ('delete-all')",
    "postgresql": "DELETE FROM {table}_search",
}
_MERGE_SEGMENTS = "INSERT INTO {index} ({index}, rank) VALUES ('merge', :pages)"
MERGED_PAGES = 500
"""Pages that one step of compact_index() writes, so that it holds the lock for a moment only."""
_LITERAL: dict[str, Any] = {"compile_kwargs": {"literal_binds": True}}  # as compile() takes it
_POINTS = (
    "(SELECT coalesce(group_concat(coalesce(json_extract(value, '$.text'), '') || ' ' || "
    "coalesce(json_extract(value, '$.reason'), ''), ' '), '') FROM json_each(points))"
)
_CORRECTIONS = (
    "(SELECT coalesce(group_concat(json_extract(value, '$.body'), ' '), '') "
    "FROM json_each(corrections))"
)
_FILL_INDEX = {
    "sqlite": {
        "proposal": "INSERT INTO {table}_search (rowid, title, body) "
        "SELECT id, title, body FROM {table} WHERE {visible}",
        "comment": "INSERT INTO {table}_search (rowid, body) "
        "SELECT id, body || ' ' || {corrections} FROM {table} WHERE {visible}",
        "response": "INSERT INTO {table}_search (rowid, headline, body) "
        "SELECT id, headline, body || ' ' || {points} FROM {table}",
    },
    "postgresql": dict.fromkeys(
        TABLES,
        "INSERT INTO {table}_search SELECT id, terms FROM "
        "(SELECT t.id, search_vector(t) AS terms FROM {table} AS t) AS texts "
        "WHERE terms IS NOT NULL",
    ),
}


def rebuild_index() -> dict[str, int]:
    """Rebuild the index from all visible texts; return the number of texts by table."""
    engine = db.engine.dialect.name
    with unrecorded("the full-text index") as session:
        counts = {}
        for table in TABLES:
            session.execute(text(_EMPTY_INDEX[engine].format(table=table)))
            parts = {
                "visible": _is_indexed(table),
                "points": _POINTS,
                "corrections": _CORRECTIONS,
            }
            result = session.execute(text(_FILL_INDEX[engine][table].format(table=table, **parts)))
            counts[table] = int(result.rowcount)  # type: ignore[attr-defined]  # an insert has one
    return counts


def _is_indexed(table: str) -> str:
    """Return the condition of the texts in the index, of a table that moderation decides on."""
    model = CONTRIBUTION_MODELS.get(table)
    return str(and_(INDEXED.of(model), model.body != "").compile(**_LITERAL)) if model else ""


def compact_index() -> None:
    """Merge the index of SQLite step by step, which removes the words of deleted texts from it.

    FTS5 only marks an entry as deleted, until it merges the segment that has it.
    """
    if db.engine.dialect.name != "sqlite":
        return
    for name in INDEX_TABLES:
        merge = text(_MERGE_SEGMENTS.format(index=name))
        pages = -MERGED_PAGES
        while _writes_rows(merge, pages):
            pages = MERGED_PAGES


def _writes_rows(merge: TextClause, pages: int) -> bool:
    """Run one step of a merge; return whether it had anything to do (SQLite, FTS5, "merge")."""
    with unrecorded("the full-text index") as session:
        changes = text("SELECT total_changes()")
        before = session.scalar(changes) or 0
        session.execute(merge, {"pages": pages})
        return (session.scalar(changes) or 0) - before >= 2  # its own row counts
