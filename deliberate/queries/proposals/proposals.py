"""Proposals as pages read them: one with all that belongs to it, and in which state it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Label, Select, and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import aliased, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Attachment,
    Case,
    Comment,
    Follow,
    Interaction,
    Person,
    Poll,
    Process,
    Proposal,
    PublishedTreeHead,
    Referral,
    SignedTreeHead,
    Summary,
    Support,
)
from deliberate.queries.log import TreeHeadSummary
from deliberate.queries.proposals.attachments import File
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.queries.responses.response_owner import Desk
from deliberate.queries.threads.unread_comments import news_for
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
class MyPart:
    """What a signed-in person has to do with a proposal."""

    supports: bool
    follows: bool
    is_author: bool
    newest: int
    """The newest comment of the thread; 0 where there is none."""
    unread: int
    """How many comments are new since the visit before, to a hundred."""
    first_unread: int | None
    is_asked_to_agree: bool
    """Whether a summary waits that somebody else suggested."""


@dataclass(frozen=True)
class Shown:
    """A proposal for its page, with a mark that changes whenever the page would."""

    proposal: Proposal
    mark: str
    has_joined: bool
    """Whether other proposals were joined to it."""
    has_files: bool
    has_polls: bool
    mine: MyPart | None
    """The reader's part; None for somebody not signed in."""
    desk: Desk
    summary: Summary | None
    """In short, as author and moderator agreed."""
    log_head: TreeHeadSummary | None


def proposal_shown(
    number: int, reader: Person | None = None, since: int | None = None
) -> Shown | None:
    """A proposal with process, phases, author, institution and desk, read in one statement.

    `since` is the last comment the reader can have read before; None on a first visit.
    """
    newest = select(func.max(Summary.number)).where(Summary.proposal_id == Proposal.id)
    rows = (
        db.session.execute(
            select(Proposal, Case, Referral, Summary, *_marks(), *_head(), *_part(reader, since))
            .outerjoin(Case, Case.proposal_id == Proposal.id)
            .outerjoin(Referral, Referral.proposal_id == Proposal.id)
            .outerjoin(
                Summary,
                and_(
                    Summary.proposal_id == Proposal.id,
                    Summary.number == newest.correlate(Proposal).scalar_subquery(),
                ),
            )
            .options(
                joinedload(Proposal.process).joinedload(Process.phases),
                joinedload(Proposal.author),
                joinedload(Proposal.institution),
                joinedload(Referral.giver),
                joinedload(Referral.receiver),
            )
            .where(Proposal.id == number)
        )
        .unique()
        .all()
    )
    return _as_shown(rows, reader) if rows else None


def _as_shown(rows: Sequence[Any], reader: Person | None) -> Shown:
    row = rows[0]
    proposal: Proposal = row[0]
    referrals = [one[2] for one in rows if one[2] is not None]
    own = reader is not None and proposal.author_id == reader.id
    marks = [getattr(row, part.name) for part in _marks()]
    return Shown(
        proposal,
        _mark(proposal, marks),
        has_joined=bool(row.joined),
        has_files=bool(row.files),
        has_polls=bool(row.polls),
        mine=_mine(row, own) if reader else None,
        desk=Desk(row[1], sorted(referrals, key=lambda one: one.id)),
        summary=row[3],
        log_head=TreeHeadSummary(row.log_size, row.log_root) if row.log_size else None,
    )


def _mine(row: Any, own: bool) -> MyPart:
    told = (row.newest, row.unread, row.first_unread, row.agrees)
    return MyPart(row.supports, row.follows, own, *told)


def _marks() -> tuple[Label[Any], ...]:
    """What changes a page: the log's last rows of it, and polls and holds by the clock."""
    its_rows = Interaction.proposal_id == Proposal.id
    its_polls = select(func.count(Poll.id)).where(Poll.proposal_id == Proposal.id)
    moment = now()
    joined: Any = aliased(Proposal)
    parts: dict[str, Select[Any]] = {
        "sealed": select(func.max(Interaction.seq)).where(its_rows),
        "waiting": select(func.max(Interaction.id)).where(its_rows, Interaction.seq.is_(None)),
        "polls": its_polls,
        "opened": its_polls.where(Poll.opens_at <= moment),
        "closed": its_polls.where(Poll.closes_at <= moment),
        "held": select(func.count(Comment.id)).where(
            Comment.proposal_id == Proposal.id, Comment.held_until > moment
        ),
        "joined": select(func.count(joined.id)).where(joined.merged_into_id == Proposal.id),
        "joined_at": select(func.max(joined.merged_at)).where(joined.merged_into_id == Proposal.id),
        "files": select(func.count(Attachment.id)).where(
            Attachment.proposal_id == Proposal.id, Attachment.removed_at.is_(None)
        ),
    }
    return tuple(
        part.correlate(Proposal).scalar_subquery().label(name) for name, part in parts.items()
    )


def _head() -> tuple[Label[Any], ...]:
    """The newest head given out, which every page shows."""
    newest = select(func.max(PublishedTreeHead.size)).scalar_subquery()
    root = select(SignedTreeHead.root).where(SignedTreeHead.size == newest).scalar_subquery()
    return newest.label("log_size"), root.label("log_root")


def _part(reader: Person | None, since: int | None) -> tuple[Label[Any], ...]:
    """Whether the reader supports and follows it, and what is new to them; nothing for nobody."""
    if reader is None:
        return ()
    support = select(Support.id).where(
        Support.person_id == reader.id, Support.proposal_id == Proposal.id
    )
    follow = select(Follow.id).where(
        Follow.person_id == reader.id,
        Follow.subject_type == Proposal.subject_type,
        Follow.subject_id == Proposal.id,
    )
    suggested = select(Summary.id).where(
        Summary.proposal_id == Proposal.id,
        Summary.number.is_(None),
        Summary.written_by_id != reader.id,
    )
    return (
        suggested.correlate(Proposal).exists().label("agrees"),
        support.correlate(Proposal).exists().label("supports"),
        follow.correlate(Proposal).exists().label("follows"),
        *news_for(reader.id, since),
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
class Joined:
    """A proposal that was joined to another one, as that one's page names it."""

    id: int
    slug: str
    """The tail of its address; empty while it is hidden."""
    merged_at: datetime


@dataclass(frozen=True)
class Beside:
    """What stands beside a proposal: files, and proposals joined to it."""

    files: Sequence[File] = ()
    joined: Sequence[Joined] = ()


def beside(proposal: Proposal) -> Beside:
    """Files and joined proposals, the first first, read in one statement."""
    file, joined = literal("file").label("of"), literal("joined").label("of")
    slug = case((Proposal.is_shown_now(), Proposal.slug), else_="")
    found = db.session.execute(
        union_all(
            select(
                file,
                Attachment.id.label("id"),
                Attachment.title.label("title"),
                Attachment.name.label("name"),
                Attachment.kind.label("kind"),
                Attachment.size.label("size"),
                Attachment.added_at.label("at"),
            ).where(Attachment.proposal_id == proposal.id, Attachment.removed_at.is_(None)),
            select(joined, Proposal.id, slug, null(), null(), null(), Proposal.merged_at).where(
                Proposal.merged_into_id == proposal.id
            ),
        )
    ).all()
    rows = sorted(found, key=lambda row: (row.at, row.id))
    return Beside(
        [
            File(row.id, proposal.id, row.title, row.name, row.kind, row.size)
            for row in rows
            if row.of == "file"
        ],
        [Joined(row.id, row.title, row.at) for row in rows if row.of == "joined"],
    )
