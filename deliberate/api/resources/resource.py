"""A resource of the read API: its fields, and which columns it leaves out and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deliberate.api.fields import Field, JsonValue, PublicRow, Reading, stored

SharedValues = Callable[[Sequence[PublicRow]], Mapping[int, JsonValue]]
RENDERED = "made from the text that is there"
TECHNICAL = "how it is stored; it says nothing about what was done"
IN_ADDRESS = "part of the address of the page"
AUTHOR = "names stay on the pages, where an erasure removes them; a release has pseudonyms"
IN_RELEASES = "releases have it from the log, under pseudonyms"


def nothing_shared(_rows: Sequence[PublicRow]) -> Mapping[int, JsonValue]:
    """Return nothing: every value of the resource is read from its rows."""
    return {}


@dataclass(frozen=True)
class Resource:
    """What one path of the API returns.

    `left_out` gives for each column of the table, and of the file of a release, that is no field
    the reason. A test compares both with the tables and the releases.
    """

    name: str
    one: str
    """What a row is, with its article."""
    model: str
    fields: tuple[Field, ...]
    left_out: Mapping[str, str]
    file: str = ""
    """The file of the releases with the same rows."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Columns of the file, by the name of the field with the same content."""
    share: SharedValues = nothing_shared

    @property
    def field_names(self) -> tuple[str, ...]:
        """Return the names of the fields in their order."""
        return tuple(one.name for one in self.fields)

    def read(self, row: PublicRow, reading: Reading, names: frozenset[str]) -> dict[str, JsonValue]:
        """Return the values of the named fields of a row."""
        return {one.name: one.read(row, reading) for one in self.fields if one.name in names}


ID = stored("id", "integer", "number of the row; lists are in its order", 17, is_required=True)
