"""Answers on a draft text from a CSV table: every row is checked, then published by its own act.

An answer that others must check or sign is saved as a draft, and they are asked for it.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO

from flask_babel import gettext as _

from deliberate.models import Document, DocumentVersion, Person, UnitText
from deliberate.operations.documents.answer_desk import ask_consents
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.permissions.decision import Refused
from deliberate.queries.documents.answer_desk import OpenPage, missing_consents
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.recording import NO_REQUEST, RequestContext
from deliberate.text import parse_whole_number
from deliberate.vocabulary import ResponseGround, UnitDecision

COLUMNS = ("unit", "version", "contributions", "decision", "ground", "reason")
MAX_ROWS = 200
MAX_REASON = 4_000


class InvalidAnswerTable(ValueError):
    """The file is not a table with the columns; the message is shown to the officer."""


@dataclass
class AnswerRow:
    """An answer in the table, with its parsed cells and the problems found."""

    line: int
    cells: dict[str, str]
    unit: UnitText | None = None
    contribution_ids: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def entry(self) -> AnswerEntry:
        """Return the answer of a row without problems."""
        cells = self.cells
        decision, ground = UnitDecision(cells["decision"]), ResponseGround(cells["ground"])
        return AnswerEntry(decision, ground, cells["reason"], self.contribution_ids)


@dataclass
class AnswerTableResult:
    """What became of the rows of a table."""

    published: list[AnswerRow] = field(default_factory=list)
    drafted: list[AnswerRow] = field(default_factory=list)
    """Saved as drafts, for which a check or a signature was asked."""
    failed: list[AnswerRow] = field(default_factory=list)


def write_open_table(pages: Sequence[OpenPage]) -> str:
    """Return a table of what is open, a row a Pasal, for the officer to complete."""
    rows = [
        AnswerRow(
            0,
            {
                "unit": page.unit.address,
                "version": str(page.version.number),
                "contributions": " ".join(map(str, page.contribution_ids)),
            },
        )
        for page in pages
    ]
    return write_answer_table(rows)


def write_answer_table(rows: Sequence[AnswerRow]) -> str:
    """Return rows as a CSV table."""
    table = StringIO()
    writer = csv.DictWriter(table, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.cells for row in rows)
    return table.getvalue()


def parse_answer_table(document: Document, pages: Sequence[OpenPage], text: str) -> list[AnswerRow]:
    """Return the rows of a table with a decision, each checked as publishing would.

    `pages` is what is open; nothing is stored. Raises InvalidAnswerTable.
    """
    text = text.lstrip("\ufeff")
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(text), delimiter=";" if ";" in header else ",")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        names = ", ".join(missing)
        raise InvalidAnswerTable(
            _("The first line must name the columns. Missing: %(names)s", names=names)
        )
    is_open = {row_id for page in pages for row_id in page.contribution_ids}
    rows: list[AnswerRow] = []
    try:
        for record in reader:
            cells = {name: (record.get(name) or "").strip() for name in COLUMNS}
            if cells["decision"] or cells["ground"] or cells["reason"]:
                rows.append(_checked(document, is_open, AnswerRow(reader.line_num, cells)))
    except csv.Error as error:
        raise InvalidAnswerTable(_("The table cannot be read: %(why)s", why=str(error))) from error
    if len(rows) > MAX_ROWS:
        raise InvalidAnswerTable(_("At most %(n)s rows at once.", n=MAX_ROWS))
    _mark_repeated(rows)
    return rows


def _checked(document: Document, is_open: set[int], row: AnswerRow) -> AnswerRow:
    cells = row.cells
    version = _version(document, cells["version"])
    row.unit = get_unit(version, cells["unit"]) if version else None
    if row.unit is None:
        row.problems.append(_("There is no such part in this version."))
    typed = re.split(r"[\s,|]+", cells["contributions"].strip())
    row.contribution_ids = [number for one in typed if (number := parse_whole_number(one))]
    if not row.contribution_ids or len(row.contribution_ids) != len(typed):
        row.problems.append(_("Name the contributions by their numbers."))
    elif unknown := [number for number in row.contribution_ids if number not in is_open]:
        numbers = ", ".join(map(str, unknown))
        row.problems.append(_("Not open in this draft: %(numbers)s", numbers=numbers))
    if cells["decision"] not in set(UnitDecision):
        names = ", ".join(UnitDecision)
        row.problems.append(_("The decision must be one of: %(names)s", names=names))
    if cells["ground"] not in set(ResponseGround):
        names = ", ".join(ResponseGround)
        row.problems.append(_("The ground must be one of: %(names)s", names=names))
    if len(cells["reason"]) > MAX_REASON:
        row.problems.append(_("At most 4,000 characters."))
    return row


def _version(document: Document, cell: str) -> DocumentVersion | None:
    return get_version(document, parse_whole_number(cell)) if cell else get_version(document)


def _mark_repeated(rows: Sequence[AnswerRow]) -> None:
    seen: set[int] = set()
    for row in rows:
        if seen & set(row.contribution_ids):
            row.problems.append(_("A contribution is in the table twice."))
        seen |= set(row.contribution_ids)


def publish_answer_rows(
    staff: Person,
    document: Document,
    rows: Sequence[AnswerRow],
    *,
    context: RequestContext = NO_REQUEST,
) -> AnswerTableResult:
    """Publish the rows without problems, or save them as drafts where others must consent."""
    result = AnswerTableResult()
    needs_consent = bool(missing_consents(staff, document))
    for row in rows:
        if row.problems or row.unit is None:
            result.failed.append(row)
            continue
        publish = ask_consents if needs_consent else answer_unit
        try:
            publish(staff, document, row.unit, row.entry, context=context.without_submission())
        except Refused as refused:
            row.problems.append(str(refused.reason))
            result.failed.append(row)
            continue
        (result.drafted if needs_consent else result.published).append(row)
    return result
