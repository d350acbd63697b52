"""Parser for lists of residents: an e-mail address and an area a line, other columns ignored."""

import csv
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from io import StringIO

from flask_babel import gettext as _

from deliberate.text import clean_line, is_email_address

MAX_ROWS = 5000
EMAIL_COLUMNS = ("email", "e-mail", "mail", "surel", "address", "alamat_surel")
AREA_COLUMNS = ("area", "village", "district", "desa", "kelurahan", "wilayah", "kecamatan")
_IDENTITY_NUMBER = re.compile(r"\d(?:[\s.\-/]?\d){11,}")
"""Twelve digits or more in any grouping: NIK and KK have 16, those of other countries 12 to 20."""


class InvalidResidentList(ValueError):
    """The text is not a list of addresses; the message names the reason."""


@dataclass
class ResidentTable:
    """A parsed list: areas by address, names of ignored columns, problems by line number."""

    areas: dict[str, str] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def looks_like_identity_number(text: str) -> bool:
    """Return whether a text contains what may be a national identity number."""
    return _IDENTITY_NUMBER.search(text) is not None


def parse_resident_list(text: str) -> ResidentTable:
    """Parse a CSV table whose first line names an address column, or one address a line.

    Columns other than address and area are ignored and listed by name. Raises InvalidResidentList.
    """
    lines = text.lstrip("\ufeff").strip()
    first = lines.split("\n", 1)[0]
    separator = next((mark for mark in (";", "\t", ",") if mark in first), ",")
    try:
        rows = list(csv.reader(StringIO(lines), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidResidentList(_("The table cannot be read: %(why)s", why=str(error))) from error
    if not rows:
        raise InvalidResidentList(_("The list is empty."))
    if "\ufffd" in lines:
        raise InvalidResidentList(
            _("Letters were lost when this table was saved. Save it as UTF-8 and copy it again.")
        )
    if len(rows) > MAX_ROWS + 1:
        raise InvalidResidentList(_("At most %(n)s rows at once.", n=MAX_ROWS))
    return _parse_rows(rows)


def _parse_rows(rows: list[list[str]]) -> ResidentTable:
    table = ResidentTable()
    names = [clean_line(cell).casefold().replace(" ", "_") for cell in rows[0]]
    email_at, area_at = _find_column(names, EMAIL_COLUMNS), _find_column(names, AREA_COLUMNS)
    has_header = email_at is not None
    if email_at is None:
        if not is_email_address(clean_line(rows[0][0])):
            raise InvalidResidentList(_("The first line must name the columns: email, area."))
        email_at, area_at = 0, 1
    table.ignored_columns = [
        clean_line(cell)[:40] if has_header else f"#{i + 1}"
        for i, cell in enumerate(rows[0])
        if i not in {email_at, area_at}
    ]
    for line, row in enumerate(rows[has_header:], start=1 + has_header):
        _add_row(table, line, _cell(row, email_at), _cell(row, area_at))
    return table


def _find_column(names: Sequence[str], wanted: Container[str]) -> int | None:
    return next((i for i, name in enumerate(names) if name in wanted), None)


def _cell(row: list[str], column: int | None) -> str:
    return clean_line(row[column]) if column is not None and column < len(row) else ""


def _add_row(table: ResidentTable, line: int, text: str, area: str) -> None:
    """Add an address with its area to the table, or the reason why the line is wrong."""
    email = text.lower()
    if not email and not area:
        return
    if problem := _row_problem(table, text, area):
        table.problems.append((line, problem))
    else:
        table.areas[email] = area


def _row_problem(table: ResidentTable, text: str, area: str) -> str:
    """Return why an address or its area is wrong, or an empty text."""
    problem: str = ""
    is_email = is_email_address(text.lower())
    if looks_like_identity_number(area) or (not is_email and looks_like_identity_number(text)):
        problem = _("This looks like an identity number. Identity numbers are not stored here.")
    elif not is_email:
        problem = _("An e-mail address looks like name@example.org.")
    elif len(area) > 80:
        problem = _("An area has at most 80 characters.")
    elif text.lower() in table.areas:
        problem = _("This address is in the list twice.")
    return problem
