"""Reports of consultations: those that were published, and the table of units with their answers.

The table of units is the list of problems (Daftar Inventarisasi Masalah) that drafters work with:
a row for every unit of the version in force, then for the dropped ones that were written on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import ConsultationReport, Document, UnitAnswer, UnitContribution, UnitText
from deliberate.queries.documents.answers import ReportRow, list_report_rows
from deliberate.queries.documents.documents import get_version, list_units
from deliberate.queries.documents.lineage import get_lineage


@dataclass(frozen=True)
class NumberedContribution:
    """A contribution with its number in the report, and its unit when it was written."""

    number: int
    contribution: UnitContribution
    unit: UnitText


@dataclass
class UnitRow:
    """A unit with the contributions to it and the answers that name them."""

    unit: UnitText
    version: int
    """The number of the version that its words are from."""
    is_dropped: bool = False
    contributions: list[NumberedContribution] = field(default_factory=list)
    answers: dict[UnitAnswer, list[int]] = field(default_factory=dict)
    """Each answer with the numbers of the contributions of this row that it names."""

    @property
    def open_numbers(self) -> list[int]:
        """Return the numbers of the contributions that no answer names."""
        answered = {number for numbers in self.answers.values() for number in numbers}
        return [row.number for row in self.contributions if row.number not in answered]


def get_last_report(document: Document) -> ConsultationReport | None:
    """Return the report of a consultation that was published last."""
    return db.session.scalar(
        select(ConsultationReport)
        .where(ConsultationReport.document_id == document.id)
        .order_by(ConsultationReport.id.desc())
        .limit(1)
    )


def list_reports(document: Document) -> Sequence[ConsultationReport]:
    """Return the published reports of a consultation, the newest first."""
    return db.session.scalars(
        select(ConsultationReport)
        .where(ConsultationReport.document_id == document.id)
        .order_by(ConsultationReport.id.desc())
    ).all()


def list_unit_rows(document: Document) -> list[UnitRow]:
    """Return a row for every unit; each contribution is in one of them, under its report number.

    A contribution to a unit that was divided stands at the first of its heirs.
    """
    version = get_version(document)
    if version is None:
        return []
    lineage = get_lineage(document)
    rows = {unit.unit_id: UnitRow(unit, version.number) for unit in list_units(version)}
    order = {unit_id: place for place, unit_id in enumerate(rows)}
    dropped: dict[int, UnitRow] = {}
    for number, row in enumerate(list_report_rows(document), 1):
        since = row.contribution.version.number
        heirs = lineage.follow([row.unit.unit_id], since, version.number) & order.keys()
        if row.unit.unit_id in heirs:
            target = rows[row.unit.unit_id]
        elif heirs:
            target = rows[min(heirs, key=lambda heir: order[heir])]
        else:
            fresh = UnitRow(row.unit, since, is_dropped=True)
            target = dropped.setdefault(row.unit.unit_id, fresh)
        _add(target, number, row)
    return [*rows.values(), *dropped.values()]


def _add(target: UnitRow, number: int, row: ReportRow) -> None:
    target.contributions.append(NumberedContribution(number, row.contribution, row.unit))
    for answer in row.answers:
        target.answers.setdefault(answer, []).append(number)
