"""Profiles: which column of a platform's files is which, written as small TOML files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from deliberate.imports.source import UnreadableSource

FOLDER = Path(__file__).parent / "profiles"
T = TypeVar("T")


@dataclass(frozen=True)
class Codes:
    """A column whose values stand for our codes; `otherwise` serves every other value.

    Without `otherwise` an empty value means nothing and an unknown one makes the row bad. Without
    `column` the code is always `otherwise`.
    """

    column: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None


@dataclass(frozen=True)
class Reference:
    """A column that names another row; `when`: only where other columns have these values.

    `match` is a regular expression whose first group is the number, for columns with addresses.
    """

    column: str
    when: Mapping[str, str] = field(default_factory=dict)
    match: str = ""


@dataclass(frozen=True)
class Offices:
    """Which institutions a row names: a list of objects, one column, or always the same `fixed`."""

    column: str = ""
    acronym: str = ""
    name: str = ""
    fixed: str = ""


@dataclass(frozen=True)
class ProposalColumns:
    """The columns of proposals; `markup` is html or plain, `body` is joined by blank lines."""

    file: str
    id: str
    title: str
    at: str
    body: tuple[str, ...] = ()
    delimiter: str = ","
    markup: str = "html"
    author: str = ""
    initiator: Codes = Codes(otherwise="resident")
    decision: Codes = Codes()
    role: Codes = Codes(otherwise="resident")
    account_class: Codes = Codes(otherwise="person")
    supports: str = ""
    topic: str = ""
    area: str = ""
    url: str = ""
    offices: Offices = Offices()
    qualified_at: str = ""
    withdrawn_at: str = ""


@dataclass(frozen=True)
class CommentColumns:
    """The columns of comments; `stance` gives 1, 0 or -1."""

    file: str
    id: str
    at: str
    body: str
    proposal: Reference
    parent: Reference
    delimiter: str = ","
    markup: str = "html"
    author: str = ""
    stance: Codes = Codes()
    role: Codes = Codes(otherwise="resident")
    account_class: Codes = Codes(otherwise="person")


@dataclass(frozen=True)
class ResponseColumns:
    """Where the rows of proposals hold an official response; there is one where `at` has a time."""

    at: str
    headline: Codes
    body: tuple[str, ...] = ()
    dated: str = ""
    markup: str = "html"
    decision: Codes = Codes()
    code: str = ""
    grounds: tuple[str, ...] = ()
    offices: Offices = Offices()


@dataclass(frozen=True)
class AccountColumns:
    """The file that lists the platform's own accounts, which are no residents."""

    id: str
    name: str = ""
    delimiter: str = ","


@dataclass(frozen=True)
class Profile:
    """How one platform's files are read; `carries` lists the criteria its data can show."""

    platform: str
    label: str
    title: str
    timezone: str
    language: str
    """The tongue most of it is written in; pages mark the texts with it."""
    carries: tuple[str, ...]
    proposals: ProposalColumns
    comments: CommentColumns | None = None
    responses: tuple[ResponseColumns, ...] = ()
    platform_accounts: AccountColumns | None = None
    threshold: int = 0
    calendar: str = "ID"
    """Whose holidays count: a country, or a country and its part."""


_SECTIONS: dict[str, type] = {
    "proposals": ProposalColumns,
    "comments": CommentColumns,
    "responses": ResponseColumns,
    "platform_accounts": AccountColumns,
    "proposal": Reference,
    "parent": Reference,
    "offices": Offices,
    **dict.fromkeys(
        ("initiator", "decision", "role", "account_class", "stance", "headline"), Codes
    ),
}


def names() -> list[str]:
    """The profiles the house brings."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(path: Path) -> Profile:
    """Read a profile; raises UnreadableSource naming what is wrong in it."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        profile: Profile = _made(Profile, written)
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise UnreadableSource(f"{path}: {error}") from error
    zone(profile.timezone)
    return profile


def zone(name: str) -> ZoneInfo:
    """The time zone of a name; raises UnreadableSource for none."""
    if name not in available_timezones():
        raise UnreadableSource(f"{name!r} is no time zone")
    return ZoneInfo(name)


def _made(section: type[T], written: Mapping[str, Any]) -> T:
    """A section of a profile; a TypeError names what is unknown or missing."""
    return section(**{name: _value(name, value) for name, value in written.items()})


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(name, item) for item in value)
    section = _SECTIONS.get(name)
    if section is None:
        return value
    if section is Reference and isinstance(value, str):
        return Reference(value)
    if not isinstance(value, dict):
        raise TypeError(f"{name} is no table")
    return _made(section, value)
