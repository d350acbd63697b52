"""An official response to a proposal, in dated versions, and the commitments it makes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.institution import Institution
from deliberate.models.person import Person
from deliberate.models.proposal import Proposal, new_salt
from deliberate.vocabulary import Decision


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
    decision: Mapped[Decision] = mapped_column(String(24))
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
    published_at: Mapped[datetime] = mapped_column(Moment, default=now)
    language: Mapped[str] = mapped_column(String(8), default="id")

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


class Commitment(Base):
    """What a response promises: what, who, by when. Late is computed from the date."""

    __tablename__ = "commitment"
    subject_type = "commitment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    what: Mapped[str] = mapped_column(String(255))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date]
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)
    dropped_at: Mapped[datetime | None] = mapped_column(Moment)
    dropped_reason: Mapped[str] = mapped_column(Text, default="")

    response: Mapped[Response] = relationship(back_populates="commitments")
    institution: Mapped[Institution | None] = relationship()

    @property
    def proposal_id(self) -> int:
        """Where its acts belong."""
        return self.response.proposal_id

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.response.process_id
