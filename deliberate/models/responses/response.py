"""Tables of official responses, their judgements by residents, and their commitments."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import (
    COUNTS,
    OFFICIAL,
    Category,
    not_personal,
    personal,
    rows,
)
from deliberate.days import local_date
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import PUBLIC, read_by
from deliberate.models.proposals.proposal import Proposal, titled_text
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import ResponseDecision
from deliberate.vocabulary.codes import INTERIM_DECISIONS, is_final_response

_REFERENCES = ("ground", "reference", "answers")


class Response(Base):
    """A version of the official response to a proposal; published versions never change."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("proposal_id", "version"),)
    subject_type = "response"
    personal_data = rows(
        "responses",
        "Official responses",
        owner="responder_id",
        columns=(
            "id proposal_id version institution_id responder_id decision headline body "
            "grounds code dated published_at language points signatories study_until "
            "outside_body note answers_yes answers_partly answers_no built_yes built_partly "
            "built_no"
        ),
        kept=OFFICIAL,
        hidden="body_html renderer salt",
    )
    readers = read_by(PUBLIC, "headline", "body", "body_html", "points", "outside_body", "note")

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
    """The coded reason of a refusal, as some imported platforms provide it."""
    dated: Mapped[date]
    """The date of the response itself; in imports it may differ from the day of publication."""
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    language: Mapped[str] = mapped_column(String(8), default="id")
    points: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """{text, verdict, reason, ground, reference, answers}; published text never changes."""
    signatories: Mapped[list[int]] = mapped_column(Json, default=list)
    """Ids of the institutions that signed in addition to the responding one."""
    study_until: Mapped[date | None]
    """The date by which a decision "needs study" becomes final; it can be set only once."""
    outside_body: Mapped[str] = mapped_column(String(160), default="")
    """The responsible body, where it is no institution of this platform."""
    note: Mapped[str] = mapped_column(String(255), default="")
    """What this version changes against the one before."""
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
        """Return the id of the process that acts on this response belong to."""
        return self.proposal.process_id

    @property
    def sealed_text(self) -> str:
        """Return the whole text of which the log has an HMAC: points, and what else it states.

        Grounds, responsible bodies and commitments follow as JSON, if there are any.
        """
        points = [f"{p['text']}: {p['verdict']}. {p['reason']}" for p in self.points]
        references = [[p.get(name) for name in _REFERENCES] for p in self.points]
        commitments = sorted(self.commitments, key=lambda row: row.id)
        return response_text(
            self.headline,
            self.body,
            points,
            grounds=self.grounds,
            code=self.code,
            references=references if any(map(any, references)) else None,
            signatories=self.signatories,
            study_until=self.study_until and self.study_until.isoformat(),
            outside_body=self.outside_body,
            note=self.note,
            commitments=[row.bound for row in commitments],
        )

    @property
    def is_final(self) -> bool:
        """Return whether it ends the case; after an interim response one is still owed."""
        return is_final_response(self.decision, self.outside_body)

    @classmethod
    def final(cls) -> ColumnElement[bool]:
        """Return the condition of final responses."""
        return cls.decision.not_in(INTERIM_DECISIONS) | (cls.outside_body != "")

    @property
    def is_first_final(self) -> bool:
        """Return whether it is the version that answered the proposal."""
        return self.published_at == self.proposal.answered_at

    def counts(self, question: str) -> dict[str, int]:
        """Return the number of judgements by value for a question, `answers` or `built`."""
        if question == "answers":
            return {"yes": self.answers_yes, "partly": self.answers_partly, "no": self.answers_no}
        return {"yes": self.built_yes, "partly": self.built_partly, "no": self.built_no}


def response_text(headline: str, body: str, points: Sequence[str] = (), **stated: object) -> str:
    """Return the text of a response as the log binds it; its last part is JSON of what is stated.

    A response that states nothing beside its words has no such part.
    """
    given = {name: value for name, value in stated.items() if value}
    return "\n\n".join([headline, body, *points, *([canonical_json(given)] if given else [])])


class AnsweredComment(Base):
    """A comment that a response answers; other arguments of the thread stay open."""

    __tablename__ = "answered_comment"
    personal_data = not_personal("response_id comment_id point")

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, index=True)
    point: Mapped[int] = mapped_column(default=0)
    """The number of the point that answers it, from 1; 0 for the response as a whole."""


class Judgement(Base):
    """The judgement of a resident on a response: does it answer, is the result built."""

    __tablename__ = "judgement"
    __table_args__ = (UniqueConstraint("response_id", "question", "person_id"),)
    personal_data = rows(
        "judgements",
        "Judgements of official responses",
        owner="person_id",
        columns="id response_id person_id question answer judged_at",
        kept=COUNTS,
    )
    readers = read_by(PUBLIC, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    question: Mapped[str] = mapped_column(String(8))
    answer: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(500), default="", info=personal(Category.WORDS))
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Commitment(Base):
    """A commitment of a response: what is done, by which institution, by when."""

    __tablename__ = "commitment"
    subject_type = "commitment"
    personal_data = not_personal(
        "id response_id what institution_id due_on fulfilled_at dropped_at dropped_reason"
    )
    readers = read_by(PUBLIC, "what", "dropped_reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    what: Mapped[str] = mapped_column(String(255))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date] = mapped_column(index=True)
    fulfilled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_reason: Mapped[str] = mapped_column(Text, default="")

    response: Mapped[Response] = relationship(back_populates="commitments")
    institution: Mapped[Institution | None] = relationship()
    steps: Mapped[list["CommitmentStep"]] = relationship(
        order_by="CommitmentStep.id", back_populates="commitment"
    )

    # Any: the module of Picture imports this one
    pictures: Mapped[list[Any]] = relationship("Picture", viewonly=True, order_by="Picture.id")

    @property
    def bound(self) -> list[object]:
        """Return what the log binds of it with its response: what is done, by whom, by when."""
        return [self.what, self.institution_id, self.due_on.isoformat()]

    @property
    def proposal_id(self) -> int:
        """Return the id of the proposal that the response belongs to."""
        return self.response.proposal_id

    @property
    def process_id(self) -> int:
        """Return the id of the process that acts on this commitment belong to."""
        return self.response.process_id

    @property
    def is_fulfilled_late(self) -> bool:
        """Return whether it was fulfilled after its day in the time zone of the process."""
        process = self.response.proposal.process
        return (
            self.fulfilled_at is not None and local_date(process, self.fulfilled_at) > self.due_on
        )

    @property
    def is_open(self) -> bool:
        """Return whether the commitment is neither fulfilled nor dropped."""
        return self.fulfilled_at is None and self.dropped_at is None

    def state_on(self, day: date) -> str:
        """Return the state on a day: due, late, fulfilled or dropped."""
        if self.fulfilled_at is not None:
            return "fulfilled"
        if self.dropped_at is not None:
            return "dropped"
        return "late" if day > self.due_on else "due"


class CommitmentStep(Base):
    """A published step of a commitment: updated, fulfilled or dropped."""

    __tablename__ = "commitment_step"
    personal_data = rows(
        "commitment_steps",
        "Steps of commitments",
        owner="person_id",
        columns="id commitment_id person_id state note evidence taken_at",
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "note", "evidence")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(500), default="")
    evidence: Mapped[str] = mapped_column(String(500), default="")
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    commitment: Mapped[Commitment] = relationship(back_populates="steps")

    @property
    def sealed_text(self) -> str:
        """Return the note and its evidence as one text, of which the log has an HMAC."""
        return titled_text(self.note, self.evidence)
