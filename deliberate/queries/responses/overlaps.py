"""Who is responsible for which topic: mandates, practice and refusals, three sources kept apart.

Nothing is scored and no institution is ranked: topics and institutions are in alphabetical order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Institution, Mandate, Overlap, Process, Proposal, Referral, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.responses.response_owner import join_case, owner_id_at
from deliberate.vocabulary import MandateState

HELD, ANSWERED, DECLINED = "held", "answered", "declined"
MAX_CASES = 500
"""Cases of one cell that are listed."""


@dataclass
class InstitutionPart:
    """What one institution has to do with a topic."""

    institution: Institution
    mandates: list[Mandate] = field(default_factory=list)
    held: int = 0
    answered: int = 0
    declined: int = 0
    finding: MandateState | None = None
    """Idle: a mandate, but no case. Without mandate: answers, but others have the mandate."""


@dataclass
class TopicRow:
    """A topic with the institutions that have to do with it."""

    topic: str
    state: MandateState
    parts: list[InstitutionPart]
    overlap: Overlap | None = None
    """The overlap that was opened and is not settled."""


@dataclass(frozen=True)
class OverlapMap:
    """All topics, whether any mandate is stated, and the settled overlaps, newest first."""

    topics: list[TopicRow]
    has_mandates: bool
    settled: list[Overlap]

    @property
    def findings(self) -> list[tuple[str, MandateState, str]]:
        """Return what is unclear: topic, what it is, and the institution if it is of one."""
        found: list[tuple[str, MandateState, str]] = []
        for row in self.topics if self.has_mandates else ():
            if row.state != MandateState.ONE_OWNER:
                found.append((row.topic, row.state, ""))
            found += [(row.topic, p.finding, p.institution.slug) for p in row.parts if p.finding]
        return found

    def count_topics(self, state: MandateState) -> int:
        """Return how many topics are in a state."""
        return sum(row.state == state for row in self.topics)

    @property
    def open_count(self) -> int:
        """Return how many overlaps were opened and are not settled."""
        return sum(row.overlap is not None for row in self.topics)


def overlap_map(language: str) -> OverlapMap:
    """Return the map, with names in the order of a language."""
    institutions = {row.id: row for row in db.session.scalars(select(Institution))}
    mandates = list_mandates()
    overlaps = _overlaps()
    parts: dict[str, dict[int, InstitutionPart]] = defaultdict(dict)
    for mandate in mandates:
        part = _part(parts[mandate.topic], institutions[mandate.institution_id])
        part.mandates.append(mandate)
    for topic, institution_id, what, count in _practice():
        part = _part(parts[topic], institutions[institution_id])
        setattr(part, what, count)
    unsettled = {row.topic: row for row in overlaps if row.decision is None}
    topics = [
        _topic_row(topic, list(parts[topic].values()), unsettled.get(topic), language)
        for topic in sorted({*parts, *unsettled}, key=str.casefold)
    ]
    return OverlapMap(topics, bool(mandates), [row for row in overlaps if row.decision])


def _part(parts: dict[int, InstitutionPart], institution: Institution) -> InstitutionPart:
    return parts.setdefault(institution.id, InstitutionPart(institution))


def _topic_row(
    topic: str, parts: list[InstitutionPart], overlap: Overlap | None, language: str
) -> TopicRow:
    owners = sum(bool(part.mandates) for part in parts)
    has_cases = any(part.held or part.answered for part in parts)
    for part in parts:
        _set_finding(part, has_owners=bool(owners), has_cases=has_cases)
    states = (MandateState.NOBODY, MandateState.ONE_OWNER, MandateState.TWO_CLAIM)
    parts.sort(key=lambda part: part.institution.name_in(language).casefold())
    return TopicRow(topic, states[min(owners, 2)], parts, overlap)


def _set_finding(part: InstitutionPart, *, has_owners: bool, has_cases: bool) -> None:
    """Note an institution that is idle in its topic, or answers in that of another one."""
    if part.mandates and has_cases and not (part.held or part.answered):
        part.finding = MandateState.IDLE
    elif has_owners and part.answered and not part.mandates:
        part.finding = MandateState.WITHOUT_MANDATE


def list_mandates() -> Sequence[Mandate]:
    """Return the mandates that hold, by topic."""
    rows = select(Mandate).where(Mandate.ended_at.is_(None)).order_by(Mandate.topic, Mandate.id)
    return db.session.scalars(rows.options(joinedload(Mandate.institution))).all()


def get_mandate(mandate_id: int) -> Mandate | None:
    """Return a mandate, or None."""
    return db.session.get(Mandate, mandate_id)


def get_overlap(overlap_id: int) -> Overlap | None:
    """Return an overlap, or None."""
    return db.session.get(Overlap, overlap_id)


def _overlaps() -> Sequence[Overlap]:
    rows = select(Overlap).order_by(Overlap.id.desc())
    loaded = (joinedload(Overlap.coordinator), joinedload(Overlap.decision))
    return db.session.scalars(rows.options(*loaded)).all()


def _practice() -> Sequence[tuple[str, int, str, int]]:
    """Return how many cases each institution held, answered and declined, by topic."""
    answered = _cases(ANSWERED, Response.institution_id)
    answered = answered.join(Response, Response.proposal_id == Proposal.id)
    declined = _cases(DECLINED, Referral.to_id)
    declined = declined.join(Referral, Referral.proposal_id == Proposal.id)
    rows = union_all(
        _held_cases(),
        answered.where(Response.final()),
        declined.where(Referral.declined_at.is_not(None)),
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(rows)]


def list_cases(topic: str, institution: Institution, what: str) -> Sequence[Proposal]:
    """Return the cases that an institution answered or declined on a topic, the newest first."""
    if what == ANSWERED:
        its = select(Response.proposal_id).where(Response.institution_id == institution.id)
        its = its.where(Response.final())
    else:
        its = select(Referral.proposal_id).where(Referral.to_id == institution.id)
        its = its.where(Referral.declined_at.is_not(None))
    rows = (
        select(Proposal)
        .join(Process, Proposal.process_id == Process.id)
        .where(Proposal.topic == topic, Proposal.id.in_(its))
        .where(Proposal.visible_to(ANYONE), Process.visible_to(ANYONE))
        .options(joinedload(Proposal.process))
    )
    return db.session.scalars(rows.order_by(Proposal.id.desc()).limit(MAX_CASES)).all()


def _held_cases() -> Select[*tuple[Any, ...]]:
    """Return the query of the cases that institutions own, by topic, as their desks do."""
    owned = join_case(
        select(
            Proposal.topic.label("topic"),
            owner_id_at(now()).label("owner"),
            Proposal.id.label("id"),
        ).select_from(Proposal)
    )
    rows = (
        owned.join(Process, Proposal.process_id == Process.id)
        .where(Proposal.qualified_at.is_not(None), Proposal.topic != "")
        .where(Proposal.visible_to(ANYONE), Process.visible_to(ANYONE))
        .subquery()
    )
    held = select(rows.c.topic, rows.c.owner, literal(HELD), func.count(rows.c.id))
    return held.where(rows.c.owner.is_not(None)).group_by(rows.c.topic, rows.c.owner)


def _cases(
    what: str, institution_id: InstrumentedAttribute[int | None]
) -> Select[*tuple[Any, ...]]:
    """Return the query of the number of proposals by topic and institution."""
    count = func.count(func.distinct(Proposal.id))
    rows = select(Proposal.topic, institution_id, literal(what), count)
    return (
        rows.select_from(Proposal)
        .join(Process, Proposal.process_id == Process.id)
        .where(
            Proposal.topic != "",
            institution_id.is_not(None),
            Proposal.visible_to(ANYONE),
            Process.visible_to(ANYONE),
        )
        .group_by(Proposal.topic, institution_id)
    )
