"""Reading a list of residents: an address and an area a line; every other column stays unread."""

import csv
import re
from dataclasses import dataclass, field
from io import StringIO

from flask_babel import gettext as _

from deliberate.text import clean_line

MOST_ROWS = 5000
ADDRESS_NAMES = ("email", "e-mail", "mail", "surel", "address", "alamat_surel")
AREA_NAMES = ("area", "village", "district", "desa", "kelurahan", "wilayah", "kecamatan")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+")
_IDENTITY = re.compile(r"\d(?:[\s.\-/]?\d){11,}")
"""Twelve digits and more, however they are grouped: NIK and KK have 16, others 12 to 20."""


class NoList(ValueError):
    """What was sent is no list of addresses; the message says why."""


@dataclass
class ResidentTable:
    """What a list says: each address with its area; what of it was not read, and what is wrong."""

    areas: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def looks_like_identity(words: str) -> bool:
    """Whether something looks like a number by which a state knows a person."""
    return _IDENTITY.search(words) is not None


def read_residents(written: str) -> ResidentTable:
    """Read a list: CSV whose first line names an address column, or one address a line.

    Columns that are neither address nor area are not looked at; their names are told.
    """
    lines = written.lstrip("\ufeff").strip()
    first = lines.split("\n", 1)[0]
    separator = next((mark for mark in (";", "\t", ",") if mark in first), ",")
    try:
        rows = list(csv.reader(StringIO(lines), delimiter=separator, strict=True))
    except csv.Error as error:
        raise NoList(_("This is no table that can be read: %(why)s", why=str(error))) from error
    if not rows:
        raise NoList(_("The list is empty."))
    if len(rows) > MOST_ROWS + 1:
        raise NoList(_("At most %(n)s rows at once.", n=MOST_ROWS))
    return _read(rows)


def _read(rows: list[list[str]]) -> ResidentTable:
    table = ResidentTable()
    names = [clean_line(cell).casefold().replace(" ", "_") for cell in rows[0]]
    at = next((i for i, name in enumerate(names) if name in ADDRESS_NAMES), None)
    place = next((i for i, name in enumerate(names) if name in AREA_NAMES), None)
    is_headed = at is not None
    if at is None:
        if not _ADDRESS.fullmatch(clean_line(rows[0][0])):
            raise NoList(_("The first line names the columns: email, area."))
        at, place = 0, 1
    table.unread = _unread(rows[0], at, place, is_headed=is_headed)
    for line, row in enumerate(rows[is_headed:], start=1 + is_headed):
        _take(table, line, _cell(row, at), _cell(row, place))
    return table


def _unread(row: list[str], at: int, place: int | None, *, is_headed: bool) -> list[str]:
    """The columns nobody looks at, by name or by number."""
    others = [i for i in range(len(row)) if i not in {at, place}]
    return [clean_line(row[i])[:40] if is_headed else f"#{i + 1}" for i in others]


def _cell(row: list[str], place: int | None) -> str:
    return clean_line(row[place]) if place is not None and place < len(row) else ""


def _take(table: ResidentTable, line: int, written: str, area: str) -> None:
    address = written.lower()
    if not address and not area:
        return
    is_address = _ADDRESS.fullmatch(address) is not None
    if looks_like_identity(area) or (not is_address and looks_like_identity(written)):
        table.problems.append((line, _("This looks like an identity number; none is kept here.")))
    elif not is_address or len(address) > 254:
        table.problems.append((line, _("An e-mail address looks like name@example.org.")))
    elif len(area) > 80:
        table.problems.append((line, _("An area has at most 80 characters.")))
    elif address in table.areas:
        table.problems.append((line, _("This address stands in the list twice.")))
    else:
        table.areas[address] = area
