"""An assessment of a process before or after it: ratings, evidence, pledges, what was settled."""

from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.processes import Process
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import EvidenceKind, PledgeState, Stage

REPLY_WITHIN = timedelta(days=14)


class Assessment(Base):
    """One judgement of a process at one stage; a change after freezing is a new version."""

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("process_id", "stage", "version"),)
    subject_type = "assessment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    stage: Mapped[Stage] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(default=1)
    framework: Mapped[str] = mapped_column(String(20))
    begun_at: Mapped[datetime] = mapped_column(Moment, default=now)
    frozen_at: Mapped[datetime | None] = mapped_column(Moment)
    document: Mapped[str | None] = mapped_column(Text)
    """The canonical JSON that was frozen, so that everybody can compute its hash."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    process: Mapped[Process] = relationship()
    assessors: Mapped[list["Assessor"]] = relationship(order_by="Assessor.id")
    pledges: Mapped[list["Pledge"]] = relationship(order_by="Pledge.id")
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")
    adjudications: Mapped[list["Adjudication"]] = relationship(order_by="Adjudication.id")
    notes: Mapped[list["ContextNote"]] = relationship(order_by="ContextNote.id")
    replies: Mapped[list["AssessmentReply"]] = relationship(order_by="AssessmentReply.id")
    outcomes: Mapped[list["PledgeOutcome"]] = relationship(order_by="PledgeOutcome.id")
    practices: Mapped[list["Practice"]] = relationship(
        order_by="Practice.criterion", cascade="all, delete-orphan"
    )

    @property
    def reply_until(self) -> datetime:
        """Until when the institutions may reply before it can be published without a reply."""
        return (self.frozen_at or now()) + REPLY_WITHIN

    @property
    def is_public(self) -> bool:
        """A plan once it is frozen, a judgement once it is published."""
        done = self.frozen_at if self.stage == Stage.EX_ANTE else self.published_at
        return done is not None


class Assessor(Base):
    """Somebody who rates in an assessment, blind to the other until both have saved."""

    __tablename__ = "assessor"
    __table_args__ = (UniqueConstraint("assessment_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_independent: Mapped[bool]
    """Not employed by an institution that takes part in the process, when they began."""
    saved_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship()
    ratings: Mapped[list["CriterionRating"]] = relationship(order_by="CriterionRating.question")


class CriterionRating(Base):
    """One assessor's answer to one question: 0, 1, 2, NA (why) or NE."""

    __tablename__ = "criterion_rating"
    __table_args__ = (UniqueConstraint("assessor_id", "question"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessor_id: Mapped[int] = mapped_column(ForeignKey("assessor.id"))
    question: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(2))
    why: Mapped[str] = mapped_column(Text, default="")


class Evidence(Base):
    """What a rating rests on: an interview, an observation, a document or the log."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    assessor_id: Mapped[int] = mapped_column(ForeignKey("assessor.id"), index=True)
    question: Mapped[str] = mapped_column(String(12))
    kind: Mapped[EvidenceKind] = mapped_column(String(12))
    dated: Mapped[date]
    reference: Mapped[str] = mapped_column(String(500))


class Pledge(Base):
    """What an ex-ante assessment promises on a question: plan, what, who, by when, seen in what."""

    __tablename__ = "pledge"
    __table_args__ = (UniqueConstraint("assessment_id", "question"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question: Mapped[str] = mapped_column(String(12))
    plan: Mapped[str] = mapped_column(Text, default="")
    what: Mapped[str] = mapped_column(String(500))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date]
    indicator: Mapped[str] = mapped_column(String(12), default="")
    target: Mapped[str] = mapped_column(String(120), default="")

    owner: Mapped[Institution | None] = relationship()


class PledgeOutcome(Base):
    """What an ex-post assessment found of a pledge: kept, late or broken."""

    __tablename__ = "pledge_outcome"
    __table_args__ = (UniqueConstraint("assessment_id", "pledge_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    outcome: Mapped[PledgeState] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(500), default="")

    pledge: Mapped[Pledge] = relationship()


class Adjudication(Base):
    """Where two assessors differed: the settled value, by whom, why; the originals stay."""

    __tablename__ = "adjudication"
    __table_args__ = (UniqueConstraint("assessment_id", "question"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(2))
    why: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship()


class ContextNote(Base):
    """An enabling condition or a context factor: a code and a note, never scored."""

    __tablename__ = "context_note"
    __table_args__ = (UniqueConstraint("assessment_id", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    code: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(500), default="")


class Practice(Base):
    """What worked for a criterion, as those who judged afterwards tell it to other processes."""

    __tablename__ = "practice"
    __table_args__ = (UniqueConstraint("assessment_id", "criterion"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    criterion: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(Text)


class AssessmentReply(Base):
    """What an institution of the process says of a frozen assessment before it is published."""

    __tablename__ = "assessment_reply"
    __table_args__ = (UniqueConstraint("assessment_id", "institution_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    replied_at: Mapped[datetime] = mapped_column(Moment, default=now)

    institution: Mapped[Institution] = relationship()
