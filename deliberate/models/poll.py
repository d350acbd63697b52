"""A poll with its options; who voted and what was voted are kept so that nobody can join them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.database import Base, BigId, Moment
from deliberate.models.process import Process
from deliberate.models.proposal import Proposal
from deliberate.vocabulary import ResultRule


class Poll(Base):
    """A question put to a vote inside a process or a proposal; its rules are fixed at opening."""

    __tablename__ = "poll"
    subject_type = "poll"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    question: Mapped[str] = mapped_column(String(255))
    background: Mapped[str] = mapped_column(Text, default="")
    type: Mapped[str] = mapped_column(String(16), default="single")
    is_secret: Mapped[bool] = mapped_column(default=True)
    result_rule: Mapped[ResultRule] = mapped_column(String(20), default=ResultRule.AFTER_CLOSE)
    quorum: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime] = mapped_column(Moment)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    ballot_count: Mapped[int] = mapped_column(default=0)

    process: Mapped[Process] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
    options: Mapped[list["Option"]] = relationship(
        order_by="Option.position", cascade="all, delete-orphan"
    )

    def is_open(self, moment: datetime) -> bool:
        """Whether it takes ballots at a moment, by its dates alone."""
        return self.opens_at <= moment < self.closes_at

    def shows_result(self, moment: datetime) -> bool:
        """Whether counts may be seen at a moment; one rule for page, file and command."""
        if self.result_rule == ResultRule.LIVE and not self.is_secret:
            return True
        return moment >= self.closes_at


class Option(Base):
    """One answer a poll offers; "not sure" is one like the others, marked as such."""

    __tablename__ = "poll_option"
    subject_type = "option"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(255))
    is_pass: Mapped[bool] = mapped_column(default=False)


class Roll(Base):
    """Who has voted in a poll: no time, no order, nothing of the ballot."""

    __tablename__ = "poll_roll"
    __table_args__ = {"sqlite_with_rowid": False}

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Ballot(Base):
    """What was voted, under the hash of a code only the voter has seen; nothing of the voter."""

    __tablename__ = "poll_ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("poll_option.id"))
