"""Profiles: TOML files that map the columns of a platform's files."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo, available_timezones

from deliberate.imports.profile_checks import (
    InvalidValue,
    check_profile,
    check_table,
    check_type,
    is_list_of,
)
from deliberate.imports.source import UnreadableSource

COLUMN = {"is_column": True}
"""Mark of a key of a profile whose value names columns."""
FOLDER = Path(__file__).parent / "profiles"
T = TypeVar("T")


def _column(default: Any = "") -> Any:
    return field(default=default, metadata=COLUMN)


def _required_column() -> Any:
    return field(metadata=COLUMN)


@dataclass(frozen=True)
class Codes:
    """A column whose values map to our codes; `otherwise` is used for every other value.

    Without `otherwise`, an empty value means None and an unknown one makes the row bad. Without
    `column`, the code is always `otherwise`. `match` is a regular expression whose first group is
    looked up in `values`; `filled` is used for every other value but an empty one.
    """

    column: str = _column()
    values: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    match: str = ""
    filled: Any = None


@dataclass(frozen=True)
class Reference:
    """A column that references another row; `when` restricts it to rows with these column values.

    `match` is a regular expression whose first group is the id, for columns with URLs. With
    `within`, the reference is the value of `by` of a row with the same value of `within`.
    """

    column: str = _required_column()
    when: Mapping[str, str] = field(default_factory=dict)
    match: str = ""
    within: str = _column()
    by: str = _column()


@dataclass(frozen=True)
class InstitutionColumns:
    """Institutions named in a row: a list of objects, one column, or always `fixed`."""

    column: str = _column()
    acronym: str = ""
    name: str = ""
    fixed: str = ""


@dataclass(frozen=True)
class LeftOut:
    """Rows that are left out and counted under a name, by the values of a column."""

    column: str = _required_column()
    values: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class ProposalColumns:
    """The columns of proposals; `markup` is html or plain, parts of `body` are joined by blank
    lines.
    """

    file: str
    id: str = _required_column()
    title: str = _required_column()
    at: str = _required_column()
    body: tuple[str, ...] = _column(())
    delimiter: str = ","
    rows: str = ""
    when: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[LeftOut, ...] = ()
    markup: str = "html"
    author: str = _column()
    author_separator: str = ""
    account: Codes = Codes(otherwise="person")
    initiator: Codes = Codes(otherwise="resident")
    decision: Codes = Codes()
    role: Codes = Codes(otherwise="resident")
    account_class: Codes = Codes(otherwise="person")
    supports: str = _column()
    topic: str = _column()
    area: str = _column()
    url: str = _column()
    offices: InstitutionColumns = InstitutionColumns()
    qualified_at: str = _column()
    withdrawn: Codes = Codes()
    """Whether it is withdrawn, to name those that have no time in `withdrawn_at`."""
    withdrawn_at: str = _column()


@dataclass(frozen=True)
class CommentColumns:
    """The columns of comments; `stance` maps to 1, 0 or -1."""

    file: str
    id: str = _required_column()
    at: str = _required_column()
    body: str = _required_column()
    proposal: Reference = Reference("")
    parent: Reference = Reference("")
    delimiter: str = ","
    rows: str = ""
    when: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[LeftOut, ...] = ()
    markup: str = "html"
    author: str = _column()
    author_separator: str = ""
    account: Codes = Codes(otherwise="person")
    stance: Codes = Codes()
    role: Codes = Codes(otherwise="resident")
    account_class: Codes = Codes(otherwise="person")


@dataclass(frozen=True)
class ResponseColumns:
    """The columns of an official response in a row of proposals; present if `at` has a time."""

    at: str = _required_column()
    headline: Codes = Codes()
    body: tuple[str, ...] = _column(())
    dated: str = _column()
    markup: str = "html"
    decision: Codes = Codes()
    code: str = _column()
    grounds: tuple[str, ...] = ()
    offices: InstitutionColumns = InstitutionColumns()


@dataclass(frozen=True)
class AccountColumns:
    """The file that lists the platform's own accounts, which are not residents."""

    id: str = _required_column()
    name: str = _column()
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
    encoding: str = ""
    """Encoding of files without a mark; UTF-8 if empty."""


_SECTIONS: dict[str, type] = {
    "proposals": ProposalColumns,
    "comments": CommentColumns,
    "responses": ResponseColumns,
    "platform_accounts": AccountColumns,
    "proposal": Reference,
    "parent": Reference,
    "offices": InstitutionColumns,
    **dict.fromkeys(
        (
            "initiator",
            "decision",
            "role",
            "account_class",
            "stance",
            "headline",
            "account",
            "withdrawn",
        ),
        Codes,
    ),
    "leave_out": LeftOut,
}


def list_profiles() -> list[str]:
    """Return the names of the built-in profiles."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def profile_label(path: Path) -> str:
    """Return the label of a built-in profile without checking the rest of it."""
    return str(tomllib.loads(path.read_text(encoding="utf-8"))["label"])


def load_profile(path: Path) -> Profile:
    """Return a profile; raises UnreadableSource naming the key that is wrong in it."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        profile: Profile = _build_section(Profile, values, "")
        check_profile(profile)
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, InvalidValue) as error:
        reason = " ".join(str(error).split())
        raise UnreadableSource(f"{path}: {reason}") from error
    return profile


def time_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name; raises UnreadableSource for an unknown one."""
    if name not in available_timezones():
        raise UnreadableSource(f"{name!r} is not a valid time zone")
    return ZoneInfo(name)


def _build_section(section: type[T], values: Mapping[str, Any], key: str) -> T:
    """Return a section of a profile; raises InvalidValue for an unknown or missing key."""
    known = {spec.name: spec for spec in fields(section)}  # type: ignore[arg-type]  # a dataclass
    prefix = f"{key}." if key else ""
    if unknown := sorted(set(values) - set(known)):
        raise InvalidValue(f"{prefix}{unknown[0]}", "an unknown key", known)
    needed = [name for name, spec in known.items() if _has_no_default(spec)]
    if missing := [name for name in needed if name not in values]:
        raise InvalidValue(f"{prefix}{missing[0]}", "missing")
    types = get_type_hints(section)
    built = {
        name: _build_value(name, value, types[name], f"{prefix}{name}")
        for name, value in values.items()
    }
    return section(**built)


def _has_no_default(spec: Field[Any]) -> bool:
    return spec.default is MISSING and spec.default_factory is MISSING


def _build_value(name: str, value: Any, annotation: Any, key: str) -> Any:
    section = _SECTIONS.get(name)
    if section is None:
        return check_type(key, value, annotation)
    if name in {"responses", "leave_out"}:
        if not is_list_of(dict, value):
            raise InvalidValue(key, f"{value!r} is not a list of tables")
        return tuple(
            _build_section(section, item, f"{key}[{number}]") for number, item in enumerate(value)
        )
    if section is Reference and isinstance(value, str):
        return Reference(value)
    return _build_section(section, check_table(key, value), key)
