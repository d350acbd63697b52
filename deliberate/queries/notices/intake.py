"""Intake channels, the people linked to them, and the codes by which people link them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.keys import keyed_hashes
from deliberate.models import IntakeChannel, IntakeLink, IntakeLinkCode, Person
from deliberate.models.accounts.pending_request import INTAKE_CODE_LIFETIME

CODE, USER = "channel code", "channel user"
"""Purposes of the keyed hashes."""


def list_channels() -> Sequence[IntakeChannel]:
    """Return the channels whose token is valid, by name."""
    rows = select(IntakeChannel).where(IntakeChannel.revoked_at.is_(None))
    return db.session.scalars(rows.order_by(IntakeChannel.name, IntakeChannel.id)).all()


def get_channel(channel_id: int) -> IntakeChannel | None:
    """Return a channel whose token is valid, or None."""
    row = db.session.get(IntakeChannel, channel_id)
    return row if row is not None and row.revoked_at is None else None


def get_channel_of_token(token_hash: str) -> IntakeChannel | None:
    """Return the channel of a valid token by its hash, or None."""
    return db.session.scalar(
        select(IntakeChannel).where(
            IntakeChannel.token_hash == token_hash, IntakeChannel.revoked_at.is_(None)
        )
    )


def count_links() -> dict[int, int]:
    """Return the number of people linked to each channel that has any."""
    rows = select(IntakeLink.channel_id, func.count(IntakeLink.id))
    return {row[0]: row[1] for row in db.session.execute(rows.group_by(IntakeLink.channel_id))}


def user_message(channel: IntakeChannel, user: str) -> str:
    """Return what is hashed of a person of a channel."""
    return f"{channel.id}\n{user}"


def get_link(channel: IntakeChannel, user: str) -> IntakeLink | None:
    """Return the link of a person of a channel, or None."""
    hashes = keyed_hashes(USER, user_message(channel, user))
    return db.session.scalar(
        select(IntakeLink).where(
            IntakeLink.channel_id == channel.id, IntakeLink.user_hash.in_(hashes)
        )
    )


def list_links(person: Person) -> Sequence[IntakeLink]:
    """Return the channels linked to an account, the newest first."""
    rows = select(IntakeLink).where(IntakeLink.person_id == person.id)
    rows = rows.options(joinedload(IntakeLink.channel)).order_by(IntakeLink.id.desc())
    return db.session.scalars(rows).all()


def get_own_link(person: Person, link_id: int) -> IntakeLink | None:
    """Return a link of a person, None for another one's."""
    row = db.session.get(IntakeLink, link_id)
    return row if row is not None and row.person_id == person.id else None


def get_person_of_code(code: str) -> Person | None:
    """Return who asked for a code that is still valid, or None."""
    with transient(write=False) as store:
        person_id = store.scalar(
            select(IntakeLinkCode.person_id).where(
                IntakeLinkCode.code_hash.in_(keyed_hashes(CODE, code)),
                IntakeLinkCode.requested_at > now() - INTAKE_CODE_LIFETIME,
            )
        )
    return db.session.get(Person, person_id) if person_id is not None else None
