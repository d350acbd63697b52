"""Contributions to the units of a draft text, at the units where they stand in a version."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from deliberate.database import db
from deliberate.legal_texts.comparison import Piece, compare_words
from deliberate.models import (
    AmendmentJoin,
    AmendmentVersion,
    Document,
    DocumentVersion,
    Person,
    UnitContribution,
    UnitText,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.documents.documents import list_units, top_address
from deliberate.queries.documents.lineage import DocumentLineage, get_lineage

PAGE = 60
"""Contributions that a page shows; more are on the next one."""
REPLIES = 50
"""Replies to a contribution that a page shows."""
LIKE_AMENDMENTS = 3
"""Amendments with nearly the same words that are offered to be joined."""
SAME_WORDS = 0.9


@dataclass(frozen=True)
class ShownContribution:
    """A contribution as a page shows it; texts are empty where the reader may not see them."""

    row: UnitContribution
    unit: UnitText | None
    """Where it stands in the version that is read; None where its unit was dropped."""
    version: int
    """The number of the version it was written on."""
    pieces: Sequence[Piece] = ()
    """An amendment word by word."""
    is_quote_current: bool = True
    """Whether the unit still has the words it had when this was written."""
    earlier: Sequence[tuple[AmendmentVersion, Sequence[Piece]]] = ()
    """The earlier wordings of an amendment, oldest first, each compared with the draft.

    One that a moderator asked to change has no pieces.
    """


@dataclass
class Placements:
    """The numbers of shown contributions by kind: of the whole text, and of each page of it."""

    total: Counter[str] = field(default_factory=Counter)
    by_page: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unshown: int = 0
    """Withdrawn and hidden contributions: none of the other numbers has them."""
    dropped: int = 0
    """Contributions on units that have no heir in this version."""
    dropped_units: set[tuple[int, int]] = field(default_factory=set)
    """These units, each with the number of the version it was written on."""


def count_contributions(document: Document, units: Sequence[UnitText], until: int) -> Placements:
    """Return where the contributions up to a version stand in it.

    The cost depends on units and versions, not on contributions: these are counted by SQL.
    """
    lineage = get_lineage(document)
    pages = {unit.unit_id: top_address(unit.address) for unit in units}
    placements = Placements()
    rows = db.session.execute(
        select(
            UnitContribution.unit_id,
            DocumentVersion.number,
            UnitContribution.kind,
            func.count(UnitContribution.id),
            func.count(UnitContribution.id).filter(UnitContribution.visible_to(ANYONE)),
        )
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.document_id == document.id, DocumentVersion.number <= until)
        .group_by(UnitContribution.unit_id, DocumentVersion.number, UnitContribution.kind)
    )
    for unit_id, number, kind, heard, count in rows:
        placements.unshown += heard - count
        if not count:
            continue
        placements.total[kind] += count
        heirs = lineage.follow([unit_id], number, until)
        found = {pages[heir] for heir in heirs if heir in pages}
        for page in found:
            placements.by_page[page][kind] += count
        if not found:
            placements.dropped += count
            placements.dropped_units.add((number, unit_id))
    return placements


def list_dropped_pages(document: Document, placements: Placements) -> list[tuple[int, UnitText]]:
    """Return where dropped contributions are read: the number of a version and its Pasal."""
    wanted = defaultdict(set)
    for number, unit_id in placements.dropped_units:
        wanted[number].add(unit_id)
    pages: list[tuple[int, UnitText]] = []
    for version in document.versions:
        units = list_units(version) if version.number in wanted else []
        tops = {top_address(u.address) for u in units if u.unit_id in wanted[version.number]}
        pages += [(version.number, unit) for unit in units if unit.address in tops]
    return pages


def list_contributions(
    document: Document,
    version: DocumentVersion,
    units: Sequence[UnitText],
    kinds: Sequence[str],
    after: int = 0,
) -> list[ShownContribution]:
    """Return the contributions that stand at some units of a version, oldest first.

    A withdrawn or hidden one is returned without its texts. `after` is the id of the last one of
    the previous page; one more than PAGE is returned where there is a next one.
    """
    lineage = get_lineage(document)
    by_id = {unit.unit_id: unit for unit in units}
    rows = db.session.scalars(
        select(UnitContribution)
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.kind.in_(kinds), UnitContribution.id > after)
        .where(UnitContribution.parent_id.is_(None))
        .where(_stands_at(document, lineage, list(by_id), version.number))
        .order_by(UnitContribution.id)
        .limit(PAGE + 1)
        .options(
            joinedload(UnitContribution.author),
            joinedload(UnitContribution.version),
            joinedload(UnitContribution.institution),
            selectinload(UnitContribution.wordings),
        )
    ).all()
    return [_shown(row, by_id, lineage, version.number) for row in rows]


def count_contributions_at(
    document: Document, version: DocumentVersion, units: Sequence[UnitText]
) -> Counter[str]:
    """Return the numbers of shown contributions at some units of a version, without replies."""
    unit_ids = [unit.unit_id for unit in units]
    rows = db.session.execute(
        select(UnitContribution.kind, func.count(UnitContribution.id))
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.visible_to(ANYONE), UnitContribution.parent_id.is_(None))
        .where(_stands_at(document, get_lineage(document), unit_ids, version.number))
        .group_by(UnitContribution.kind)
    )
    counts: Counter[str] = Counter()
    for kind, count in rows:
        counts[kind] = count
    return counts


def count_earlier_contributions(
    contribution: UnitContribution, version: DocumentVersion, units: Sequence[UnitText]
) -> int:
    """Return how many contributions stand before one in its list at some units of a version.

    It is no reply.
    """
    document = contribution.document
    is_amendment = contribution.kind == "amendment"
    at_units = _stands_at(
        document, get_lineage(document), [unit.unit_id for unit in units], version.number
    )
    query = (
        select(func.count(UnitContribution.id))
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.id < contribution.id, at_units)
        .where(UnitContribution.parent_id.is_(None))
        .where((UnitContribution.kind == "amendment") == is_amendment)
    )
    return db.session.scalar(query) or 0


@dataclass
class Replies:
    """The first replies to a contribution, and how many there are."""

    rows: list[UnitContribution] = field(default_factory=list)
    count: int = 0


_OF_REPLY = (joinedload(UnitContribution.author), joinedload(UnitContribution.institution))


def list_replies(contribution_ids: Sequence[int]) -> dict[int, Replies]:
    """Return the first replies to some contributions, by contribution, oldest first.

    A withdrawn or hidden one is returned without its text.
    """
    replies: dict[int, Replies] = {}
    if not contribution_ids:
        return replies
    parent = UnitContribution.parent_id
    ranked = (
        select(
            UnitContribution.id.label("id"),
            func.row_number()
            .over(partition_by=parent, order_by=UnitContribution.id)
            .label("place"),
            func.count().over(partition_by=parent).label("count"),
        )
        .where(parent.in_(contribution_ids))
        .subquery()
    )
    rows = (
        select(UnitContribution, ranked.c.count)
        .join(ranked, ranked.c.id == UnitContribution.id)
        .where(ranked.c.place <= REPLIES)
        .order_by(UnitContribution.id)
    )
    for row, count in db.session.execute(rows.options(*_OF_REPLY)):
        found = replies.setdefault(row.parent_id, Replies(count=count))
        found.rows.append(row)
    return replies


def list_page_of_replies(
    contribution: UnitContribution, after: int = 0
) -> Sequence[UnitContribution]:
    """Return the replies to a contribution after one, one more than a page shows of them."""
    rows = (
        select(UnitContribution)
        .where(UnitContribution.parent_id == contribution.id, UnitContribution.id > after)
        .order_by(UnitContribution.id)
        .limit(REPLIES + 1)
    )
    return db.session.scalars(rows.options(*_OF_REPLY)).all()


def is_beyond_first_replies(reply: UnitContribution) -> bool:
    """Return whether a reply stands behind those that the page of its unit shows."""
    earlier = select(func.count(UnitContribution.id)).where(
        UnitContribution.parent_id == reply.parent_id, UnitContribution.id < reply.id
    )
    return (db.session.scalar(earlier) or 0) >= REPLIES


def with_replies(
    shown: Sequence[ShownContribution], replies: Mapping[int, Replies]
) -> list[ShownContribution]:
    """Return contributions, each followed by its first replies, at the same unit."""
    items: list[ShownContribution] = []
    for item in shown:
        items.append(item)
        rows = replies[item.row.id].rows if item.row.id in replies else []
        items += [replace(item, row=row, pieces=(), earlier=()) for row in rows]
    return items


def _stands_at(
    document: Document, lineage: DocumentLineage, unit_ids: Sequence[int], until: int
) -> ColumnElement[bool]:
    """Return the condition of the contributions whose units are sources of some units."""
    alternatives = [
        and_(
            DocumentVersion.number == version.number,
            UnitContribution.unit_id.in_(lineage.trace(unit_ids, until, version.number)),
        )
        for version in document.versions
        if version.number <= until
    ]
    return and_(UnitContribution.document_id == document.id, or_(*alternatives))


def _shown(
    row: UnitContribution,
    units: Mapping[int, UnitText],
    lineage: DocumentLineage,
    until: int,
) -> ShownContribution:
    number = row.version.number
    heirs = lineage.follow([row.unit_id], number, until)
    unit = units.get(row.unit_id) or next((units[h] for h in sorted(heirs) if h in units), None)
    is_current = unit is not None and unit.body == row.quoted
    pieces = compare_words(row.quoted, row.replacement) if row.kind == "amendment" else ()
    return ShownContribution(row, unit, number, pieces, is_current, _earlier(row))


def _earlier(row: UnitContribution) -> list[tuple[AmendmentVersion, Sequence[Piece]]]:
    """Return the wordings before the present one, which nobody reads where that is not shown."""
    if row.number == 1 or not row.is_visible_to(ANYONE):
        return []
    earlier = [wording for wording in row.wordings if wording.number < row.number]
    return [
        (wording, () if wording.hidden_ground else compare_words(row.quoted, wording.replacement))
        for wording in earlier
    ]


def get_unit_contribution(contribution_id: int) -> UnitContribution | None:
    """Return a contribution to a draft text."""
    return db.session.get(UnitContribution, contribution_id)


def get_promoted_amendment(proposal_id: int) -> UnitContribution | None:
    """Return the amendment that a proposal was made of."""
    of_proposal = UnitContribution.promoted_to_id == proposal_id
    return db.session.scalar(select(UnitContribution).where(of_proposal).limit(1))


def list_like_amendments(
    document: Document, version: DocumentVersion, unit: UnitText, replacement: str
) -> list[ShownContribution]:
    """Return the amendments of a unit that propose nearly the same words, most joined first."""
    lineage = get_lineage(document)
    rows = db.session.execute(
        select(UnitContribution.id, UnitContribution.replacement)
        .join(DocumentVersion, DocumentVersion.id == UnitContribution.version_id)
        .where(UnitContribution.kind == "amendment", UnitContribution.visible_to(ANYONE))
        .where(_stands_at(document, lineage, [unit.unit_id], version.number))
        .order_by(UnitContribution.join_count.desc(), UnitContribution.id)
    )
    words, like = _words(replacement), list[int]()
    bag = Counter(words)
    for row_id, text in rows:
        if _are_nearly_same(words, bag, _words(text)):
            like.append(row_id)
        if len(like) == LIKE_AMENDMENTS:
            break
    return _list_by_ids(like, unit, lineage, version)


def _are_nearly_same(words: list[str], bag: Counter[str], others: list[str]) -> bool:
    """Return whether most words are the same in the same order.

    The shared words are counted first, which is an upper bound of the ratio and quick.
    """
    shared = (bag & Counter(others)).total()
    if 2 * shared < SAME_WORDS * (len(words) + len(others)):
        return False
    return SequenceMatcher(None, words, others, autojunk=False).ratio() >= SAME_WORDS


def _list_by_ids(
    ids: Sequence[int], unit: UnitText, lineage: DocumentLineage, version: DocumentVersion
) -> list[ShownContribution]:
    rows = db.session.scalars(
        select(UnitContribution)
        .where(UnitContribution.id.in_(ids))
        .options(joinedload(UnitContribution.version))
    )
    by_id = {row.id: row for row in rows}
    return [_shown(by_id[id_], {unit.unit_id: unit}, lineage, version.number) for id_ in ids]


def has_same_words(first: str, second: str) -> bool:
    """Return whether two texts differ by white space at most."""
    return first.split() == second.split()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def list_joined_people(contribution_ids: Sequence[int]) -> Sequence[Person]:
    """Return the people with an account who joined some amendments, each once."""
    joined = select(AmendmentJoin.person_id).where(
        AmendmentJoin.contribution_id.in_(contribution_ids)
    )
    people = select(Person).where(Person.id.in_(joined), Person.erased_at.is_(None))
    return db.session.scalars(people.order_by(Person.id)).all()


def joined_ids(person: Person | None, contribution_ids: Sequence[int]) -> set[int]:
    """Return which of some amendments a person has joined."""
    if person is None:
        return set()
    return set(
        db.session.scalars(
            select(AmendmentJoin.contribution_id).where(
                AmendmentJoin.person_id == person.id,
                AmendmentJoin.contribution_id.in_(contribution_ids),
            )
        )
    )
