"""Fields of the resources: name, type, meaning and codes, and how a row gives the value.

One list of fields makes the answers, the OpenAPI description and the reference page. A field that a
research release has as well takes type, meaning and codes from its column there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from operator import attrgetter
from typing import Any

from deliberate.exports.columns import FILES

PublicRow = Any  # a row of any of the models
JsonValue = Any  # a value that JSON can hold
Example = str | int | float | bool | None | Sequence[Any] | Mapping[str, Any]
FORMATS = {"datetime": "date-time", "date": "date", "uri": "uri"}
"""The formats of the types that JSON writes as strings."""
JSON_TYPES = {"datetime": "string", "date": "string", "uri": "string", "json": "object"}


@dataclass(frozen=True)
class Reading:
    """What the value of a field may depend on beside its row."""

    language: str
    moment: datetime
    base_url: str
    shared: Mapping[int, JsonValue] = field(default_factory=dict)
    """What one query read for all rows of the page, by id of the row."""


Value = Callable[[PublicRow, Reading], object]


@dataclass(frozen=True)
class Field:
    """A field of a resource.

    `columns` are the columns of the model that it shows; a computed field has none.
    """

    name: str
    type: str
    meaning: str
    value: Value
    columns: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    example: Example = None
    items: tuple["Field", ...] = ()
    is_required: bool = False

    def json_schema(self) -> dict[str, JsonValue]:
        """Return the JSON Schema of the field; what may be missing may be null."""
        schema: dict[str, JsonValue] = {"description": self.meaning}
        kind = JSON_TYPES.get(self.type, self.type)
        schema["type"] = kind if self.is_required else [kind, "null"]
        if self.type in FORMATS:
            schema["format"] = FORMATS[self.type]
        if self.codes:
            codes: list[JsonValue] = (
                list(map(int, self.codes)) if kind == "integer" else [*self.codes]
            )
            schema["enum"] = codes if self.is_required else [*codes, None]
        if self.type == "array":
            schema["items"] = object_schema(self.items) if self.items else _item(self.example)
        elif self.items:
            schema |= object_schema(self.items) | {"type": schema["type"]}
        if self.example is not None:
            schema["examples"] = [self.example]
        return schema

    def read(self, row: PublicRow, reading: Reading) -> JsonValue:
        """Return the value of a row as JSON writes it; null where a stranger may not read it."""
        readers = getattr(row, "readers", {})
        if not all(readers[column].holds(row) for column in self.columns if column in readers):
            return None
        return as_json(self.value(row, reading))


def _item(example: Example) -> dict[str, JsonValue]:
    """Return the JSON Schema of the items of a list of texts, or of numbers by its example."""
    is_number = isinstance(example, list) and any(isinstance(one, int) for one in example)
    return {"type": "integer" if is_number else "string"}


def object_schema(fields: Sequence[Field]) -> dict[str, JsonValue]:
    """Return the JSON Schema of an object with some fields."""
    return {"type": "object", "properties": {one.name: one.json_schema() for one in fields}}


def as_json(value: object) -> JsonValue:
    """Return a value as JSON writes it: times in UTC to the minute, codes as texts."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value


def stored(  # one line of the table of a resource
    name: str,
    type_: str,
    meaning: str,
    example: Example = None,
    *,
    value: Value | None = None,
    columns: tuple[str, ...] | None = None,
    codes: Sequence[str] = (),
    is_required: bool = False,
) -> Field:
    """Return a field that shows the column of its name, or the named columns."""
    read = value or _read_column(name)
    shown = (name,) if columns is None else columns
    return Field(name, type_, meaning, read, shown, tuple(codes), example, (), is_required)


def released(  # as above
    file: str,
    name: str,
    example: Example = None,
    *,
    value: Value | None = None,
    columns: tuple[str, ...] | None = None,
    is_required: bool = False,
) -> Field:
    """Return a field that is also a column of a file of the releases, described there."""
    column = next(column for column in FILES[file] if column.name == name)
    meaning = column.meaning.replace(", cut to the hour", "").replace(
        " when the release was built", ""
    )
    return stored(
        name,
        column.type,
        meaning,
        example,
        value=value,
        columns=columns,
        codes=column.codes,
        is_required=is_required,
    )


def computed(
    name: str,
    type_: str,
    meaning: str,
    value: Value,
    example: Example = None,
    *,
    codes: Sequence[str] = (),
    items: tuple[Field, ...] = (),
    is_required: bool = False,
) -> Field:
    """Return a field that is no column of its row."""
    return Field(name, type_, meaning, value, (), tuple(codes), example, items, is_required)


def _read_column(name: str) -> Value:
    read = attrgetter(name)
    return lambda row, _reading: read(row)
