"""Proposals as pages read them: one with all that belongs to it, and in which state it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Attachment,
    Comment,
    Follow,
    Interaction,
    Person,
    Poll,
    Process,
    Proposal,
    Support,
)
from deliberate.queries.states import days_left, state_of
from deliberate.vocabulary import ProposalState


def is_readable(proposal: Proposal) -> bool:
    """Whether its text is shown; a tombstone stands in its place otherwise."""
    is_erased = proposal.author is not None and proposal.author.is_erased
    return proposal.is_legible and not is_erased


@dataclass(frozen=True)
class Standing:
    """Where a proposal stands, as its state tag tells it."""

    state: ProposalState
    days_left: int | None
    """Working days until a response is due; negative when it is overdue, None when none is."""
    decision: str


def standing_of(proposal: Proposal) -> Standing:
    """State, working days left and decision of a proposal now."""
    return Standing(state_of(proposal), days_left(proposal), proposal.decision or "")


@dataclass(frozen=True)
class Shown:
    """A proposal for its page, with a mark that changes whenever the page would."""

    proposal: Proposal
    mark: str
    has_joined: bool
    """Whether other proposals were joined to it."""
    has_files: bool


def proposal_shown(number: int) -> Shown | None:
    """A proposal with process, phases, author and institution, read in one statement."""
    found = (
        db.session.execute(
            select(Proposal, *_marks())
            .options(
                joinedload(Proposal.process).joinedload(Process.phases),
                joinedload(Proposal.author),
                joinedload(Proposal.institution),
            )
            .where(Proposal.id == number)
        )
        .unique()
        .first()
    )
    if found is None:
        return None
    proposal, *marks = found
    return Shown(
        proposal, _mark(proposal, marks), has_joined=bool(marks[-3]), has_files=bool(marks[-1])
    )


def _marks() -> tuple[ColumnElement[object], ...]:
    """What changes a page: the log's last rows of it, and polls and holds by the clock."""
    its_rows = Interaction.proposal_id == Proposal.id
    its_polls = select(func.count(Poll.id)).where(Poll.proposal_id == Proposal.id)
    moment = now()
    joined: Any = aliased(Proposal)
    held = select(func.count(Comment.id)).where(
        Comment.proposal_id == Proposal.id, Comment.held_until > moment
    )
    return tuple(
        part.correlate(Proposal).scalar_subquery()
        for part in (
            select(func.max(Interaction.seq)).where(its_rows),
            select(func.max(Interaction.id)).where(its_rows, Interaction.seq.is_(None)),
            its_polls.where(Poll.opens_at <= moment),
            its_polls.where(Poll.closes_at <= moment),
            held,
            select(func.count(joined.id)).where(joined.merged_into_id == Proposal.id),
            select(func.max(joined.merged_at)).where(joined.merged_into_id == Proposal.id),
            select(func.count(Attachment.id)).where(
                Attachment.proposal_id == Proposal.id, Attachment.removed_at.is_(None)
            ),
        )
    )


def _mark(proposal: Proposal, marks: list[object]) -> str:
    """The hour stands in it for what follows from days: deadlines, and people who were erased."""
    phases = [(p.kind, p.opens_at, p.closes_at, p.switches) for p in proposal.process.phases]
    phase = proposal.process.phase_at(now())
    return repr(
        (
            marks,
            f"{now():%Y%m%d%H}",
            proposal.hidden_at,
            proposal.merged_into_id,
            phases,
            phase.kind if phase else "",
            proposal.process.closed_at,
        )
    )


@dataclass(frozen=True)
class MyPart:
    """What a signed-in person has to do with a proposal."""

    supports: bool
    follows: bool
    is_author: bool


def part_of(person: Person, proposal: Proposal) -> MyPart:
    """Whether somebody supports and follows a proposal."""
    support = select(Support.id).where(
        Support.person_id == person.id, Support.proposal_id == proposal.id
    )
    follow = select(Follow.id).where(
        Follow.person_id == person.id,
        Follow.subject_type == Proposal.subject_type,
        Follow.subject_id == proposal.id,
    )
    found = db.session.execute(select(support.exists(), follow.exists())).one()
    return MyPart(*found, is_author=proposal.author_id == person.id)


def joined_to(proposal: Proposal) -> Sequence[Proposal]:
    """Proposals that were joined to this one, the first first."""
    joined = select(Proposal).where(Proposal.merged_into_id == proposal.id)
    return db.session.scalars(joined.order_by(Proposal.merged_at, Proposal.id)).all()
