"""Details of typed events: declared as fields with a meaning, stored as plain JSON values."""

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from enum import Enum
from typing import Any

_as_declared = dataclass(init=False, repr=False, eq=False, match_args=False, kw_only=True)
"""Collects the fields of a class; its methods are those of Details."""

_DEFAULTS: dict[type, dict[str, object]] = {}
"""The defaults of the details of each type that was used."""


def detail(meaning: str, *, default: object = MISSING) -> Any:  # noqa: ANN401  # as field()
    """Return a detail of a kind with its meaning, and a default where it may be missing."""
    return field(metadata={"meaning": meaning}, default=default)


class Details:
    """Named values that cannot be changed; a subclass declares them by detail().

    All kinds share these methods. A dataclass compiles its own for each class, which for three
    hundred kinds takes a twentieth of the start of the program.
    """

    def __init_subclass__(cls) -> None:
        """Collect the details that the subclass declares."""
        super().__init_subclass__()
        _as_declared(cls)

    def __init__(self, **values: object) -> None:
        """Take each detail by its name, or its default; others and missing ones are TypeErrors."""
        declared = _defaults(type(self))
        if unknown := values.keys() - declared.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        values = declared | values
        if missing := [name for name, value in values.items() if value is MISSING]:
            raise TypeError(f"{type(self).__name__} needs {', '.join(missing)}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse a change."""
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        """Refuse a change."""
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        """Return whether the other is of the same kind and has the same values."""
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        """Return a hash of the kind and the values."""
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        """Return the name of the type with its values."""
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__qualname__}({values})"


def _defaults(event_type: type) -> dict[str, object]:
    """Return the default of every detail of a type by its name, in the order of declaration."""
    found = _DEFAULTS.get(event_type)
    if found is None:
        found = _DEFAULTS[event_type] = {f.name: f.default for f in fields(event_type)}
    return found


def detail_meanings(event_type: type) -> dict[str, str]:
    """Return the meaning of every detail of a type by its name, in the order of declaration."""
    return {f.name: f.metadata["meaning"] for f in fields(event_type)}


def plain_values(event: object) -> dict[str, object]:
    """Return the details of an event as JSON values; codes are their values, flags 0 or 1."""
    return {name: _plain(getattr(event, name)) for name in _defaults(type(event))}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool):
        return int(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value
