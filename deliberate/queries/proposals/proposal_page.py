"""The page of a proposal: the proposal with all that belongs to it, read in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Label,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload

from deliberate.database import BigId, db
from deliberate.models import (
    Attachment,
    Case,
    Person,
    Poll,
    Process,
    Proposal,
    PublishedTreeHead,
    Referral,
    SignedTreeHead,
    Summary,
    UnitContribution,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.log.tree_heads import TreeHeadSummary
from deliberate.queries.proposals.attachments import AttachmentRow
from deliberate.queries.proposals.reader_state import (
    ReaderState,
    reader_columns,
    to_reader_state,
)
from deliberate.queries.responses.response_owner import Desk
from deliberate.vocabulary import Role

PageRow = Row[*tuple[Any, ...]]  # models and the labelled columns below


@dataclass(frozen=True)
class ProposalPage:
    """A proposal for its page."""

    proposal: Proposal
    has_merged: bool
    """Whether other proposals were merged into this one."""
    has_files: bool
    has_polls: bool
    has_amendment: bool
    """Whether it was made of an amendment to a draft text."""
    reader: ReaderState | None
    """None for a request without a session."""
    desk: Desk
    summary: Summary | None
    """The summary author and moderator agreed on."""
    log_head: TreeHeadSummary | None


def get_proposal_page(
    proposal_id: int, reader: Person | None = None, last_read_id: int | None = None
) -> ProposalPage | None:
    """Return a proposal with process, phases, author, institution and desk in one statement.

    `last_read_id` is the last comment the reader can have read before; None on a first visit.
    """
    statement = _page_statement(reader is not None, bool(reader and reader.role == Role.STAFF))
    given = {
        "proposal": proposal_id,
        "reader": reader.id if reader else 0,
        "last_read": last_read_id,
    }
    rows = db.session.execute(statement, given).unique().all()
    return _page_from_rows(rows, reader) if rows else None


@cache
def _page_statement(is_signed_in: bool, is_staff: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement of a page; the institutions of the process decide what staff may."""
    newest = select(func.max(Summary.number)).where(Summary.proposal_id == Proposal.id)
    process = joinedload(Proposal.process)
    return (
        select(
            Proposal,
            Case,
            Referral,
            Summary,
            *_related_columns(),
            *_tree_head_columns(),
            *(reader_columns() if is_signed_in else ()),
        )
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
            process.joinedload(Process.phases),
            *((process.joinedload(Process.institutions),) if is_staff else ()),
            joinedload(Proposal.author),
            joinedload(Proposal.institution),
            joinedload(Referral.from_institution),
            joinedload(Referral.to_institution),
        )
        .where(Proposal.id == bindparam("proposal"))
    )


def _page_from_rows(rows: Sequence[PageRow], reader: Person | None) -> ProposalPage:
    row = rows[0]
    proposal: Proposal = row[0]
    referrals = [referral for _, _, referral, *_ in rows if referral is not None]
    return ProposalPage(
        proposal,
        has_merged=bool(row.merged),
        has_files=bool(row.files),
        has_polls=bool(row.polls),
        has_amendment=bool(row.amendments),
        reader=to_reader_state(row, proposal.author_id == reader.id) if reader else None,
        desk=Desk(row[1], sorted(referrals, key=lambda referral: referral.id)),
        summary=row[3],
        log_head=TreeHeadSummary(row.log_size, row.log_root) if row.log_size else None,
    )


def _related_columns() -> tuple[Label[Any], ...]:
    """Return whether the proposal has polls, merged proposals, files and an amendment before it."""
    merged: Any = aliased(Proposal)  # an alias has no static type
    columns: dict[str, Select[Any]] = {
        "polls": select(Poll.id).where(Poll.proposal_id == Proposal.id),
        "merged": select(merged.id).where(merged.merged_into_id == Proposal.id),
        "amendments": select(UnitContribution.id).where(
            UnitContribution.promoted_to_id == Proposal.id
        ),
        "files": select(Attachment.id).where(
            Attachment.proposal_id == Proposal.id, Attachment.removed_at.is_(None)
        ),
    }
    return tuple(
        statement.correlate(Proposal).exists().label(name) for name, statement in columns.items()
    )


def _tree_head_columns() -> tuple[Label[Any], ...]:
    """Return the newest published tree head, which every page shows."""
    newest = select(func.max(PublishedTreeHead.size)).scalar_subquery()
    root = select(SignedTreeHead.root).where(SignedTreeHead.size == newest).scalar_subquery()
    return newest.label("log_size"), root.label("log_root")


@dataclass(frozen=True)
class MergedProposal:
    """A proposal merged into another one, as the other's page links to it."""

    id: int
    slug: str
    """The end of its URL; empty while the proposal is hidden."""
    merged_at: datetime


@dataclass(frozen=True)
class RelatedItems:
    """Files of a proposal and the proposals merged into it."""

    files: Sequence[AttachmentRow] = ()
    merged: Sequence[MergedProposal] = ()


def get_related_items(proposal: Proposal) -> RelatedItems:
    """Return files and merged proposals, the oldest first, in one statement."""
    rows = db.session.execute(_related_items_query(), {"proposal": proposal.id}).all()
    rows = sorted(rows, key=lambda row: (row.at, row.id))
    return RelatedItems(
        [
            AttachmentRow(
                row.id, proposal.id, row.title, row.name, row.kind, row.size, row.width, row.height
            )
            for row in rows
            if row.of == "file"
        ],
        [MergedProposal(row.id, row.title, row.at) for row in rows if row.of == "merged"],
    )


@cache
def _related_items_query() -> CompoundSelect[Any]:
    proposal_id = bindparam("proposal", type_=BigId)
    slug = case((Proposal.visible_to(ANYONE), Proposal.slug), else_="")
    files = select(
        literal("file").label("of"),
        Attachment.id.label("id"),
        Attachment.title.label("title"),
        Attachment.name.label("name"),
        Attachment.kind.label("kind"),
        Attachment.size.label("size"),
        Attachment.width.label("width"),
        Attachment.height.label("height"),
        Attachment.added_at.label("at"),
    ).where(Attachment.proposal_id == proposal_id, Attachment.removed_at.is_(None))
    merged = select(
        literal("merged"),
        Proposal.id,
        slug,
        *(null() for _ in range(5)),
        Proposal.merged_at,
    ).where(Proposal.merged_into_id == proposal_id)
    return union_all(files, merged)
