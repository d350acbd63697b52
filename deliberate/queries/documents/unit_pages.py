"""A Pasal as its page shows it: linked text, explanation, neighbours, history, contributions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.legal_texts.references import Segment, find_definitions, link_text
from deliberate.models import Document, DocumentVersion, UnitText
from deliberate.queries.documents.contributions import (
    PAGE,
    ShownContribution,
    count_contributions_at,
    list_contributions,
)
from deliberate.queries.documents.documents import list_units, plain_units, top_address
from deliberate.queries.documents.lineage import get_lineage
from deliberate.text import excerpt

PAGE_KINDS = ("pasal", "annex", "heading")
"""Kinds of units that have a page of their own."""
MAX_HITS = 50
"""Parts with the words of a search that a page lists."""


@dataclass(frozen=True)
class LinkedUnit:
    """A unit with its text in segments; `depth` is 0 for the unit of the page itself."""

    unit: UnitText
    segments: Sequence[Segment]
    depth: int

    @property
    def anchor(self) -> str:
        """Return its id on the page of its Pasal."""
        return self.unit.address.split("/", 1)[-1].replace("/", "-")


@dataclass(frozen=True)
class UnitPage:
    """What the page of a Pasal shows in a version."""

    document: Document
    version: DocumentVersion
    top: UnitText
    parts: Sequence[LinkedUnit]
    containers: Sequence[UnitText]
    previous: UnitText | None
    following: UnitText | None
    history: Sequence[tuple[DocumentVersion, UnitText]]
    amendments: Sequence[ShownContribution]
    comments: Sequence[ShownContribution]
    counts: Mapping[str, int]
    """The numbers of shown contributions to the Pasal by kind, on all pages, without replies."""
    after: int
    """Id after which this page of contributions begins, 0 on the first."""
    next_after: int | None
    """Id after which the next page of contributions begins; None where all are shown."""


def get_unit_page(
    document: Document, version: DocumentVersion, address: str, after: int = 0
) -> UnitPage | None:
    """Return the page of the Pasal in which a unit stands; None for an unknown address."""
    units = list_units(version)
    by_address = {unit.address: unit for unit in units}
    top = by_address.get(top_address(address))
    if address not in by_address or top is None or top.kind not in PAGE_KINDS:
        return None
    previous, following = _neighbours(top, units)
    parts = [unit for unit in units if top_address(unit.address) == top.address]
    amendments = list_contributions(document, version, parts, ["amendment"], after)
    comments = list_contributions(document, version, parts, ["comment", "question"], after)
    return UnitPage(
        document=document,
        version=version,
        top=top,
        parts=_linked(parts, units),
        containers=_containers(top, by_address),
        previous=previous,
        following=following,
        history=_history(document, version, top),
        amendments=amendments[:PAGE],
        comments=comments[:PAGE],
        counts=count_contributions_at(document, version, parts),
        after=after,
        next_after=_next_after(amendments, comments),
    )


def _neighbours(
    top: UnitText, units: Sequence[UnitText]
) -> tuple[UnitText | None, UnitText | None]:
    """Return the units with pages before and after one."""
    pages = [unit for unit in units if unit.kind in PAGE_KINDS]
    place = pages.index(top)
    previous = pages[place - 1] if place else None
    return previous, pages[place + 1] if place + 1 < len(pages) else None


def _next_after(*lists: Sequence[ShownContribution]) -> int | None:
    """Return the id after which the first list that is longer than a page goes on."""
    ends = [rows[PAGE - 1].row.id for rows in lists if len(rows) > PAGE]
    return min(ends, default=None)


def get_linked_text(units: Sequence[UnitText]) -> Sequence[LinkedUnit]:
    """Return all units of a version with their texts in segments."""
    return _linked(units, units)


def search_units(units: Sequence[UnitText], words: str) -> list[tuple[UnitText, str]]:
    """Return the units with all of some words, each with an excerpt, in their order."""
    wanted = words.casefold().split()
    hits = []
    for unit in units:
        text = f"{unit.label} {unit.heading} {unit.body}".strip()
        if wanted and all(word in text.casefold() for word in wanted):
            hits.append((unit, excerpt(unit.body or unit.heading)))
    return hits


def _linked(parts: Sequence[UnitText], units: Sequence[UnitText]) -> list[LinkedUnit]:
    addresses = frozenset(unit.address for unit in units)
    terms = find_definitions(plain_units([unit for unit in units if unit.kind == "angka"]))
    return [
        LinkedUnit(
            unit,
            link_text(unit.body, unit.address, addresses, terms),
            unit.address.count("/") if unit.kind != "heading" else 0,
        )
        for unit in parts
    ]


def _containers(top: UnitText, by_address: Mapping[str, UnitText]) -> list[UnitText]:
    """Return the BAB, Bagian and Paragraf, or the headings, around a Pasal, outermost first."""
    around: list[UnitText] = []
    parent = by_address.get(top.parent)
    while parent is not None:
        around.insert(0, parent)
        parent = by_address.get(parent.parent)
    return around


def _history(
    document: Document, version: DocumentVersion, top: UnitText
) -> list[tuple[DocumentVersion, UnitText]]:
    """Return what the unit was in earlier versions and became in later ones, newest first."""
    lineage = get_lineage(document)
    rows: list[tuple[DocumentVersion, UnitText]] = []
    for other in reversed(document.versions):
        if other.number <= version.number:
            ids = lineage.trace([top.unit_id], version.number, other.number)
        else:
            ids = lineage.follow([top.unit_id], version.number, other.number)
        found = db.session.scalars(
            select(UnitText)
            .where(UnitText.version_id == other.id, UnitText.unit_id.in_(ids))
            .where(UnitText.kind.in_(PAGE_KINDS))
            .order_by(UnitText.position)
        )
        rows += [(other, unit) for unit in found]
    return rows
