"""An official response to a proposal, in dated versions, and the commitments it makes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.proposals.proposal import Proposal, new_salt
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import ResponseDecision


class Response(Base):
    """What an institution answers: each publication is a version, nothing is overwritten."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("proposal_id", "version"),)
    subject_type = "response"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    version: Mapped[int] = mapped_column(default=1)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[ResponseDecision] = mapped_column(String(24))
    headline: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)
    grounds: Mapped[list[str]] = mapped_column(Json, default=list)
    code: Mapped[str] = mapped_column(String(40), default="")
    """A refusal's coded reason, as some platforms give it."""
    dated: Mapped[date]
    """The date the answer bears; imports may differ from the day of publication."""
    published_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    language: Mapped[str] = mapped_column(String(8), default="id")
    points: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """{text, verdict, reason, ground, reference, answers}; published text never changes."""
    signatories: Mapped[list[int]] = mapped_column(Json, default=list)
    """Institutions that signed beside the answering one."""
    study_until: Mapped[date | None]
    """The one second date of an answer that needs study."""
    outside_body: Mapped[str] = mapped_column(String(160), default="")
    """Whose matter it is, where it is nobody's here."""
    note: Mapped[str] = mapped_column(String(255), default="")
    """What a later version changes."""
    answers_yes: Mapped[int] = mapped_column(default=0)
    answers_partly: Mapped[int] = mapped_column(default=0)
    answers_no: Mapped[int] = mapped_column(default=0)
    built_yes: Mapped[int] = mapped_column(default=0)
    built_partly: Mapped[int] = mapped_column(default=0)
    built_no: Mapped[int] = mapped_column(default=0)

    proposal: Mapped[Proposal] = relationship()
    institution: Mapped[Institution | None] = relationship()
    responder: Mapped[Person | None] = relationship()
    commitments: Mapped[list["Commitment"]] = relationship(
        order_by="Commitment.due_on", back_populates="response"
    )

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.proposal.process_id

    def counts(self, question: str) -> dict[str, int]:
        """Residents' answers to a question, `answers` or `built`."""
        return {key: getattr(self, f"{question}_{key}") for key in ("yes", "partly", "no")}


class ResponseAnswer(Base):
    """A comment that a response answers; the rest of the thread stays listed as open."""

    __tablename__ = "response_answer"

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, index=True)
    point: Mapped[int] = mapped_column(default=0)
    """Which point answers it, from 1; 0 where the answer as a whole does."""


class Judgement(Base):
    """What one resident said of a response: does it answer, is it really built."""

    __tablename__ = "judgement"
    __table_args__ = (UniqueConstraint("response_id", "question", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    question: Mapped[str] = mapped_column(String(8))
    answer: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(500), default="")
    judged_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Commitment(Base):
    """What a response promises: what, who, by when. Late is computed from the date."""

    __tablename__ = "commitment"
    subject_type = "commitment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    what: Mapped[str] = mapped_column(String(255))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date] = mapped_column(index=True)
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)
    dropped_at: Mapped[datetime | None] = mapped_column(Moment)
    dropped_reason: Mapped[str] = mapped_column(Text, default="")

    response: Mapped[Response] = relationship(back_populates="commitments")
    institution: Mapped[Institution | None] = relationship()
    steps: Mapped[list["CommitmentStep"]] = relationship(
        order_by="CommitmentStep.id", back_populates="commitment"
    )

    @property
    def proposal_id(self) -> int:
        """Where its acts belong."""
        return self.response.proposal_id

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.response.process_id

    @property
    def is_open(self) -> bool:
        """Whether it is neither kept nor given up."""
        return self.fulfilled_at is None and self.dropped_at is None

    def state_on(self, day: date) -> str:
        """Due, late, fulfilled or dropped, by its dates alone."""
        if self.fulfilled_at is not None:
            return "fulfilled"
        if self.dropped_at is not None:
            return "dropped"
        return "late" if day > self.due_on else "due"


class CommitmentStep(Base):
    """What an institution said of a commitment on its way: moved on, kept, given up."""

    __tablename__ = "commitment_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(500), default="")
    evidence: Mapped[str] = mapped_column(String(500), default="")
    taken_at: Mapped[datetime] = mapped_column(Moment, default=now)

    commitment: Mapped[Commitment] = relationship(back_populates="steps")
