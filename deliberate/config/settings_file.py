"""Read the settings file by the rules of systemd's EnvironmentFile; the environment wins."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deliberate.config import (
    DEFAULT_SETTINGS_FILE,
    SETTINGS_FILE,
    InvalidSetting,
    setting_names,
)
from deliberate.config.terminal import translate as _

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NEWLINES = "\n\r"
SPACE = " \t" + NEWLINES
ESCAPABLE = '"\\`$'
"""Characters before which a backslash disappears in double quotes."""


@dataclass(frozen=True)
class Variables:
    """The variables of this process and its settings file, and which of them the file gives."""

    values: Mapping[str, str]
    from_file: frozenset[str]
    path: Path | None


def read_variables(environ: Mapping[str, str] = os.environ) -> Variables:
    """Return the environment completed by the settings file.

    Raises InvalidSetting, with a line about each line of the file that cannot be read.
    """
    path = _settings_path(environ)
    if path is None:
        return Variables(environ, frozenset(), None)
    given = parse_settings(_read(path), str(path))
    _names, secret_files = setting_names()
    for name in secret_files:
        # A secret in the environment wins over a file of it that the settings file names.
        if environ.get(name.removesuffix("_FILE")) and name not in environ:
            given.pop(name, None)
    from_file = frozenset(name for name in given if name not in environ)
    return Variables({**given, **environ}, from_file, path)


def _settings_path(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get(SETTINGS_FILE):
        return Path(named)
    path = Path(DEFAULT_SETTINGS_FILE)
    return path.resolve() if path.is_file() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except ValueError:
        reason = "UTF-8"
    raise InvalidSetting(
        _(
            "%(name)s: cannot read %(path)s (%(reason)s)",
            name=SETTINGS_FILE,
            path=path,
            reason=reason,
        )
    )


def parse_settings(text: str, path: str = DEFAULT_SETTINGS_FILE) -> dict[str, str]:
    """Return the variables of a text in the format of systemd's EnvironmentFile.

    The last assignment of a name counts. Raises InvalidSetting.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for line, name, value in _assignments(text):
        if value is None or not NAME.fullmatch(name):
            problems.append(_line_problem(path, line, name))
        else:
            values[name] = value
    if problems:
        raise InvalidSetting("\n".join(problems))
    return values


def quote_value(value: str) -> str:
    """Return a value as the settings file has it, in quotes if it needs them."""
    if re.fullmatch(r"[\w./:@%+,-]*", value):
        return value
    return '"' + re.sub(r'(["\\`$])', r"\\\1", value) + '"'


def _line_problem(path: str, line: int, name: str) -> str:
    if name.startswith("export "):
        message = _("write NAME=value without “export”")
    else:
        message = _("must be NAME=value or a comment that begins with #")
    return f"{path}:{line}: {message}"


def _assignments(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, name and value of each assignment; no value for a line without one."""
    reader = _Reader(text)
    while (first := reader.skip(SPACE)) is not None:
        if first in "#;":
            reader.take(lambda c: c not in NEWLINES)
            continue
        line = reader.line
        name = reader.take(lambda c: c != "=" and c not in NEWLINES).strip()
        if reader.next() != "=":
            yield line, name, None
            continue
        reader.advance()
        yield line, name, _value(reader)


class _Reader:
    """A position in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def next(self) -> str | None:
        """Return the next character without passing it, None at the end."""
        return self._text[self._at] if self._at < len(self._text) else None

    def advance(self) -> str:
        """Pass the next character and return it, nothing at the end."""
        character = self.next() or ""
        self._at += 1
        return character

    def take(self, belongs: Callable[[str], bool]) -> str:
        """Pass and return the characters that belong together."""
        start = self._at
        while (character := self.next()) is not None and belongs(character):
            self._at += 1
        return self._text[start : self._at]

    def skip(self, characters: str) -> str | None:
        """Pass these characters and return the first other one, None at the end."""
        self.take(lambda c: c in characters)
        return self.next()


def _value(reader: _Reader) -> str:
    """Return a value: quoted parts and a plain rest, up to the end of the line."""
    parts: list[str] = []
    while (character := reader.skip(" \t")) is not None and character not in NEWLINES:
        if character == "'":
            reader.advance()
            parts.append(reader.take(lambda c: c != "'"))
            reader.advance()
        elif character == '"':
            reader.advance()
            parts.append(_double_quoted(reader))
        else:
            return "".join([*parts, _plain(reader)])
    return "".join(parts)


def _double_quoted(reader: _Reader) -> str:
    parts: list[str] = []
    while (character := reader.advance()) and character != '"':
        if character != "\\":
            parts.append(character)
            continue
        escaped = reader.advance()
        if escaped in ESCAPABLE:
            parts.append(escaped)
        elif escaped not in NEWLINES:
            parts.append("\\" + escaped)
    return "".join(parts)


def _plain(reader: _Reader) -> str:
    """Return the rest of a line without quotes; a backslash keeps what follows, or joins lines."""
    parts: list[str] = []
    kept = 0
    while (character := reader.next()) is not None and character not in NEWLINES:
        reader.advance()
        if character == "\\":
            escaped = reader.advance()
            parts.append("" if escaped in NEWLINES else escaped)
            kept = len(parts)
            continue
        parts.append(character)
        if character not in " \t":
            kept = len(parts)
    return "".join(parts[:kept])
