"""Moderation: what was reported and why, what was decided by which rule, and appeals."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.proposals.proposal import Proposal
from deliberate.vocabulary import AppealOutcome, ModerationOutcome, Rule

_OPEN = text("settled_at IS NULL")
_UNDECIDED = text("decided_at IS NULL")


class Report(Base):
    """One person's report of one thing; open until a moderator decides on the thing."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_type", "subject_id"),
        Index("ix_report_subject", "subject_type", "subject_id", "settled_at"),
        Index("ix_report_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[Rule] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(String(500), default="")
    network: Mapped[str] = mapped_column(String(64), default="")
    """A keyed mark of where it came from, so that one network counts once; gone once settled."""
    filed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship()


class ModerationDecision(Base):
    """What a moderator decided on a thing, by which rule, with a note to its author."""

    __tablename__ = "moderation_decision"
    __table_args__ = (
        Index("ix_moderation_decision_subject", "subject_type", "subject_id", "id"),
        Index("ix_moderation_decision_decided_at", "decided_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    outcome: Mapped[ModerationOutcome] = mapped_column(String(16))
    ground: Mapped[Rule | None] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(Text, default="")
    stance: Mapped[int | None] = mapped_column(SmallInteger)
    """Where the comment stood, so that the counts show whether one side is hidden more often."""
    reports: Mapped[int] = mapped_column(default=0)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(Moment, default=now)

    proposal: Mapped[Proposal] = relationship()
    appeal: Mapped["Appeal | None"] = relationship(back_populates="decision")
    request: Mapped["EditRequest | None"] = relationship(back_populates="decision")


class EditRequest(Base):
    """That an author was asked to change a text: until when, and what it said when asked."""

    __tablename__ = "edit_request"
    __table_args__ = (
        Index("ix_edit_request_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)
    """As it stood when it was asked about, for the moderator alone; gone once settled."""
    until: Mapped[datetime] = mapped_column(Moment)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    decision: Mapped[ModerationDecision] = relationship(back_populates="request")

    @property
    def is_due(self) -> bool:
        """Whether the author may still change the text on it."""
        return self.settled_at is None and now() < self.until


class Escalation(Base):
    """That a moderator passed a text on for a second one to decide, and why."""

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_subject", "subject_type", "subject_id", "settled_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(500))
    passed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    moderator: Mapped[Person] = relationship()


class Appeal(Base):
    """An author's appeal against one decision, for somebody else to decide."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index("ix_appeal_open", "id", sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    outcome: Mapped[AppealOutcome | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    decision: Mapped[ModerationDecision] = relationship(back_populates="appeal")
