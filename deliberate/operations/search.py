"""Making the index of words anew: no act, for no text changed."""

from sqlalchemy import text

from deliberate.database import db, unrecorded

TABLES = ("proposal", "comment", "response")
_EMPTIED = {
    "sqlite": "INSERT INTO {table}_words ({table}_words) VALUES ('delete-all')",
    "postgresql": "DELETE FROM {table}_words",
}
_STANDS = "withdrawn_at IS NULL AND (hidden_at IS NULL OR held_until IS NOT NULL) AND body <> ''"
_POINTS = (
    "(SELECT coalesce(group_concat(coalesce(json_extract(value, '$.text'), '') || ' ' || "
    "coalesce(json_extract(value, '$.reason'), ''), ' '), '') FROM json_each(points))"
)
_CORRECTED = (
    "(SELECT coalesce(group_concat(json_extract(value, '$.body'), ' '), '') "
    "FROM json_each(corrections))"
)
_FILLED = {
    "sqlite": {
        "proposal": "INSERT INTO {table}_words (rowid, title, body) "
        "SELECT id, title, body FROM {table} WHERE {stands}",
        "comment": "INSERT INTO {table}_words (rowid, body) "
        "SELECT id, body || ' ' || {corrected} FROM {table} WHERE {stands}",
        "response": "INSERT INTO {table}_words (rowid, headline, body) "
        "SELECT id, headline, body || ' ' || {points} FROM {table}",
    },
    "postgresql": dict.fromkeys(
        TABLES,
        "INSERT INTO {table}_words SELECT id, found FROM "
        "(SELECT t.id, words_of(t) AS found FROM {table} AS t) AS every WHERE found IS NOT NULL",
    ),
}


def rebuild_index() -> dict[str, int]:
    """Empty the index and fill it from the texts that stand; gives how many of each."""
    engine = db.engine.dialect.name
    with unrecorded("the index of words") as session:
        counted = {}
        for table in TABLES:
            session.execute(text(_EMPTIED[engine].format(table=table)))
            names = {"stands": _STANDS, "points": _POINTS, "corrected": _CORRECTED}
            filled = session.execute(text(_FILLED[engine][table].format(table=table, **names)))
            counted[table] = int(filled.rowcount)  # type: ignore[attr-defined]  # an insert has one
    return counted
