"""Parser for the codes of a machine: a table with the position of each text and its code."""

import csv
from dataclasses import dataclass, field
from io import StringIO

from flask_babel import gettext as _

from deliberate.permissions.decision import InvalidInput
from deliberate.text import clean_line, parse_whole_number

COLUMNS = ("position", "code")
MAX_ROWS = 1000


@dataclass
class MachineCodesTable:
    """The codes by position, and what is wrong with lines by number."""

    codes: dict[int, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


def parse_machine_codes(text: str, positions: set[int], codes: int) -> MachineCodesTable:
    """Parse a CSV table whose first line names its columns; others than COLUMNS are passed over.

    `positions` are those of the texts of the sample; codes run from 0 to `codes` - 1. Raises
    InvalidInput where the text is no such table.
    """
    lines = text.lstrip("\ufeff").strip()
    separator = next((mark for mark in (";", "\t", ",") if mark in lines.split("\n", 1)[0]), ",")
    try:
        rows = list(csv.reader(StringIO(lines), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidInput(_("The table cannot be read: %(why)s", why=str(error))) from error
    header = [clean_line(cell).casefold() for cell in rows[0]] if rows else []
    if missing := [name for name in COLUMNS if name not in header]:
        names = ", ".join(missing)
        raise InvalidInput(
            _("The first line must name the columns; missing: %(names)s.", names=names)
        )
    if len(rows) > MAX_ROWS + 1:
        raise InvalidInput(_("At most %(n)s rows at once.", n=MAX_ROWS))
    table = MachineCodesTable()
    places = [header.index(name) for name in COLUMNS]
    for number, row in enumerate(rows[1:], start=2):
        if any(clean_line(cell) for cell in row):
            cells = [clean_line(row[place]) if place < len(row) else "" for place in places]
            _add_line(table, number, cells, positions, codes)
    return table


def _add_line(
    table: MachineCodesTable, number: int, cells: list[str], positions: set[int], codes: int
) -> None:
    if not cells[1]:  # a text that the machine did not code
        return
    position, code = (parse_whole_number(cell) for cell in cells)
    if position is None or position not in positions:
        table.problems.append((number, _("This sample has no such text.")))
    elif position in table.codes:
        table.problems.append((number, _("This text is in the table twice.")))
    elif code is None or code >= codes:
        table.problems.append((number, _("The code is from 0 to %(most)s.", most=codes - 1)))
    else:
        table.codes[position] = code
