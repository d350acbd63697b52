"""Comparison of two versions of a draft text, unit by unit: before, proposed, after, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.legal_texts.comparison import Piece, compare_words
from deliberate.models import (
    Document,
    DocumentVersion,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.documents.answers import list_answers
from deliberate.queries.documents.documents import list_units, top_address
from deliberate.queries.documents.effects import Effect, list_effects
from deliberate.queries.documents.lineage import DocumentLineage, get_lineage

PAGE = 25
"""Units that a page of the comparison shows."""
PROPOSALS = 2
"""Amendments to a unit that the comparison shows, the most joined ones."""
REASONS = 3
_CONTAINERS = ("bab", "bagian", "paragraf")


@dataclass(frozen=True)
class ComparedUnit:
    """A unit that differs: its sources in the older version, and itself in the newer one.

    `status` is new, dropped, moved, changed or renumbered.
    """

    status: str
    before: Sequence[UnitText]
    after: UnitText | None
    pieces: Sequence[Piece]
    page_id: int = 0
    """The Pasal in which it stands in the newer version."""


@dataclass(frozen=True)
class ProposedChange:
    """An amendment word by word, with the answers that name it."""

    amendment: UnitContribution
    pieces: Sequence[Piece]
    answers: Sequence[UnitAnswer]


@dataclass(frozen=True)
class ExplainedUnit:
    """A unit that differs, what was proposed for it, and why it changed."""

    unit: ComparedUnit
    proposals: Sequence[ProposedChange]
    counts: Mapping[str, int]
    """Adopted contributions because of which it changed, by kind."""
    reasons: Sequence[UnitAnswer]
    """The answers that adopted them, and those to the amendments that are shown."""

    @property
    def before(self) -> str:
        """Return the words in the older version."""
        return "\n".join(unit.body for unit in self.unit.before)


def compare_document_versions(
    document: Document, old: DocumentVersion, new: DocumentVersion
) -> list[ComparedUnit]:
    """Return the units that differ, in the order of the newer version, then the dropped ones."""
    lineage = get_lineage(document)
    before = {unit.unit_id: unit for unit in list_units(old) if unit.kind not in _CONTAINERS}
    used: set[int] = set()
    rows: list[ComparedUnit] = []
    units = list_units(new)
    pages = {unit.address: unit.unit_id for unit in units}
    for unit in units:
        if unit.kind in _CONTAINERS:
            continue
        traced = lineage.trace([unit.unit_id], new.number, old.number) & before.keys()
        sources = sorted((before[i] for i in traced), key=lambda u: u.position)
        used |= traced
        row = _compared(unit, _of_same_depth(unit, sources))
        if row is not None:
            rows.append(replace(row, page_id=pages.get(top_address(unit.address), 0)))
    dropped = [unit for unit_id, unit in before.items() if unit_id not in used and unit.body]
    return rows + [
        ComparedUnit("dropped", [unit], None, compare_words(unit.body, "")) for unit in dropped
    ]


def _of_same_depth(unit: UnitText, sources: Sequence[UnitText]) -> Sequence[UnitText]:
    """Return the sources with words of their own, if the unit has such words."""
    with_words = [source for source in sources if source.body]
    return with_words if unit.body and with_words else sources


def _compared(unit: UnitText, sources: Sequence[UnitText]) -> ComparedUnit | None:
    text = "\n".join(source.body for source in sources)
    if not sources:
        return ComparedUnit("new", (), unit, compare_words("", unit.body)) if unit.body else None
    status = "changed" if _words(text) != _words(unit.body) else _status_of_same(unit, sources[0])
    return ComparedUnit(status, sources, unit, compare_words(text, unit.body)) if status else None


def _status_of_same(unit: UnitText, source: UnitText) -> str:
    """Return whether a unit with the same words moved or has another number; empty for neither."""
    if top_address(source.address) != top_address(unit.address) and unit.is_moved:
        return "moved"
    if unit.kind == "pasal" and source.number != unit.number:
        return "moved" if unit.is_moved else "renumbered"
    return ""


def _words(text: str) -> list[str]:
    return text.split()


def explain_units(
    document: Document, old: DocumentVersion, new: DocumentVersion, rows: Sequence[ComparedUnit]
) -> list[ExplainedUnit]:
    """Return some rows of a comparison with proposals and reasons, for a constant cost by row."""
    lineage = get_lineage(document)
    effects = [
        effect
        for effect in list_effects(document, lineage)
        if old.number < effect.version <= new.number
    ]
    proposals = _proposals(document, lineage, old, new, rows)
    causes = [_effects_on(row, effects, lineage, old, new) for row in rows]
    adopting = _answers({effect.answer_id for found in causes for effect in found})
    return [
        _explained(row, proposed, found, adopting)
        for row, proposed, found in zip(rows, proposals, causes, strict=True)
    ]


def _explained(
    row: ComparedUnit,
    proposed: list[ProposedChange],
    effects: Sequence[Effect],
    adopting: Mapping[int, UnitAnswer],
) -> ExplainedUnit:
    """Return a row with its proposals, its counted effects and the reasons of their answers."""
    counts: Counter[str] = Counter()
    for effect in effects:
        counts[effect.kind] += effect.count
    reasons = {effect.answer_id: adopting[effect.answer_id] for effect in effects}
    reasons |= {answer.id: answer for change in proposed for answer in change.answers}
    shown = [answer for answer in reasons.values() if answer.reason][:REASONS]
    return ExplainedUnit(row, proposed, counts, shown)


def _effects_on(
    row: ComparedUnit,
    effects: Sequence[Effect],
    lineage: DocumentLineage,
    old: DocumentVersion,
    new: DocumentVersion,
) -> list[Effect]:
    """Return the effects on the unit of a row, or on the Pasal around it."""
    if row.after is None:
        ids = {unit.unit_id for unit in row.before}
        return [
            effect
            for effect in effects
            if not effect.units
            and lineage.follow([effect.unit_id], effect.since, max(old.number, effect.since)) & ids
        ]
    wanted = {row.after.unit_id, row.page_id}
    return [
        effect
        for effect in effects
        if lineage.follow(effect.units, effect.version, new.number) & wanted
    ]


def _answers(ids: set[int]) -> dict[int, UnitAnswer]:
    rows = db.session.scalars(select(UnitAnswer).where(UnitAnswer.id.in_(ids)))
    return {row.id: row for row in rows}


def _proposals(
    document: Document,
    lineage: DocumentLineage,
    old: DocumentVersion,
    new: DocumentVersion,
    rows: Sequence[ComparedUnit],
) -> list[list[ProposedChange]]:
    """Return the most joined amendments to the units of some rows, written before the newer one."""
    units: dict[tuple[int, int], int] = {}
    for place, row in enumerate(rows):
        for number in range(old.number, new.number):
            ids = _ids_in(row, lineage, number, old, new)
            units |= {(number, unit_id): place for unit_id in ids}
    amendments = _most_joined(document, old, new, {unit_id for _number, unit_id in units})
    answers = list_answers([row.id for row in amendments])
    proposals: list[list[ProposedChange]] = [[] for _row in rows]
    for amendment in amendments:
        at = units.get((amendment.version.number, amendment.unit_id))
        if at is not None and len(proposals[at]) < PROPOSALS:
            pieces = compare_words(amendment.quoted, amendment.replacement)
            named = answers.get(amendment.id, ())
            proposals[at].append(ProposedChange(amendment, pieces, named))
    return proposals


def _ids_in(
    row: ComparedUnit,
    lineage: DocumentLineage,
    number: int,
    old: DocumentVersion,
    new: DocumentVersion,
) -> set[int]:
    """Return the units of a version between two from which the unit of a row comes."""
    if row.after is not None:
        return lineage.trace([row.after.unit_id], new.number, number)
    return lineage.follow([unit.unit_id for unit in row.before], old.number, number)


def _most_joined(
    document: Document, old: DocumentVersion, new: DocumentVersion, unit_ids: set[int]
) -> Sequence[UnitContribution]:
    """Return a few visible amendments of each unit and version, the most joined ones first."""
    order = (UnitContribution.join_count.desc(), UnitContribution.id)
    ranked = (
        select(
            UnitContribution.id,
            func.row_number()
            .over(
                partition_by=(UnitContribution.unit_id, UnitContribution.version_id),
                order_by=order,
            )
            .label("place"),
        )
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(
            UnitContribution.document_id == document.id,
            UnitContribution.kind == "amendment",
            UnitContribution.visible_to(ANYONE),
            DocumentVersion.number >= old.number,
            DocumentVersion.number < new.number,
            UnitContribution.unit_id.in_(unit_ids),
        )
        .subquery()
    )
    return db.session.scalars(
        select(UnitContribution)
        .join(ranked, ranked.c.id == UnitContribution.id)
        .where(ranked.c.place <= PROPOSALS)
        .order_by(*order)
        .options(joinedload(UnitContribution.version), joinedload(UnitContribution.author))
    ).all()
