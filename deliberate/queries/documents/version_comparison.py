"""Comparison of two versions of a draft text, unit by unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberate.legal_texts.comparison import Piece, compare_words
from deliberate.models import Document, DocumentVersion, UnitText
from deliberate.queries.documents.documents import list_units, top_address
from deliberate.queries.documents.lineage import get_lineage

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


def compare_document_versions(
    document: Document, old: DocumentVersion, new: DocumentVersion
) -> list[ComparedUnit]:
    """Return the units that differ, in the order of the newer version, then the dropped ones."""
    lineage = get_lineage(document)
    before = {unit.unit_id: unit for unit in list_units(old) if unit.kind not in _CONTAINERS}
    used: set[int] = set()
    rows: list[ComparedUnit] = []
    for unit in list_units(new):
        if unit.kind in _CONTAINERS:
            continue
        traced = lineage.trace([unit.unit_id], new.number, old.number)
        sources = sorted((before[i] for i in traced if i in before), key=lambda u: u.position)
        used |= {source.unit_id for source in sources}
        row = _compared(unit, _of_same_depth(unit, sources))
        if row is not None:
            rows.append(row)
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
    if _words(text) != _words(unit.body):
        status = "changed"
    elif top_address(sources[0].address) != top_address(unit.address) and unit.is_moved:
        status = "moved"
    elif unit.kind == "pasal" and sources[0].number != unit.number:
        status = "moved" if unit.is_moved else "renumbered"
    else:
        return None
    return ComparedUnit(status, sources, unit, compare_words(text, unit.body))


def _words(text: str) -> list[str]:
    return text.split()
