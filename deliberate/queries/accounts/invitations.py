"""Invitations to an account with a role."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Invitation

PAGE_SIZE = 20


def is_pending() -> ColumnElement[bool]:
    """Return the condition of invitations that are not accepted, revoked or expired."""
    return and_(
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )


def list_open_invitations(after: int | None = None) -> Sequence[Invitation]:
    """Return a page of pending invitations, newest first, and one more if another page follows."""
    statement = select(Invitation).where(is_pending())
    if after is not None:
        statement = statement.where(Invitation.id < after)
    statement = statement.order_by(Invitation.id.desc()).limit(PAGE_SIZE + 1)
    return db.session.scalars(statement).all()


def get_invitation(invitation_id: int) -> Invitation | None:
    """Return an invitation by its id."""
    return db.session.get(Invitation, invitation_id)


def get_invitation_by_hash(token_hash: str) -> Invitation | None:
    """Return the invitation whose link has this hash."""
    return db.session.scalar(select(Invitation).where(Invitation.token_hash == token_hash))


def list_invitations_to_mail(limit: int) -> Sequence[Invitation]:
    """Return pending invitations whose mail has not been sent, oldest first."""
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.mailed_at.is_(None), Invitation.email != "", is_pending())
        .order_by(Invitation.id)
        .limit(limit)
    ).all()
