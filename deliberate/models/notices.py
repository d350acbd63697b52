"""Tables of notices, their deliveries by channel, and the topics muted by a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime
from deliberate.database.personal_data import Category, keep_for, personal, rows


class Notice(Base):
    """A notice to one person, to the staff of an institution or to all who follow a proposal.

    It is written in the transaction of the act that causes it; reminders are written by a job.
    """

    __tablename__ = "notice"
    personal_data = rows(
        "notices",
        "Notices",
        owner="person_id",
        columns=(
            "id key kind proposal_id institution_id person_id created_at last_person_id done_at"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """The id of the act, or a name made of a date or row, so that no notice is written twice."""
    kind: Mapped[str] = mapped_column(String(40))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    """The institution whose staff receives the notice, None for other recipients."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The only recipient, None where there are several."""
    details: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, info=personal(Category.TECHNICAL)
    )
    """What the text of the notice needs besides the proposal: codes, ids and dates."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_person_id: Mapped[int] = mapped_column(default=0)
    """Deliveries exist for all recipients up to this id."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Delivery(Base):
    """The delivery of a notice to a person by a channel, retried until it succeeds."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_key", "person_id", "channel"),
        Index("ix_delivery_inbox", "person_id", "channel", "id"),
        Index("ix_delivery_to_send", "channel", "sent_at", "id"),
    )
    personal_data = rows(
        "messages",
        "Messages",
        owner="person_id notice_id.person_id",
        columns=(
            "id notice_id notice_key person_id channel reason created_at sent_at read_at "
            "attempts next_attempt_at"
        ),
        retention=keep_for(365, "read_at", "read messages"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    notice_key: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16), default="")
    """Why the person is notified: author, commenter, supporter, follower, staff or account."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the delivery ended; a failed one has an error as well."""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(255), default="", info=personal(Category.TECHNICAL))


class MutedTopic(Base):
    """A topic of which a person receives no mail; its notices stay visible in the account."""

    __tablename__ = "muted_topic"
    personal_data = rows(
        "muted_topics", "Topics without mail", owner="person_id", columns="person_id"
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(
        String(24), primary_key=True, info=personal(Category.PREFERENCE)
    )
