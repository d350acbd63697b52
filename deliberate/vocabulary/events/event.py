"""Kinds of acts as types: name, visibility and meaning of a kind, and the details of its rows."""

import re
from enum import Enum
from typing import ClassVar, dataclass_transform, get_args, get_origin, get_type_hints

from deliberate.vocabulary.codes import Visibility
from deliberate.vocabulary.details import Details, detail, detail_meanings, plain_values

PUBLIC, PRIVATE, INTERNAL = Visibility
_SHORT_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,80}")

EVENT_TYPES: dict[str, type["Event"]] = {}
"""The type of every kind of act by the name of the kind."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(detail,))
class Event(Details):
    """The details of one row of the log; a subclass is a kind of act.

    The docstring of a subclass is the meaning of its kind. Details are numbers, short codes and
    lists of these: texts, names, addresses and choices never enter the log. A released kind is
    never renamed or reused.
    """

    KIND: ClassVar[str] = ""
    VISIBILITY: ClassVar[Visibility] = INTERNAL
    HAS_TEXT: ClassVar[bool] = False
    """Whether its rows must have the mark of a text that stands on a page."""

    def __init_subclass__(
        cls, kind: str = "", visibility: Visibility = INTERNAL, *, has_text: bool = False
    ) -> None:
        """Make the subclass a dataclass and register its kind; without a kind it is a base."""
        super().__init_subclass__()
        cls.KIND, cls.VISIBILITY, cls.HAS_TEXT = kind, visibility, has_text
        if not kind:
            return
        if kind in EVENT_TYPES:
            raise TypeError(f"two types of the kind {kind}")
        EVENT_TYPES[kind] = cls

    @classmethod
    def meaning(cls) -> str:
        """Return the meaning of the kind as a phrase, without notes after a semicolon."""
        return cls.full_meaning().partition(";")[0].partition(" (")[0]

    @classmethod
    def full_meaning(cls) -> str:
        """Return the meaning of the kind as a phrase."""
        text = " ".join((cls.__doc__ or "").split()).removesuffix(".")
        return text[:1].lower() + text[1:]

    @classmethod
    def detail_meanings(cls) -> dict[str, str]:
        """Return the meaning of every detail by its name, in the order of declaration."""
        return detail_meanings(cls)

    @classmethod
    def detail_type(cls, name: str) -> tuple[str, tuple[str, ...]]:
        """Return the JSON type of a detail, and its codes if it has a list of them."""
        annotation = get_type_hints(cls)[name]
        for option in get_args(annotation) or (annotation,):
            if isinstance(option, type) and issubclass(option, Enum):
                return "string", tuple(str(member.value) for member in option)
            if option is bool:
                return "integer", ("0", "1")
            if option is int:
                return "integer", ()
        return ("list" if get_origin(annotation) is list else "string"), ()

    def details(self) -> dict[str, object]:
        """Return the details as JSON values, without those that are None; flags are 0 or 1.

        Raises ValueError for a value that is no number, short code or list of these.
        """
        values = plain_values(self)
        for name, value in values.items():
            items = value if isinstance(value, list) else [value]
            if not all(_is_loggable(item) for item in items):
                raise ValueError(f"{self.KIND}: {name} is neither number nor short code")
        return {name: value for name, value in values.items() if value is not None}


def _is_loggable(value: object) -> bool:
    if value is None or isinstance(value, int):
        return True
    return isinstance(value, str) and _SHORT_CODE.fullmatch(value) is not None


def kinds_with(visibility: Visibility) -> tuple[str, ...]:
    """Return the names of the kinds of a visibility."""
    return tuple(kind for kind, event in EVENT_TYPES.items() if event.VISIBILITY is visibility)
