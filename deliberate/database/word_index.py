"""What stands in the database and in no model: the tables that an index of words is made of."""

from typing import Any


def is_modelled(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table or index is one that the models know; asked where schemas are compared."""
    return kind not in {"table", "index"} or "_words" not in (name or "")
