"""Reports, moderation decisions, edit requests, escalations and appeals."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime, new_salt
from deliberate.database.personal_data import ACCOUNTABILITY, Category, keep_for, personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import IsReader
from deliberate.models.moderation.visibility import MODERATORS, read_by
from deliberate.models.proposals.proposal import Proposal
from deliberate.vocabulary import AppealOutcome, ModerationOutcome, ModerationRule

_OPEN = text("resolved_at IS NULL")
_UNDECIDED = text("decided_at IS NULL")


class Report(Base):
    """A person's report of a contribution, open until a moderator decides on the contribution."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_type", "subject_id"),
        Index("ix_report_subject", "subject_type", "subject_id", "resolved_at"),
        Index("ix_report_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    personal_data = rows(
        "reports",
        "Reports filed",
        owner="person_id",
        columns="id person_id subject_type subject_id reason filed_at resolved_at",
        kept=ACCOUNTABILITY,
    )
    readers = read_by(IsReader("person_id") | MODERATORS, "note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[ModerationRule] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(
        String(500),
        default="",
        info=personal(
            Category.WORDS,
            owner="person_id subject.author_id",
            retention=keep_for(180, "resolved_at", "notes of settled reports"),
        ),
    )
    network_hash: Mapped[str] = mapped_column(
        String(64), default="", info=personal(Category.TECHNICAL, download=False)
    )
    """Keyed hash of the reporter's network, so that reports of one network count once. Cleared when
    the report is resolved.
    """
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class ModerationDecision(Base):
    """A moderator's decision on a contribution: outcome, rule and a note to the author."""

    __tablename__ = "moderation_decision"
    __table_args__ = (
        Index("ix_moderation_decision_subject", "subject_type", "subject_id", "id"),
        Index("ix_moderation_decision_decided_at", "decided_at"),
    )
    personal_data = rows(
        "moderation_decisions",
        "Moderation decisions",
        owner="subject.author_id moderator_id",
        columns=(
            "id subject_type subject_id proposal_id document_id outcome ground stance"
            " report_count decided_at"
        ),
        kept=ACCOUNTABILITY,
        hidden="moderator_id",
    )
    readers = read_by(MODERATORS, "note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The draft text of a contribution to one, which has no proposal."""
    outcome: Mapped[ModerationOutcome] = mapped_column(String(16))
    ground: Mapped[ModerationRule | None] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(
        Text, default="", info=personal(Category.MODERATION, owner="subject.author_id")
    )
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16),
        default=new_salt,
        info=personal(Category.TECHNICAL, owner="subject.author_id", download=False),
    )
    stance: Mapped[int | None] = mapped_column(SmallInteger)
    """Stance of the contribution, so that statistics show whether one side is hidden more often."""
    report_count: Mapped[int] = mapped_column(default=0)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    proposal: Mapped[Proposal | None] = relationship()
    appeal: Mapped["Appeal | None"] = relationship(back_populates="decision")
    edit_request: Mapped["EditRequest | None"] = relationship(back_populates="decision")

    @property
    def has_open_appeal(self) -> bool:
        """Return whether the author appealed and the appeal is not decided."""
        return self.appeal is not None and self.appeal.decided_at is None

    @property
    def subject_key(self) -> tuple[str, int]:
        """Return type and id of the contribution that was decided on."""
        return self.subject_type, self.subject_id


class EditRequest(Base):
    """A request to an author to change a text, with its due date and the text at the time."""

    __tablename__ = "edit_request"
    __table_args__ = (
        Index("ix_edit_request_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    personal_data = rows(
        "edit_requests",
        "Requests to change a text",
        owner="decision_id.subject.author_id",
        columns="id decision_id due_at edited_at resolved_at",
        kept=ACCOUNTABILITY,
    )
    readers = read_by(MODERATORS, "original_text")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    original_text: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    """The text when the request was made, visible to moderators only. Cleared when the request is
    resolved.
    """
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    decision: Mapped[ModerationDecision] = relationship(back_populates="edit_request")

    @property
    def is_active(self) -> bool:
        """Return whether the author may still change the text because of this request."""
        return self.resolved_at is None and now() < self.due_at


class Escalation(Base):
    """A contribution that a moderator passed on to a second moderator, with the reason."""

    __tablename__ = "escalation"
    __table_args__ = (Index("ix_escalation_subject", "subject_type", "subject_id", "resolved_at"),)
    personal_data = rows(
        "escalations",
        "Texts passed on to a second moderator",
        owner="moderator_id",
        columns="id subject_type subject_id moderator_id escalated_at resolved_at",
        kept=ACCOUNTABILITY,
    )
    readers = read_by(MODERATORS, "note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(
        String(500),
        info=personal(
            Category.MODERATION,
            owner="subject.author_id",
            retention=keep_for(180, "resolved_at", "notes of settled escalations"),
        ),
    )
    escalated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    moderator: Mapped[Person] = relationship()


class Appeal(Base):
    """An author's appeal against a decision, decided by a different moderator."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index("ix_appeal_open", "id", sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED),
    )
    personal_data = rows(
        "appeals",
        "Appeals",
        owner="person_id",
        columns="id decision_id person_id filed_at outcome decided_at",
        kept=ACCOUNTABILITY,
        hidden="decided_by_id",
    )
    readers = read_by(IsReader("person_id") | MODERATORS, "reason", "note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    outcome: Mapped[AppealOutcome | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="", info=personal(Category.MODERATION))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16),
        default=new_salt,
        info=personal(Category.TECHNICAL, download=False),
    )

    decision: Mapped[ModerationDecision] = relationship(back_populates="appeal")
