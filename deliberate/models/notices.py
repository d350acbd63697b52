"""What people are told: one notice an act, its deliveries, what somebody wants no mail of."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment


class Notice(Base):
    """Something to tell, written in the act's own transaction; `act` names the act or the date."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    act: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    """Whose staff is told, where the notice is for staff."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who alone is told, where it is for one person."""
    told: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What its sentence needs besides the proposal: codes, ids and dates."""
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)
    reached_id: Mapped[int] = mapped_column(default=0)
    """The fan-out has passed every person up to this one."""
    done_at: Mapped[datetime | None] = mapped_column(Moment, index=True)


class Delivery(Base):
    """One notice to one person by one channel, at most one row; tried until it is through."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("act", "person_id", "channel"),
        Index("ix_delivery_inbox", "person_id", "channel", "id"),
        Index("ix_delivery_to_send", "channel", "sent_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    act: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(16), default="")
    """Author, commenter, supporter, follower or staff: why this person is told."""
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was through; a given-up one has this too, and an error."""
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(String(255), default="")


class MutedNotice(Base):
    """A group of notices somebody does not want by mail; in the account they stand all the same."""

    __tablename__ = "muted_notice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(24), primary_key=True)
