"""Where the units of a version stand in later ones: contributions follow them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import aliased

from deliberate.database import db
from deliberate.models import Document, DocumentVersion, UnitSource, UnitText


@dataclass
class DocumentLineage:
    """The units that come from others, by version; a unit that goes on is its own heir."""

    heirs: dict[int, dict[int, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    """By number of the version: the units that were made from a unit, apart from itself."""

    def follow(self, unit_ids: Iterable[int], since: int, until: int) -> set[int]:
        """Return the units that come from some units of a version, up to a later version.

        Some of them may be without a text there: these were dropped.
        """
        units = set(unit_ids)
        for number in range(since + 1, until + 1):
            units |= {heir for unit in units for heir in self.heirs[number].get(unit, ())}
        return units

    def trace(self, unit_ids: Iterable[int], until: int, since: int) -> set[int]:
        """Return the units of an earlier version that some units of a later one come from."""
        units = set(unit_ids)
        for number in range(until, since, -1):
            sources = self.heirs[number]
            units |= {source for source, heirs in sources.items() if heirs & units}
        return units


def get_lineage(document: Document) -> DocumentLineage:
    """Return the lineage of the units of a draft text."""
    rows = db.session.execute(
        select(DocumentVersion.number, UnitSource.source_id, UnitSource.unit_id)
        .join(DocumentVersion, DocumentVersion.id == UnitSource.version_id)
        .where(DocumentVersion.document_id == document.id)
    )
    lineage = DocumentLineage()
    for number, source_id, unit_id in rows:
        lineage.heirs[number][source_id].add(unit_id)
    return lineage


def list_sources(units: Sequence[UnitText]) -> dict[int, list[int]]:
    """Return the units of the version before that some units come from, by id of the unit text.

    A unit that goes on is the first of its own sources; a new one has none.
    """
    version_ids = {unit.version_id for unit in units}
    unit_ids = [unit.unit_id for unit in units]
    newer, older = aliased(DocumentVersion), aliased(DocumentVersion)
    rows = db.session.execute(
        select(newer.id, UnitText.unit_id)
        .join(
            older,
            (older.document_id == newer.document_id) & (older.number == newer.number - 1),
        )
        .join(UnitText, UnitText.version_id == older.id)
        .where(newer.id.in_(version_ids), UnitText.unit_id.in_(unit_ids))
    )
    went_on = {(version_id, unit_id) for version_id, unit_id in rows}
    others: dict[tuple[int, int], list[int]] = defaultdict(list)
    for version_id, unit_id, source_id in db.session.execute(
        select(UnitSource.version_id, UnitSource.unit_id, UnitSource.source_id)
        .where(UnitSource.version_id.in_(version_ids), UnitSource.unit_id.in_(unit_ids))
        .order_by(UnitSource.source_id)
    ):
        others[version_id, unit_id].append(source_id)
    return {
        unit.id: [unit.unit_id] * ((unit.version_id, unit.unit_id) in went_on)
        + others[unit.version_id, unit.unit_id]
        for unit in units
    }
