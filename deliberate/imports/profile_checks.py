"""Checks of a profile when it is loaded: types, codes, patterns, before any row is read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_origin
from zoneinfo import available_timezones

from deliberate.decoding import is_known_encoding
from deliberate.vocabulary import AccountClass, Initiator, ResponseDecision, Role, Stance

MAX_SHOWN = 25
_TYPE_NAMES = {str: "text", int: "a whole number", tuple: "a list of texts", Mapping: "a table"}
_DECISIONS = [code.value for code in ResponseDecision]
_CODES: Mapping[str, list[Any]] = {
    "initiator": [code.value for code in Initiator],
    "decision": [*_DECISIONS, ""],
    "role": [Role.RESIDENT.value, Role.STAFF.value],
    "account_class": [AccountClass.PERSON.value, AccountClass.ORGANISATION.value],
    "account": ["person", "none"],
    "withdrawn": ["yes", "no"],
    "stance": [stance.value for stance in Stance],
}
"""Our codes by the key of a profile whose values they are."""
_CHOICES: Mapping[str, list[str]] = {
    "markup": ["html", "plain"],
    "grounds": ["law", "budget", "technical", "other"],
}
_NEEDED = frozenset({"platform", "label", "title", "language", "file", "id", "at"})
_PLATFORM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class InvalidValue(ValueError):
    """A value of a profile that means nothing: its key, what is wrong, and what is allowed."""

    def __init__(self, key: str, problem: str, allowed: Iterable[object] = ()) -> None:
        names = ", ".join(sorted(str(name) or '""' for name in allowed))
        super().__init__(f"{key}: {problem}" + (f"; allowed: {names}" if names else ""))


def check_type(key: str, value: Any, annotation: Any) -> Any:
    """Return a value as its key's type; raises InvalidValue for another one."""
    origin = get_origin(annotation) or annotation
    if annotation is Any:
        return value
    if origin is tuple:
        if not is_list_of(str, value):
            raise InvalidValue(key, f"{value!r} is not {_TYPE_NAMES[tuple]}")
        return tuple(value)
    if origin not in {str, int}:
        return check_table(key, value)
    if not isinstance(value, origin) or isinstance(value, bool):
        raise InvalidValue(key, f"{value!r} is not {_TYPE_NAMES[origin]}")
    return value


def is_list_of(kind: type, value: Any) -> bool:
    """Return whether a value is a list of which every item is of a kind."""
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def check_table(key: str, value: Any) -> dict[str, Any]:
    """Return a value that is a table; raises InvalidValue for another one."""
    if not isinstance(value, dict):
        raise InvalidValue(key, f"{value!r} is not a table")
    return value


def check_profile(profile: Any) -> None:
    """Check the values of a profile; raises InvalidValue for the first one that means nothing."""
    if profile.timezone not in available_timezones():
        raise InvalidValue("timezone", f"{profile.timezone!r} is not a valid time zone")
    if not _PLATFORM.fullmatch(profile.platform) or len(profile.platform) > 40:
        raise InvalidValue(
            "platform", f"{profile.platform!r} is not a short name of a-z, 0-9 and hyphens"
        )
    if profile.threshold < 0:
        raise InvalidValue("threshold", f"{profile.threshold} is less than 0")
    if not re.fullmatch(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", profile.language):
        raise InvalidValue("language", f"{profile.language!r} is not a language code such as id")
    if profile.encoding and not is_known_encoding(profile.encoding):
        raise InvalidValue("encoding", f"{profile.encoding!r} is not a known encoding")
    _check_calendar(profile.calendar)
    _check_criteria(profile.carries)
    _check_section(profile, "")


def _check_calendar(calendar: str) -> None:
    if not re.fullmatch(r"[A-Z]{2}(?:-[A-Z0-9]{1,4})?", calendar):
        raise InvalidValue("calendar", f"{calendar!r} is not a country such as ID or GB-ENG")


def _check_criteria(carries: Iterable[str]) -> None:
    from deliberate.citivoice import load_formulas

    known = load_formulas().criteria
    for code in carries:
        if code not in known:
            raise InvalidValue("carries", f"{code!r} is not a criterion", known)


def _check_section(section: Any, key: str) -> None:
    for spec in fields(section):
        value, name = getattr(section, spec.name), f"{key}.{spec.name}".lstrip(".")
        if value != spec.default:
            _check_value(spec.name, value, name)
            for inner, inner_name in inner_sections(value, name):
                _check_section(inner, inner_name)


def _check_value(spec_name: str, value: Any, name: str) -> None:
    if spec_name in _CODES:
        _check_codes(value, name, _CODES[spec_name])
    if spec_name in _NEEDED and isinstance(value, str) and not value.strip():
        raise InvalidValue(name, "empty")
    _check_choices(spec_name, value, name)
    if spec_name in {"when", "values"} and isinstance(value, Mapping):
        _check_keys(value, name, texts=spec_name == "when")
    if spec_name == "match":
        _check_pattern(value, name)
    if spec_name == "delimiter" and len(value) != 1:
        raise InvalidValue(name, f"{value!r} is not one character")


def inner_sections(value: Any, name: str) -> Iterator[tuple[Any, str]]:
    """Yield the section that a value is, or the sections of a list, each with its name."""
    if is_dataclass(value):
        yield value, name
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            if is_dataclass(item):
                yield item, f"{name}[{number}]"


def _check_choices(field: str, value: Any, key: str) -> None:
    allowed = _CHOICES.get(field, [])
    for item in (value if isinstance(value, tuple) else [value]) if allowed else []:
        if item not in allowed:
            raise InvalidValue(key, f"{item!r} is none of ours", allowed)


def _check_codes(codes: Any, key: str, allowed: list[Any]) -> None:
    used = {f"{key}.values.{theirs}": ours for theirs, ours in codes.values.items()}
    for name in ("otherwise", "filled"):
        if (ours := getattr(codes, name)) is not None:
            used[f"{key}.{name}"] = ours
    for where, ours in used.items():
        if not _is_code(ours, allowed):
            raise InvalidValue(where, f"{ours!r} is none of our codes", allowed)


def _is_code(value: Any, allowed: list[Any]) -> bool:
    """Return whether a value is one of the codes; true and false are no numbers."""
    is_same = (type(value) is type(code) and value == code for code in allowed)
    return not isinstance(value, bool) and any(is_same)


def _check_keys(table: Mapping[str, Any], key: str, *, texts: bool) -> None:
    for name, value in table.items():
        if texts and not isinstance(value, str):
            raise InvalidValue(f"{key}.{name}", f"{value!r} is not text")
        if isinstance(value, dict | list):
            raise InvalidValue(f"{key}.{name}", f"{value!r} is not one value")


def _check_pattern(pattern: str, key: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidValue(key, f"{pattern!r} is not a regular expression: {error}") from error
    if groups < 1:
        raise InvalidValue(key, f"{pattern!r} has no group in brackets, which would be the id")
