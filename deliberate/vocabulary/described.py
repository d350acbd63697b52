"""What every kind of act says of itself: who may ever see its rows, what they hold, its meaning."""

from enum import StrEnum
from typing import Self


class Visibility(StrEnum):
    """Who may ever see the rows of a kind: everyone, those told totals alone, or nobody."""

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNAL = "internal"


class Described(StrEnum):
    """A name with a class, the details its rows hold and its meaning; kinds of acts are such."""

    visibility: Visibility
    details: tuple[str, ...]
    meaning: str

    def __new__(  # noqa: D102  # the class says it
        cls,
        value: str,
        visibility: Visibility = Visibility.INTERNAL,
        details: str = "",
        meaning: str = "",
    ) -> Self:
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.visibility = visibility
        kind.details = tuple(details.split())
        kind.meaning = meaning
        return kind
