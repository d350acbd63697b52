"""Parser for tables of the population: field, band, share, source, year."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from io import StringIO

from flask_babel import format_decimal
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.models.scores.inclusion import MILLION
from deliberate.text import clean_line, to_slug
from deliberate.vocabulary import PopulationField

MAX_ROWS = 200
MAX_NAME, MAX_CODE, MAX_SOURCE = 80, 40, 200
FIRST_YEAR = 1900
TOLERANCE = MILLION // 100
"""How far the shares of a field may sum from 1: published tables are rounded."""
COLUMNS = {
    "field": ("field", "bidang", "kelompok"),
    "band": ("band", "golongan", "rentang"),
    "share": ("share", "bagian", "porsi"),
    "source": ("source", "sumber"),
    "year": ("year", "tahun"),
}
FIELDS = {
    PopulationField.AGE: ("age", "usia", "umur"),
    PopulationField.GENDER: ("gender", "jenis_kelamin", "gender_identity"),
    PopulationField.DISABILITY: ("disability", "disabilitas"),
    PopulationField.EDUCATION: ("education", "pendidikan"),
    PopulationField.OCCUPATION: ("occupation", "pekerjaan"),
    PopulationField.ARRIVAL: ("arrival", "lama_tinggal"),
    PopulationField.DISTRICT: ("district", "wilayah", "kecamatan", "desa", "kelurahan"),
}
NOT_ASKED = ("religion", "agama", "ethnicity", "ethnic", "suku", "etnis", "race", "ras", "belief")
"""Fields that nobody is asked for, in any table."""

_SIGNS = str.maketrans({"–": "-", "—": "-", "<": " under ", "≤": " up to "}) | str.maketrans(
    {">": " over ", "≥": " from ", "+": " plus "}
)


class InvalidPopulation(ValueError):
    """The text is no table of a population; the message says why."""


@dataclass(frozen=True)
class StatedBand:
    """One line of the table."""

    field: PopulationField
    band: str
    name: str
    share_millionths: int
    source: str
    year: int

    @property
    def share(self) -> float:
        """Return the share, from 0 to 1."""
        return self.share_millionths / MILLION


@dataclass
class PopulationTable:
    """A parsed table, and what is wrong with its lines by number."""

    bands: list[StatedBand] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def by_field(self) -> dict[PopulationField, list[StatedBand]]:
        """Return the bands of each field, in the order of the table."""
        fields: dict[PopulationField, list[StatedBand]] = defaultdict(list)
        for band in self.bands:
            fields[band.field].append(band)
        return dict(fields)


def parse_population(text: str) -> PopulationTable:
    """Parse a CSV table whose first line names its columns. Raises InvalidPopulation."""
    lines = text.lstrip("\ufeff").strip()
    separator = next((mark for mark in (";", "\t", ",") if mark in lines.split("\n", 1)[0]), ",")
    try:
        rows = list(csv.reader(StringIO(lines), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidPopulation(_("The table cannot be read: %(why)s", why=str(error))) from error
    if len(rows) < 2:
        raise InvalidPopulation(_("The table is empty."))
    if len(rows) > MAX_ROWS + 1:
        raise InvalidPopulation(_("At most %(n)s rows at once.", n=MAX_ROWS))
    places = _column_places(rows[0])
    table = PopulationTable()
    for line, row in enumerate(rows[1:], start=2):
        if any(clean_line(cell) for cell in row):
            cells = {name: _cell(row, place) for name, place in places.items()}
            _add_line(table, line, cells)
    if not table.problems:
        _check_fields(table, len(rows))
    return table


def _column_places(header: list[str]) -> dict[str, int]:
    """Return the place of every column by its name; raise InvalidPopulation if one is missing."""
    names = [_code(cell) for cell in header]
    places = {
        column: next((i for i, name in enumerate(names) if name in aliases), -1)
        for column, aliases in COLUMNS.items()
    }
    missing = [column for column, place in places.items() if place < 0]
    if missing:
        raise InvalidPopulation(
            _("The first line must name the columns; missing: %(names)s.", names=", ".join(missing))
        )
    return places


def _code(cell: str) -> str:
    return clean_line(cell).casefold().replace(" ", "_").replace("-", "_")


def _cell(row: list[str], place: int) -> str:
    return clean_line(row[place]) if place < len(row) else ""


def _add_line(table: PopulationTable, line: int, cells: dict[str, str]) -> None:
    """Add a band to the table, or the reasons why its line is wrong."""
    problems = [problem for problem in (check(cells) for check in _CHECKS) if problem]
    table.problems += [(line, problem) for problem in problems]
    known, share = _known_field(cells["field"]), _share(cells["share"])
    if problems or known is None or share is None:
        return
    band = StatedBand(
        known,
        _band_code(cells["band"]),
        cells["band"],
        share,
        cells["source"],
        int(cells["year"]),
    )
    if any((other.field, other.band) == (band.field, band.band) for other in table.bands):
        table.problems.append((line, _("This band is in the table twice, or reads like another.")))
    else:
        table.bands.append(band)


def _known_field(text: str) -> PopulationField | None:
    return next((name for name, aliases in FIELDS.items() if _code(text) in aliases), None)


def _band_code(name: str) -> str:
    """Return the code of a band; signs that tell two bands apart are written out."""
    return to_slug(name.translate(_SIGNS))[:MAX_CODE]


def _share(text: str) -> int | None:
    """Return a share in millionths, from `0.25`, `0,25` or `25 %`; None for anything else."""
    digits = text.replace(" ", "").replace(",", ".")
    divisor = 100 if digits.endswith("%") else 1
    try:
        share = float(digits.removesuffix("%")) / divisor
    except ValueError:
        return None
    return round(share * MILLION) if 0 <= share <= 1 else None


def _field_problem(cells: dict[str, str]) -> str | None:
    if _code(cells["field"]) in NOT_ASKED:
        return str(_("Religion and ethnicity are not asked here, and not compared."))
    if _known_field(cells["field"]) is not None:
        return None
    text = _("“%(name)s” is no field here. Fields: %(names)s.")
    return str(text % {"name": cells["field"], "names": ", ".join(PopulationField)})


def _band_problem(cells: dict[str, str]) -> str | None:
    if not _band_code(cells["band"]):
        return str(_("The band needs a name with letters or digits."))
    if len(cells["band"]) <= MAX_NAME:
        return None
    return str(_("A name has at most %(n)s characters.", n=MAX_NAME))


def _share_problem(cells: dict[str, str]) -> str | None:
    if _share(cells["share"]) is not None:
        return None
    text = _("“%(share)s” is no share from 0 to 1. Write a percentage with its sign.")
    return str(text % {"share": cells["share"]})


def _source_problem(cells: dict[str, str]) -> str | None:
    if not cells["source"]:
        return str(_("Name the source of the figure."))
    if len(cells["source"]) <= MAX_SOURCE:
        return None
    return str(_("A source has at most %(n)s characters.", n=MAX_SOURCE))


def _year_problem(cells: dict[str, str]) -> str | None:
    year = cells["year"]
    if year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= now().year:
        return None
    return str(_("“%(year)s” is no year of past figures.", year=year))


_CHECKS = (_field_problem, _band_problem, _share_problem, _source_problem, _year_problem)


def _check_fields(table: PopulationTable, line: int) -> None:
    """Add a problem for each field with one band, or whose shares do not sum to 1."""
    for name, bands in table.by_field().items():
        total = sum(band.share_millionths for band in bands)
        if len(bands) < 2:
            table.problems.append((line, _("%(name)s has one band; it needs two.", name=name)))
        elif abs(total - MILLION) > TOLERANCE:
            sums = {"name": name, "total": format_decimal(total / MILLION, "0.000")}
            text = _("The shares of %(name)s sum to %(total)s, not to 1.")
            table.problems.append((line, text % sums))
