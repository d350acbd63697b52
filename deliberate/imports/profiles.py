"""Profiles: TOML files that map the columns of a platform's files."""

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
    """A column whose values map to our codes; `otherwise` is used for every other value.

    Without `otherwise`, an empty value means None and an unknown one makes the row bad. Without
    `column`, the code is always `otherwise`.
    """

    column: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None


@dataclass(frozen=True)
class Reference:
    """A column that references another row; `when` restricts it to rows with these column values.

    `match` is a regular expression whose first group is the id, for columns with URLs.
    """

    column: str
    when: Mapping[str, str] = field(default_factory=dict)
    match: str = ""


@dataclass(frozen=True)
class InstitutionColumns:
    """Institutions named in a row: a list of objects, one column, or always `fixed`."""

    column: str = ""
    acronym: str = ""
    name: str = ""
    fixed: str = ""


@dataclass(frozen=True)
class ProposalColumns:
    """The columns of proposals; `markup` is html or plain, parts of `body` are joined by blank
    lines.
    """

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
    offices: InstitutionColumns = InstitutionColumns()
    qualified_at: str = ""
    withdrawn_at: str = ""


@dataclass(frozen=True)
class CommentColumns:
    """The columns of comments; `stance` maps to 1, 0 or -1."""

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
    """The columns of an official response in a row of proposals; present if `at` has a time."""

    at: str
    headline: Codes
    body: tuple[str, ...] = ()
    dated: str = ""
    markup: str = "html"
    decision: Codes = Codes()
    code: str = ""
    grounds: tuple[str, ...] = ()
    offices: InstitutionColumns = InstitutionColumns()


@dataclass(frozen=True)
class AccountColumns:
    """The file that lists the platform's own accounts, which are not residents."""

    id: str
    name: str = ""
    delimiter: str = ","


@dataclass(frozen=True)
class Profile:
    """The mapping of one platform's files; `carries` lists the criteria that its data supports."""

    platform: str
    label: str
    title: str
    timezone: str
    language: str
    """Main language of the texts; pages mark them with it."""
    carries: tuple[str, ...]
    proposals: ProposalColumns
    comments: CommentColumns | None = None
    responses: tuple[ResponseColumns, ...] = ()
    platform_accounts: AccountColumns | None = None
    threshold: int = 0
    calendar: str = "ID"
    """Holiday calendar: a country, or a country and a subdivision."""


_SECTIONS: dict[str, type] = {
    "proposals": ProposalColumns,
    "comments": CommentColumns,
    "responses": ResponseColumns,
    "platform_accounts": AccountColumns,
    "proposal": Reference,
    "parent": Reference,
    "offices": InstitutionColumns,
    **dict.fromkeys(
        ("initiator", "decision", "role", "account_class", "stance", "headline"), Codes
    ),
}


def list_profiles() -> list[str]:
    """Return the names of the built-in profiles."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_profile(path: Path) -> Profile:
    """Return a profile; raises UnreadableSource naming what is wrong in it."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        profile: Profile = _build_section(Profile, values)
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise UnreadableSource(f"{path}: {error}") from error
    time_zone(profile.timezone)
    return profile


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name; raises UnreadableSource for an unknown one."""
    if name not in available_timezones():
        raise UnreadableSource(f"{name!r} is not a valid time zone")
    return ZoneInfo(name)


def _build_section(section: type[T], values: Mapping[str, Any]) -> T:
    """Return a section of a profile; raises TypeError for an unknown or missing key."""
    return section(**{name: _value(name, value) for name, value in values.items()})


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(name, item) for item in value)
    section = _SECTIONS.get(name)
    if section is None:
        return value
    if section is Reference and isinstance(value, str):
        return Reference(value)
    if not isinstance(value, dict):
        raise TypeError(f"{name} is not a table")
    return _build_section(section, value)
