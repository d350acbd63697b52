"""Declarations of SQL steps: the first lines of each file name its output and its inputs.

    -- output: placed_nodes
    -- kind: levels from tree_starts
    -- scopes: everyone, counted
    -- inputs: scope_replies
    -- One level further down: what replies to the comments placed last.

`kind` is `table` (stored), `view` (evaluated at each use), `facts` (handed to Python) or `levels
from START`: the rows of START and, level by level until none comes back, those of the statement,
which reads the level before as `frontier`. `scopes` is given where the step is repeated over the
comments of these scopes. `if empty` is given where a scope without rows in this table equals
another scope. `inputs` are the tables that the statement names; `counted.nodes` is a table of
another scope, `none` no table. What follows is the meaning, then the statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

SQL_FOLDER = files(__package__) / "sql"
FRONTIER = "frontier"
KINDS = ("table", "view", "facts", "levels")
KEYS = ("output", "kind", "scopes", "if empty", "inputs")
REQUIRED = ("output", "kind", "inputs")
LINE = re.compile(r"-- ([a-z ]+): (\S.*)")
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
TABLE = re.compile(r"\b(FROM|JOIN)(\s+)([a-z][a-z0-9_.]*)")


class InvalidDeclaration(ValueError):
    """Raised where the first lines of a SQL file do not declare a step; the message names both."""


@dataclass(frozen=True)
class Declaration:
    """What one SQL file declares: a step, or one step for each of its scopes."""

    file: str
    output: str
    kind: str
    inputs: tuple[str, ...]
    start: str | None
    scopes: tuple[str, ...]
    same_if_empty: str | None
    meaning: str
    statement: str

    @property
    def tables_named(self) -> set[str]:
        """Return the tables that the statement names, without those of its own recursion."""
        own = {FRONTIER, self.output} if self.kind == "levels" else set()
        return tables_named(self.statement) - own


def read_declarations(folder: Traversable = SQL_FOLDER) -> list[Declaration]:
    """Return the declarations of all SQL files; raises `InvalidDeclaration`."""
    return [
        parse_declaration(f"{stage.name}/{file.name}", file.read_text(encoding="utf-8"))
        for stage in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if stage.is_dir()
        for file in sorted(stage.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".sql")
    ]


def parse_declaration(file: str, text: str) -> Declaration:
    """Return the declaration of one SQL file; raises `InvalidDeclaration`."""
    comments = [line for line in text.splitlines() if line.startswith("--")]
    values = _values(file, comments)
    kind, start = _kind(file, values["kind"])
    meaning = " ".join(line.removeprefix("--").strip() for line in comments[len(values) :])
    statement = text.partition("\n".join(comments) + "\n")[2].strip()
    if not meaning or not statement:
        raise InvalidDeclaration(f"{file}: {'statement' if meaning else 'meaning'} missing")
    inputs = "" if values["inputs"] == "none" else values["inputs"]
    return Declaration(
        file=file,
        output=_names(file, values["output"])[0],
        kind=kind,
        inputs=_names(file, inputs),
        start=start,
        scopes=_names(file, values.get("scopes", "")),
        same_if_empty=values.get("if empty"),
        meaning=meaning,
        statement=statement,
    )


def _values(file: str, comments: list[str]) -> dict[str, str]:
    """Return the value of each key, which must come in their order."""
    values = dict(_declared(file, comments))
    missing = [key for key in REQUIRED if key not in values]
    if missing:
        raise InvalidDeclaration(f"{file}: line '-- {missing[0]}: …' missing")
    if list(values) != [key for key in KEYS if key in values]:
        raise InvalidDeclaration(f"{file}: the lines must be in the order {', '.join(KEYS)}")
    if "if empty" in values and len(_names(file, values.get("scopes", ""))) != 1:
        raise InvalidDeclaration(f"{file}: 'if empty' needs exactly one scope")
    return values


def _declared(file: str, comments: list[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for line in comments:
        match = LINE.fullmatch(line)
        if match is None:
            return
        key, value = match[1], match[2].strip()
        if key not in KEYS:
            raise InvalidDeclaration(f"{file}: unknown key '{key}'; allowed: {', '.join(KEYS)}")
        if key in seen:
            raise InvalidDeclaration(f"{file}: key '{key}' twice")
        seen.add(key)
        yield key, value


def _kind(file: str, value: str) -> tuple[str, str | None]:
    kind, separator, start = value.partition(" from ")
    if kind not in KINDS or (kind == "levels") != bool(separator):
        raise InvalidDeclaration(
            f"{file}: kind must be table, view, facts or levels from START (got '{value}')"
        )
    return kind, _names(file, start)[0] if separator else None


def _names(file: str, value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",")) if value else ()
    for name in names:
        if not NAME.fullmatch(name):
            raise InvalidDeclaration(f"{file}: '{name}' is not the name of a table or scope")
    return names


def tables_named(statement: str) -> set[str]:
    """Return the tables that a statement reads."""
    return {match[3] for match in TABLE.finditer(statement)}


def with_tables(statement: str, relations: Mapping[str, str]) -> str:
    """Return a statement that reads the given relations in place of the tables it names."""
    return TABLE.sub(lambda m: m[1] + m[2] + relations.get(m[3], m[3]), statement)
