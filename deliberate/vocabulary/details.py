"""Details of typed events: declared as fields with a meaning, stored as plain JSON values."""

from dataclasses import MISSING, field, fields
from enum import Enum
from typing import Any


def detail(meaning: str, *, default: object = MISSING) -> Any:  # noqa: ANN401  # as field()
    """Return a detail of a kind with its meaning, and a default where it may be missing."""
    return field(metadata={"meaning": meaning}, default=default)


def detail_meanings(event_type: type) -> dict[str, str]:
    """Return the meaning of every detail of a type by its name, in the order of declaration."""
    return {f.name: f.metadata["meaning"] for f in fields(event_type)}


def plain_values(event: object) -> dict[str, object]:
    """Return the details of an event as JSON values; codes are their values, flags 0 or 1."""
    return {name: _plain(getattr(event, name)) for name in detail_meanings(type(event))}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool):
        return int(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value
