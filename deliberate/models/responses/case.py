"""Tables of cases, their notes and referrals, and of response drafts and templates."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import COUNTS, OFFICIAL, not_personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import PUBLIC, STAFF, read_by
from deliberate.models.proposals.proposal import Proposal
from deliberate.models.responses.institution import Institution


class Case(Base):
    """The work of an institution on a proposal; the row is created by its first act.

    The state is computed: waiting, assigned, in_work or answered.
    """

    __tablename__ = "desk_case"
    subject_type = "case"
    personal_data = rows(
        "cases",
        "Cases assigned",
        owner="assignee_id",
        columns=(
            "id proposal_id assignee_id assigned_at started_at acknowledged_at "
            "pending_referral_id referral_count paused_at pause_question pause_ends_at"
        ),
        kept=OFFICIAL,
    )
    readers = read_by(PUBLIC, "pause_question")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), unique=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pending_referral_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The referral that is not accepted yet; no foreign key, as referrals refer to proposals."""
    referral_count: Mapped[int] = mapped_column(default=0, index=True)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_question: Mapped[str] = mapped_column(Text, default="")
    pause_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the pause ends: with the reply of the author or with its last working day."""

    proposal: Mapped[Proposal] = relationship()
    assignee: Mapped[Person | None] = relationship()

    @property
    def process_id(self) -> int:
        """Return the id of the process that acts on this case belong to."""
        return self.proposal.process_id

    def state(self) -> str:
        """Return the state: waiting, assigned, in_work or answered."""
        if self.proposal.answered_at is not None:
            return "answered"
        if self.started_at is not None:
            return "in_work"
        return "waiting" if self.assignee_id is None else "assigned"

    def is_paused(self, moment: datetime) -> bool:
        """Return whether the response clock is paused at a moment."""
        return self.pause_ends_at is not None and moment < self.pause_ends_at

    def awaits_author(self, moment: datetime) -> bool:
        """Return whether the clock is paused for a reply of the author that still matters."""
        is_answered = self.proposal.answered_at is not None
        return self.is_paused(moment) and self.proposal.is_active and not is_answered


class CaseNote(Base):
    """An internal note, visible to staff of the institutions concerned only."""

    __tablename__ = "case_note"
    personal_data = rows(
        "case_notes",
        "Internal notes",
        owner="author_id",
        columns="id case_id author_id body written_at",
        kept=OFFICIAL,
    )
    readers = read_by(STAFF, "body")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("desk_case.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    author: Mapped[Person | None] = relationship()


class Referral(Base):
    """A public referral of a proposal to another institution or to an external system."""

    __tablename__ = "referral"
    subject_type = "referral"
    personal_data = rows(
        "referrals",
        "Referrals",
        owner="referred_by_id",
        columns=(
            "id proposal_id from_id to_id external_system external_reference reason "
            "referred_by_id referred_at accept_by accepted_at declined_at declined_reason"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "external_system", "external_reference", "reason", "declined_reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    external_system: Mapped[str] = mapped_column(String(40), default="")
    external_reference: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text)
    referred_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    referred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    accept_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_reason: Mapped[str] = mapped_column(Text, default="")
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)
    """None for referrals made before the log bound their reasons."""

    proposal: Mapped[Proposal] = relationship()
    from_institution: Mapped[Institution | None] = relationship(foreign_keys=[from_id])
    to_institution: Mapped[Institution | None] = relationship(foreign_keys=[to_id])

    @property
    def process_id(self) -> int:
        """Return the id of the process that acts on this referral belong to."""
        return self.proposal.process_id

    @property
    def sealed_text(self) -> str:
        """Return from where to where it refers and why, as the log binds it."""
        outside = [self.external_system, self.external_reference]
        return canonical_json([self.from_id, self.to_id, *outside, self.reason])

    def state_at(self, moment: datetime) -> str:
        """Return the state at a moment: outside, accepted, declined, bounced or offered.

        A referral to an external system is outside; one not accepted in time has bounced.
        """
        if self.to_id is None:
            return "outside"
        if self.accepted_at is not None:
            return "accepted"
        if self.declined_at is not None:
            return "declined"
        lapsed = self.accept_by is not None and moment >= self.accept_by
        return "bounced" if lapsed else "offered"


class SettledQuestion(Base):
    """A question to the authority that its author marked as answered."""

    __tablename__ = "settled_question"
    personal_data = rows(
        "settled_questions",
        "Questions marked as answered",
        owner="comment_id.author_id",
        columns="comment_id settled_at",
        kept=COUNTS,
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ResponseDraft(Base):
    """A response before publication, visible to the staff of the institution only."""

    __tablename__ = "response_draft"
    __table_args__ = (UniqueConstraint("proposal_id", "institution_id"),)
    subject_type = "response_draft"
    personal_data = rows(
        "response_drafts",
        "Drafts of official responses",
        owner="author_id",
        columns=(
            "id proposal_id institution_id author_id content revision saved_at "
            "check_requested_at checked_at checked_revision check_note signature_revision "
            "publish_at"
        ),
        kept=OFFICIAL,
        hidden="checked_by_id",
    )
    readers = read_by(STAFF, "content", "check_note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The fields of the response form."""
    revision: Mapped[int] = mapped_column(default=1)
    """Grows with every change, so that saving on top of an older revision is detected."""
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    check_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_revision: Mapped[int | None]
    check_note: Mapped[str] = mapped_column(Text, default="")
    signature_revision: Mapped[int | None]
    """The revision for which the institutions that must sign were asked."""
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    proposal: Mapped[Proposal] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    checked_by: Mapped[Person | None] = relationship(foreign_keys=[checked_by_id])

    @property
    def process_id(self) -> int:
        """Return the id of the process that acts on this draft belong to."""
        return self.proposal.process_id


class Signature(Base):
    """The agreement of a co-signing institution to one revision of a draft."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("draft_id", "institution_id"),)
    personal_data = rows(
        "signatures",
        "Signatures of official responses",
        owner="person_id",
        columns="id draft_id institution_id person_id revision signed_at",
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("response_draft.id", ondelete="CASCADE"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int]
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ResponseTemplate(Base):
    """A text block that an institution reuses in its responses."""

    __tablename__ = "response_template"
    __table_args__ = (UniqueConstraint("institution_id", "name"),)
    personal_data = not_personal("id institution_id name body")
    readers = read_by(STAFF, "name", "body")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
