"""What contributions changed: the version in which the unit of an adopted one became another.

A contribution that an answer adopted, whole or in part, is credited with the first later version
in which its unit changed, or was dropped; where its own unit stayed, with the first in which the
Pasal around it did. All of it is counted by unit, so the cost does not grow with contributions.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import (
    AnsweredContribution,
    Document,
    DocumentVersion,
    UnitAnswer,
    UnitContribution,
    UnitText,
)
from deliberate.queries.documents.documents import list_units, top_address
from deliberate.queries.documents.lineage import DocumentLineage, get_lineage
from deliberate.vocabulary import UnitDecision

ADOPTED = (UnitDecision.ADOPTED, UnitDecision.ADOPTED_IN_PART)
_STAYED = ("kept", "renumbered")


@dataclass(frozen=True)
class Effect:
    """Contributions of a kind to a unit in a version, with one answer and what they changed."""

    unit_id: int
    since: int
    """The number of the version they were written on."""
    kind: str
    count: int
    answer_id: int
    version: int
    """The number of the version that changed because of them."""
    units: frozenset[int]
    """The units that changed in it; empty where theirs was dropped."""


@dataclass(frozen=True)
class Cause:
    """Why a Pasal changed in a version: numbers of contributions by kind."""

    version: int
    counts: Mapping[str, int]


class _Changes:
    """The units of each version of a draft text, and which of them changed."""

    def __init__(self, document: Document) -> None:
        self.units = {
            version.number: {unit.unit_id: unit for unit in list_units(version)}
            for version in document.versions
        }
        self.tops = {
            number: {unit.address: unit.unit_id for unit in units.values()}
            for number, units in self.units.items()
        }

    def changed(self, number: int, unit_ids: Iterable[int]) -> frozenset[int]:
        """Return those of some units that a version changed."""
        units = self.units[number]
        return frozenset(
            unit_id for unit_id in unit_ids if unit_id in units and _is_changed(units[unit_id])
        )

    def pages(self, number: int, unit_ids: Iterable[int]) -> frozenset[int]:
        """Return the Pasal in which some units stand in a version."""
        units, tops = self.units[number], self.tops[number]
        return frozenset(
            tops[top]
            for unit_id in unit_ids
            if unit_id in units and (top := top_address(units[unit_id].address)) in tops
        )


def _is_changed(unit: UnitText) -> bool:
    return unit.status not in _STAYED or unit.is_moved


def list_effects(
    document: Document, lineage: DocumentLineage, unit_ids: Iterable[int] | None = None
) -> list[Effect]:
    """Return what adopted contributions changed; `unit_ids` limit it to contributions to these."""
    rows = _adopted(document, unit_ids)
    if not rows or document.version == 1:
        return []
    changes = _Changes(document)
    effects = []
    for unit_id, since, kind, answer_id, count in rows:
        found = _first_change(document.version, lineage, changes, unit_id, since)
        if found:
            effects.append(Effect(unit_id, since, kind, count, answer_id, *found))
    return effects


def _adopted(
    document: Document, unit_ids: Iterable[int] | None
) -> Sequence[tuple[int, int, str, int, int]]:
    """Return adopted contributions: unit, version, kind, first adopting answer, their number."""
    adopting = (
        select(AnsweredContribution.contribution_id, func.min(UnitAnswer.id).label("answer_id"))
        .join(UnitAnswer, UnitAnswer.id == AnsweredContribution.answer_id)
        .where(UnitAnswer.document_id == document.id, UnitAnswer.decision.in_(ADOPTED))
        .group_by(AnsweredContribution.contribution_id)
        .subquery()
    )
    key = (
        UnitContribution.unit_id,
        DocumentVersion.number,
        UnitContribution.kind,
        adopting.c.answer_id,
    )
    query = (
        select(*key, func.count())
        .join(adopting, adopting.c.contribution_id == UnitContribution.id)
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.document_id == document.id)
        .group_by(*key)
        .order_by(*key)
    )
    if unit_ids is not None:
        query = query.where(UnitContribution.unit_id.in_(list(unit_ids)))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(query)]


def _first_change(
    last: int, lineage: DocumentLineage, changes: _Changes, unit_id: int, since: int
) -> tuple[int, frozenset[int]] | None:
    """Return the first later version that changed a unit, or the Pasal around it, and the units."""
    around: tuple[int, frozenset[int]] | None = None
    for number in range(since + 1, last + 1):
        heirs = lineage.follow([unit_id], since, number)
        if not heirs & changes.units[number].keys():
            return number, frozenset()
        if changed := changes.changed(number, heirs):
            return number, changed
        pages = changes.changed(number, changes.pages(number, heirs))
        if around is None and pages:
            around = number, pages
    return around


def list_causes(
    effects: Sequence[Effect],
    lineage: DocumentLineage,
    version: DocumentVersion,
    unit_ids: Iterable[int],
) -> list[Cause]:
    """Return why the Pasal with some units changed, up to a version, by the version that did it."""
    wanted = set(unit_ids)
    counts: dict[int, Counter[str]] = {}
    for effect in effects:
        if effect.version > version.number:
            continue
        heirs = lineage.follow([effect.unit_id], effect.since, version.number) | lineage.follow(
            effect.units, effect.version, version.number
        )
        if heirs & wanted:
            counts.setdefault(effect.version, Counter())[effect.kind] += effect.count
    return [Cause(number, counts[number]) for number in sorted(counts)]


def changed_versions(effects: Sequence[Effect]) -> dict[tuple[int, int], int]:
    """Return the version that changed because of contributions, by their unit and version.

    It is asked only of contributions that an answer adopted.
    """
    return {(effect.unit_id, effect.since): effect.version for effect in effects}


def get_page_effects(
    document: Document, version: DocumentVersion, units: Sequence[UnitText]
) -> tuple[list[Cause], dict[tuple[int, int], int]]:
    """Return why the Pasal with some units changed, and what its contributions changed."""
    lineage = get_lineage(document)
    ids = [unit.unit_id for unit in units]
    traced = {
        source
        for other in document.versions
        if other.number <= version.number
        for source in lineage.trace(ids, version.number, other.number)
    }
    effects = list_effects(document, lineage, traced)
    return list_causes(effects, lineage, version, ids), changed_versions(effects)
