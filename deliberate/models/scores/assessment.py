"""Assessments of a process before or after it: ratings, evidence, pledges and adjudications."""

from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import OFFICIAL, not_personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import Equals, NotNull
from deliberate.models.moderation.visibility import ASSESSORS, STAFF, VisibleText, read_by
from deliberate.models.processes import Process
from deliberate.models.responses.institution import Institution
from deliberate.models.scores.study import StudySource
from deliberate.vocabulary import AssessmentStage, EvidenceKind, PledgeState, TargetGoal

REPLY_PERIOD = timedelta(days=14)


class Assessment(VisibleText, Base):
    """An assessment of a process at one stage. A change after freezing needs a new version."""

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("process_id", "stage", "version"),)
    subject_type = "assessment"
    personal_data = not_personal(
        "id process_id stage version framework begun_at frozen_at document sha256 published_at"
    )
    visibility = NotNull("published_at") | (
        Equals("stage", AssessmentStage.EX_ANTE) & NotNull("frozen_at")
    )
    """Anyone may read a plan once it is frozen, a judgement once it is published."""
    readers = read_by(visibility, "document")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    stage: Mapped[AssessmentStage] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(default=1)
    framework: Mapped[str] = mapped_column(String(20))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document: Mapped[str | None] = mapped_column(Text)
    """The frozen canonical JSON, so that anyone can compute its hash."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    process: Mapped[Process] = relationship()
    assessors: Mapped[list["Assessor"]] = relationship(order_by="Assessor.id")
    pledges: Mapped[list["Pledge"]] = relationship(
        order_by="Pledge.id", cascade="all, delete-orphan"
    )
    evidence: Mapped[list["Evidence"]] = relationship(
        order_by="Evidence.id", cascade="all, delete-orphan"
    )
    adjudications: Mapped[list["Adjudication"]] = relationship(order_by="Adjudication.id")
    notes: Mapped[list["ContextNote"]] = relationship(order_by="ContextNote.id")
    replies: Mapped[list["AssessmentReply"]] = relationship(order_by="AssessmentReply.id")
    outcomes: Mapped[list["PledgeOutcome"]] = relationship(order_by="PledgeOutcome.id")
    findings: Mapped[list["Finding"]] = relationship(order_by="Finding.id")
    practices: Mapped[list["Practice"]] = relationship(
        order_by="Practice.criterion", cascade="all, delete-orphan"
    )

    @property
    def reply_deadline(self) -> datetime:
        """Return the time until which institutions may reply before publication."""
        return (self.frozen_at or now()) + REPLY_PERIOD

    @property
    def is_reply_period_over(self) -> bool:
        """Return whether publication waits no longer for replies."""
        return self.reply_deadline <= now()


class Assessor(Base):
    """A person who rates in an assessment, without seeing the other's ratings until both have
    saved.
    """

    __tablename__ = "assessor"
    __table_args__ = (UniqueConstraint("assessment_id", "person_id"),)
    personal_data = rows(
        "assessments",
        "Assessments",
        owner="person_id",
        columns=(
            "id assessment_id person_id is_independent is_declared is_named uses_study saved_at"
        ),
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_independent: Mapped[bool]
    """Whether no institution of the process employed the assessor when they joined."""
    is_declared: Mapped[bool] = mapped_column(default=False)
    """Whether independence rests on the assessor's word: another institution employs them."""
    is_named: Mapped[bool] = mapped_column(default=True)
    """Whether readers see the name; otherwise the number of the assessor."""
    uses_study: Mapped[bool] = mapped_column(default=False)
    """Whether they read the sources of the study; who comes after the first source is admitted."""
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    ratings: Mapped[list["CriterionRating"]] = relationship(order_by="CriterionRating.question")


class CriterionRating(Base):
    """The answer of an assessor to one question: 0, 1, 2, NA (with a reason) or NE."""

    __tablename__ = "criterion_rating"
    __table_args__ = (UniqueConstraint("assessor_id", "question"),)
    personal_data = rows(
        "assessment_ratings",
        "Ratings in assessments",
        owner="assessor_id.person_id",
        columns="id assessor_id question value reason",
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessor_id: Mapped[int] = mapped_column(ForeignKey("assessor.id"))
    question: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(Text, default="")


class Evidence(Base):
    """What supports a rating: a source of the study, or a reference typed at the question."""

    __tablename__ = "evidence"
    personal_data = rows(
        "assessment_evidence",
        "Evidence in assessments",
        owner="assessor_id.person_id",
        columns="id assessment_id assessor_id question kind dated reference source_id",
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "reference")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    assessor_id: Mapped[int] = mapped_column(ForeignKey("assessor.id"), index=True)
    question: Mapped[str] = mapped_column(String(12))
    kind: Mapped[EvidenceKind] = mapped_column(String(12))
    dated: Mapped[date]
    reference: Mapped[str] = mapped_column(String(500))
    """Empty where a source of the study is used: its public part is read instead."""
    source_id: Mapped[int | None] = mapped_column(ForeignKey("study_source.id"), index=True)

    source: Mapped[StudySource | None] = relationship()

    @property
    def is_covered(self) -> bool:
        """Return whether it counts: the consent of its source, if it has one, covers it."""
        return self.source is None or self.source.has_consent


class Pledge(Base):
    """A promise of an ex-ante assessment on a question: action, owner, due date, indicator and
    target.
    """

    __tablename__ = "pledge"
    __table_args__ = (
        UniqueConstraint("assessment_id", "assessor_id", "question", name="uq_pledge_assessor"),
    )
    personal_data = rows(
        "assessment_pledges",
        "Pledges noted in assessments",
        owner="assessor_id.person_id",
        columns=(
            "id assessment_id assessor_id question plan action owner_id due_on indicator goal"
            " target"
        ),
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "plan", "action", "target")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    assessor_id: Mapped[int | None] = mapped_column(ForeignKey("assessor.id"))
    """Who noted it; None for what earlier versions let both write."""
    question: Mapped[str] = mapped_column(String(12))
    plan: Mapped[str] = mapped_column(Text, default="")
    action: Mapped[str] = mapped_column(String(500))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date]
    indicator: Mapped[str] = mapped_column(String(12), default="")
    goal: Mapped[TargetGoal | None] = mapped_column(String(8))
    """Whether the indicator is to reach the target or to stay below it; None if not comparable."""
    target: Mapped[str] = mapped_column(String(120), default="")
    """With a goal a whole number of 100, the unit of every indicator's score."""

    owner: Mapped[Institution | None] = relationship()


class PledgeOutcome(Base):
    """The outcome of a pledge according to an ex-post assessment: kept, late or broken."""

    __tablename__ = "pledge_outcome"
    __table_args__ = (
        UniqueConstraint(
            "assessment_id", "assessor_id", "pledge_id", name="uq_pledge_outcome_assessor"
        ),
    )
    personal_data = rows(
        "assessment_outcomes",
        "Outcomes of pledges in assessments",
        owner="assessor_id.person_id",
        columns="id assessment_id assessor_id pledge_id outcome note",
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    assessor_id: Mapped[int | None] = mapped_column(ForeignKey("assessor.id"))
    """Who noted it; None for what earlier versions let both write."""
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    outcome: Mapped[PledgeState] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(500), default="")
    """What shows it."""

    pledge: Mapped[Pledge] = relationship()


class Adjudication(Base):
    """The final value of something on which two assessors differed; both entries stay.

    `question` is the id of a question, condition or context factor, or a pledge or outcome.
    """

    __tablename__ = "adjudication"
    __table_args__ = (UniqueConstraint("assessment_id", "question"),)
    personal_data = rows(
        "adjudications",
        "Final values in assessments",
        owner="person_id",
        columns="id assessment_id question value reason person_id agreed_by_id settled_at",
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    question: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The other assessor; None where a third person decided."""
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it counts; None while it is one assessor's proposal."""

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class ContextNote(Base):
    """A code and a note on an enabling condition or context factor. It is never scored."""

    __tablename__ = "context_note"
    __table_args__ = (
        UniqueConstraint("assessment_id", "assessor_id", "code", name="uq_context_note_assessor"),
    )
    personal_data = rows(
        "assessment_context",
        "Conditions and context noted in assessments",
        owner="assessor_id.person_id",
        columns="id assessment_id assessor_id code value note",
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "note", "value")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    assessor_id: Mapped[int | None] = mapped_column(ForeignKey("assessor.id"))
    """Who noted it; None for what earlier versions let both write."""
    code: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(500), default="")


class Practice(Base):
    """A practice that worked for a criterion, described by the assessors for other processes."""

    __tablename__ = "practice"
    __table_args__ = (UniqueConstraint("assessment_id", "criterion"),)
    personal_data = not_personal("id assessment_id criterion body")
    readers = read_by(ASSESSORS, "body")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    criterion: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(Text)


class Finding(Base):
    """One version of what a study found on a topic: a criterion, condition, barrier or summary.

    Earlier versions stay; a version with no text takes the finding back.
    """

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("assessment_id", "topic", "version"),)
    personal_data = rows(
        "findings",
        "Findings of studies",
        owner="person_id",
        columns="id assessment_id topic version body_id body_en addressee person_id written_at",
        kept=OFFICIAL,
    )
    readers = read_by(ASSESSORS, "body_id", "body_en", "addressee")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    topic: Mapped[str] = mapped_column(String(24))
    version: Mapped[int]
    body_id: Mapped[str] = mapped_column(Text, default="")
    body_en: Mapped[str] = mapped_column(Text, default="")
    addressee: Mapped[str] = mapped_column(String(200), default="")
    """Whom a recommendation is for."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    sources: Mapped[list["FindingSource"]] = relationship(
        order_by="FindingSource.source_id", cascade="all, delete-orphan"
    )

    def text_in(self, language: str) -> tuple[str, str]:
        """Return the text for readers of a language, and the language it is written in."""
        texts = {"id": self.body_id, "en": self.body_en}
        other = "id" if language == "en" else "en"
        return (texts[language], language) if texts[language] else (texts[other], other)


class FindingSource(Base):
    """A source of the study that a finding rests on."""

    __tablename__ = "finding_source"
    personal_data = not_personal("finding_id source_id")

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("study_source.id"), primary_key=True)

    source: Mapped[StudySource] = relationship()


class AssessmentReply(Base):
    """The reply of an institution of the process to a frozen assessment, before publication."""

    __tablename__ = "assessment_reply"
    __table_args__ = (UniqueConstraint("assessment_id", "institution_id"),)
    personal_data = rows(
        "assessment_replies",
        "Replies to assessments",
        owner="person_id",
        columns="id assessment_id institution_id person_id body replied_at",
        kept=OFFICIAL,
    )
    readers = read_by(STAFF | ASSESSORS, "body")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    replied_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    institution: Mapped[Institution] = relationship()
