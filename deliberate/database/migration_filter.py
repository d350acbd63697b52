"""The filter of schema comparison: search index tables exist in the database but have no model."""

from collections.abc import Mapping


def is_mapped(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
    """Return whether a table or index belongs to a model; for Alembic's include_name."""
    return kind not in {"table", "index"} or "_search" not in (name or "")
