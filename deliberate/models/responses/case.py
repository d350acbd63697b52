"""A case: what an institution owes on a proposal, who works on it, and where it was handed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.proposals.proposal import Proposal
from deliberate.models.responses.institution import Institution


class Case(Base):
    """The desk's side of a proposal; it begins with the first thing the desk does.

    Its state follows from these facts: waiting, assigned, in work, answered.
    """

    __tablename__ = "desk_case"
    subject_type = "case"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), unique=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime | None] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    referral_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The hand-over that waits to be accepted; plain, as the referral names the case's proposal."""
    referral_count: Mapped[int] = mapped_column(default=0, index=True)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    pause_question: Mapped[str] = mapped_column(Text, default="")
    pause_ends_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the pause ends, by the author's word or by its last working day."""

    proposal: Mapped[Proposal] = relationship()
    assignee: Mapped[Person | None] = relationship()

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.proposal.process_id

    def state(self) -> str:
        """Waiting, assigned, in work or answered."""
        if self.proposal.answered_at is not None:
            return "answered"
        if self.started_at is not None:
            return "in_work"
        return "waiting" if self.assignee_id is None else "assigned"

    def is_paused(self, moment: datetime) -> bool:
        """Whether the clock waits for the author at a moment."""
        return self.pause_ends_at is not None and moment < self.pause_ends_at


class CaseNote(Base):
    """A note for colleagues; nobody outside the institutions concerned reads it."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("desk_case.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)

    author: Mapped[Person | None] = relationship()


class Referral(Base):
    """A public hand-over to another institution, or to a system outside."""

    __tablename__ = "referral"
    subject_type = "referral"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    external_system: Mapped[str] = mapped_column(String(40), default="")
    external_reference: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text)
    referred_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    referred_at: Mapped[datetime] = mapped_column(Moment, default=now)
    accept_by: Mapped[datetime | None] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    declined_at: Mapped[datetime | None] = mapped_column(Moment)
    declined_reason: Mapped[str] = mapped_column(Text, default="")

    proposal: Mapped[Proposal] = relationship()
    giver: Mapped[Institution | None] = relationship(foreign_keys=[from_id])
    receiver: Mapped[Institution | None] = relationship(foreign_keys=[to_id])

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.proposal.process_id

    def state_at(self, moment: datetime) -> str:
        """Offered, accepted, declined or bounced (nobody took it in time); outside: handed out."""
        if self.to_id is None:
            return "outside"
        if self.accepted_at is not None:
            return "accepted"
        if self.declined_at is not None:
            return "declined"
        lapsed = self.accept_by is not None and moment >= self.accept_by
        return "bounced" if lapsed else "offered"


class SettledQuestion(Base):
    """A question to the authority that its author said is answered."""

    __tablename__ = "settled_question"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    settled_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ResponseDraft(Base):
    """An answer in the making, seen by the institution's staff alone; no act until published."""

    __tablename__ = "response_draft"
    __table_args__ = (UniqueConstraint("proposal_id", "institution_id"),)
    subject_type = "response_draft"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    """Grows with every change: who writes on an older one is shown the newer first."""
    saved_at: Mapped[datetime] = mapped_column(Moment, default=now)
    check_asked_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_revision: Mapped[int | None]
    check_note: Mapped[str] = mapped_column(Text, default="")
    publish_at: Mapped[datetime | None] = mapped_column(Moment, index=True)

    proposal: Mapped[Proposal] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    checked_by: Mapped[Person | None] = relationship(foreign_keys=[checked_by_id])

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.proposal.process_id


class Signature(Base):
    """An institution that must sign agreed to a draft as it stood at a revision."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("draft_id", "institution_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("response_draft.id", ondelete="CASCADE"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int]
    signed_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ResponseTemplate(Base):
    """Words an institution often needs, kept for its own desk."""

    __tablename__ = "response_template"
    __table_args__ = (UniqueConstraint("institution_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
