"""A proposal with its versions, supports and followers, and the draft it began as."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    case,
    column,
    func,
    null,
    select,
    table,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import HideableText, held_index
from deliberate.models.processes import Process
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import Initiator


def new_salt() -> bytes:
    """128 random bits for the HMAC of a text; erased with it."""
    return secrets.token_bytes(16)


_answer = table("response", column("id"), column("proposal_id"))
_promise = table("commitment", column("response_id"), column("fulfilled_at"), column("dropped_at"))
_IS_MERGED = text("merged_into_id IS NOT NULL")
OPEN, KEPT, DROPPED = 1, 2, 3
"""How far a promise is: a proposal is as far as the least settled of its own."""


class Proposal(HideableText, Base):
    """What somebody wants changed. Its state follows from dated facts and is never typed in.

    Counters are kept in the acts that change them; `deliberate check --repair` counts again.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index("ix_proposal_process_id_published_at", "process_id", "published_at", "id"),
        Index("ix_proposal_published_at", "published_at", "id"),
        Index("ix_proposal_attention", "attention", "id"),
        Index("ix_proposal_comment_count", "comment_count", "id"),
        Index("ix_proposal_support_count", "support_count", "id"),
        Index("ix_proposal_qualified_at", "qualified_at", "id"),
        Index("ix_proposal_owed", "answered_at", "due_at", "id"),
        Index(
            "ix_proposal_merged_into_id",
            "merged_into_id",
            sqlite_where=_IS_MERGED,
            postgresql_where=_IS_MERGED,
        ),
        held_index("ix_proposal_held_until", "held_until"),
        UniqueConstraint("process_id", "source_id"),
    )
    subject_type = "proposal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    """The institution that should answer; None until somebody is asked."""
    initiator: Mapped[Initiator] = mapped_column(String(16), default=Initiator.RESIDENT)
    title: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(80), default="")
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(8), default="id")
    topic: Mapped[str] = mapped_column(String(80), default="")
    area: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime] = mapped_column(Moment, default=now)
    qualified_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    decision: Mapped[str | None] = mapped_column(String(24))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    merged_into_id: Mapped[int | None] = mapped_column(BigId)
    """The proposal it was joined to; its own thread and supports stay where they are."""
    merged_at: Mapped[datetime | None] = mapped_column(Moment)
    support_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)
    attention: Mapped[int] = mapped_column(
        Computed("comment_count + support_count", persisted=True)
    )
    """Comments and supports together: what has little of it was least seen."""
    for_count: Mapped[int] = mapped_column(default=0)
    against_count: Mapped[int] = mapped_column(default=0)
    neutral_count: Mapped[int] = mapped_column(default=0)
    source_id: Mapped[str | None] = mapped_column(String(64))
    source_url: Mapped[str | None] = mapped_column(String(500))

    delivery: Mapped[int | None] = column_property(
        case(
            (answered_at.is_(None), null()),
            else_=select(
                func.min(
                    case(
                        (_promise.c.fulfilled_at.is_not(None), KEPT),
                        (_promise.c.dropped_at.is_not(None), DROPPED),
                        else_=OPEN,
                    )
                )
            )
            .join_from(_promise, _answer, _answer.c.id == _promise.c.response_id)
            .where(_answer.c.proposal_id == id)
            .correlate_except(_promise, _answer)
            .scalar_subquery(),
        )
    )
    """Which of OPEN, KEPT, DROPPED its least settled promise is; None where none was made."""

    process: Mapped[Process] = relationship()
    author: Mapped[Person | None] = relationship()
    institution: Mapped[Institution | None] = relationship()
    versions: Mapped[list["ProposalVersion"]] = relationship(
        order_by="ProposalVersion.number", back_populates="proposal", lazy="select"
    )

    @property
    def proposal_id(self) -> int:
        """Where its acts belong: to itself."""
        return self.id

    @property
    def is_open(self) -> bool:
        """Whether it still takes acts at all, its process aside."""
        return self.is_legible and self.merged_into_id is None

    @property
    def is_legible(self) -> bool:
        """Whether its text is shown: neither taken back nor hidden."""
        return self.withdrawn_at is None and self.hidden_at is None


class ProposalVersion(Base):
    """The text as it stood from one moment on, with the author's note on what changed."""

    __tablename__ = "proposal_version"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(255), default="")
    credits: Mapped[list[int]] = mapped_column(Json, default=list)
    hidden_ground: Mapped[str | None] = mapped_column(String(24))
    """By which rule a moderator asked for other words; these ones are shown no more."""
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)

    proposal: Mapped[Proposal] = relationship(back_populates="versions")


class Support(Base):
    """One person's support of a proposal, given to a version; it can be taken back."""

    __tablename__ = "support"
    __table_args__ = (
        UniqueConstraint("person_id", "proposal_id"),
        Index("ix_support_people", "proposal_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    given_at: Mapped[datetime] = mapped_column(Moment, default=now)
    from_id: Mapped[int | None] = mapped_column(BigId)
    """The proposal it was given to, where that one was joined to this one."""


class Follow(Base):
    """A person asks to be told of what happens to a thing."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_type", "subject_id"),
        Index("ix_follow_people", "subject_type", "subject_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    started_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Draft(Base):
    """A proposal not yet published, seen by its author alone; no act, so it is not logged."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    written: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """{title, name, kind, size} of each: they lie where a proposal's do, and go with the draft."""
    saved_at: Mapped[datetime] = mapped_column(Moment, default=now)
