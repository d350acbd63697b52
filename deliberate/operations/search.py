"""Rebuild the full-text index; this changes no text, so it is not recorded."""

from sqlalchemy import text

from deliberate.database import db, unrecorded

TABLES = ("proposal", "comment", "response")
_EMPTY_INDEX = {
    "sqlite": "INSERT INTO {table}_search ({table}_search) VALUES ('delete-all')",
    "postgresql": "DELETE FROM {table}_search",
}
_IS_VISIBLE = (
    "withdrawn_at IS NULL AND (hidden_at IS NULL OR held_until IS NOT NULL) AND body <> ''"
)
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
            parts = {"visible": _IS_VISIBLE, "points": _POINTS, "corrections": _CORRECTIONS}
            result = session.execute(text(_FILL_INDEX[engine][table].format(table=table, **parts)))
            counts[table] = int(result.rowcount)  # type: ignore[attr-defined]  # an insert has one
    return counts
