"""Answers on a draft text, and the three rights: heard, considered, explained."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import (
    AnsweredContribution,
    Document,
    DocumentVersion,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.documents.documents import list_units, part_address, top_address
from deliberate.queries.documents.lineage import get_lineage


@dataclass
class Rights:
    """How many contributions were heard, considered in an answer, and explained by a reason."""

    heard: int = 0
    considered: int = 0
    explained: int = 0

    def add(self, other: "Rights") -> None:
        """Add the numbers of another."""
        self.heard += other.heard
        self.considered += other.considered
        self.explained += other.explained


@dataclass(frozen=True)
class DocumentRights:
    """The rights on a whole draft text, and on its parts by address."""

    total: Rights
    by_page: Mapping[str, Rights]
    """Of each Pasal or heading, with all that is below it."""
    by_part: Mapping[str, Rights]
    """Of each ayat, or what else stands directly in a Pasal, with all that is below it."""
    dropped: Rights
    """On parts that this version no longer has."""


def list_answers(contribution_ids: Sequence[int]) -> dict[int, list[UnitAnswer]]:
    """Return the answers that name some contributions, by contribution, oldest first."""
    rows = db.session.execute(
        select(AnsweredContribution.contribution_id, UnitAnswer)
        .join(UnitAnswer, UnitAnswer.id == AnsweredContribution.answer_id)
        .where(AnsweredContribution.contribution_id.in_(contribution_ids))
        .order_by(UnitAnswer.id)
        .options(joinedload(UnitAnswer.institution))
    )
    answers: dict[int, list[UnitAnswer]] = defaultdict(list)
    for contribution_id, answer in rows:
        answers[contribution_id].append(answer)
    return answers


def list_named_ids(answer_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the ids of the contributions that some answers name, by answer."""
    named: dict[int, list[int]] = defaultdict(list)
    rows = db.session.execute(
        select(AnsweredContribution.answer_id, AnsweredContribution.contribution_id)
        .where(AnsweredContribution.answer_id.in_(answer_ids))
        .order_by(AnsweredContribution.answer_id, AnsweredContribution.contribution_id)
    )
    for answer_id, contribution_id in rows:
        named[answer_id].append(contribution_id)
    return named


def count_all_rights(document: Document) -> Rights:
    """Return the three rights of all contributions to a draft text, in any version."""
    total = Rights()
    for _unit_id, _number, rights in _rights_of_units(document, document.version):
        total.add(rights)
    return total


def count_rights(document: Document, version: DocumentVersion) -> DocumentRights:
    """Return the three rights of all contributions up to a version, by where they stand in it.

    A withdrawn or hidden contribution was heard too, and is counted.
    """
    lineage, units = get_lineage(document), list_units(version)
    addresses = {unit.unit_id: unit.address for unit in units}
    total, dropped = Rights(), Rights()
    by_page: dict[str, Rights] = defaultdict(Rights)
    by_part: dict[str, Rights] = defaultdict(Rights)
    for unit_id, number, rights in _rights_of_units(document, version.number):
        total.add(rights)
        heirs = lineage.follow([unit_id], number, version.number)
        places = [addresses[heir] for heir in heirs if heir in addresses]
        for page in {top_address(place) for place in places}:
            by_page[page].add(rights)
        for part in {part_address(place) for place in places} - {""}:
            by_part[part].add(rights)
        if not places:
            dropped.add(rights)
    return DocumentRights(total, by_page, by_part, dropped)


def _rights_of_units(document: Document, until: int) -> list[tuple[int, int, Rights]]:
    """Return the rights by unit and version, counted by SQL."""
    considered = select(AnsweredContribution.contribution_id)
    explained = considered.join(UnitAnswer).where(UnitAnswer.reason != "")
    columns = (
        func.count(UnitContribution.id),
        func.count(UnitContribution.id).filter(UnitContribution.id.in_(considered)),
        func.count(UnitContribution.id).filter(UnitContribution.id.in_(explained)),
    )
    rows = db.session.execute(
        select(UnitContribution.unit_id, DocumentVersion.number, *columns)
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.document_id == document.id, DocumentVersion.number <= until)
        .group_by(UnitContribution.unit_id, DocumentVersion.number)
    )
    return [(row[0], row[1], Rights(row[2], row[3], row[4])) for row in rows]


def count_unanswered(document: Document) -> int:
    """Return how many contributions that everybody can read no answer names."""
    named = select(AnsweredContribution.contribution_id)
    query = select(func.count(UnitContribution.id)).where(
        UnitContribution.document_id == document.id,
        UnitContribution.visible_to(ANYONE),
        UnitContribution.id.not_in(named),
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class ReportRow:
    """A row of the report: a contribution, its unit when it was written, its answers."""

    contribution: UnitContribution
    unit: UnitText
    answers: Sequence[UnitAnswer]
    words: str
    """The text it is on, as it was then; of a whole Pasal, that of all its parts."""


def list_report_rows(document: Document) -> list[ReportRow]:
    """Return a row for every contribution to a draft text, in the order of the text."""
    rows = db.session.execute(
        select(UnitContribution, UnitText)
        .join(
            UnitText,
            (UnitText.unit_id == UnitContribution.unit_id)
            & (UnitText.version_id == UnitContribution.version_id),
        )
        .where(UnitContribution.document_id == document.id)
        .order_by(UnitText.position, UnitContribution.id)
        .options(joinedload(UnitContribution.author), joinedload(UnitContribution.version))
    ).all()
    answers = list_answers([contribution.id for contribution, _unit in rows])
    versions = {row.version for row, _unit in rows if not row.quoted}
    parts = {version.id: list_units(version) for version in versions}
    return [
        ReportRow(
            row,
            unit,
            answers.get(row.id, []),
            row.quoted or _words_below(unit, parts[unit.version_id]),
        )
        for row, unit in rows
    ]


def _words_below(unit: UnitText, units: Sequence[UnitText]) -> str:
    below = [part for part in units if part.address.startswith(f"{unit.address}/") and part.body]
    return "\n".join(f"{part.label} {part.body}" for part in below)
