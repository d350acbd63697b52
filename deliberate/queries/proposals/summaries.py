"""Summaries of proposals: the current version and the pending suggestions."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import CoAuthor, Proposal, Summary

PAGE = 20


def current_summary(proposal: Proposal) -> Summary | None:
    """Return the newest version that author and moderator agreed on."""
    agreed = select(Summary).where(Summary.proposal_id == proposal.id, Summary.number.is_not(None))
    return db.session.scalar(agreed.order_by(Summary.number.desc()).limit(1))


def suggested_summary(proposal: Proposal) -> Summary | None:
    """Return the suggestion that is not agreed yet."""
    return db.session.scalar(
        select(Summary).where(Summary.proposal_id == proposal.id, Summary.number.is_(None))
    )


def pending_summaries() -> Sequence[Summary]:
    """Return suggestions by authors that no moderator agreed to yet, the oldest twenty."""
    pending = (
        select(Summary)
        .join(Summary.proposal)
        .where(
            Summary.number.is_(None),
            or_(
                Summary.written_by_id == Proposal.author_id,
                Proposal.coauthors.any(CoAuthor.person_id == Summary.written_by_id),
            ),
        )
        .options(joinedload(Summary.proposal))
    )
    return db.session.scalars(pending.order_by(Summary.written_at).limit(PAGE)).all()
