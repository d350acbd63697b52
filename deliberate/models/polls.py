"""A poll with its options; who voted and what was voted are kept so that nobody can join them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.processes import Process
from deliberate.models.proposals.proposal import Proposal, new_salt
from deliberate.vocabulary import Counting, Electorate, OptionState, PollType, ResultRule


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
    type: Mapped[PollType] = mapped_column(String(16), default=PollType.SINGLE)
    is_secret: Mapped[bool] = mapped_column(default=True)
    result_rule: Mapped[ResultRule] = mapped_column(String(20), default=ResultRule.AFTER_CLOSE)
    quorum: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime] = mapped_column(Moment)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    ballot_count: Mapped[int] = mapped_column(default=0)
    ballot_version: Mapped[int] = mapped_column(default=0)
    """How often its ballots changed; with the salt it names one state of the count."""
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_salt)

    electorate: Mapped[Electorate] = mapped_column(String(16), default=Electorate.RESIDENTS)
    areas: Mapped[list[str]] = mapped_column(Json, default=list)
    """Only residents of these areas vote; empty for everywhere."""
    counts_areas: Mapped[bool] = mapped_column(default=False)
    """Whether ballots carry their area, said beforehand."""
    shuffles: Mapped[bool] = mapped_column(default=False)
    """Whether each voter sees the options in an order of their own."""
    counting: Mapped[Counting | None] = mapped_column(String(16))
    min_choices: Mapped[int] = mapped_column(default=1)
    max_choices: Mapped[int | None] = mapped_column()
    amount: Mapped[int | None] = mapped_column()
    """What a budget ballot may spend at most."""
    min_share: Mapped[int] = mapped_column(default=0)
    """Which part of the amount, in percent, a budget ballot must spend at least."""

    published_at: Mapped[datetime | None] = mapped_column(Moment)
    entitled_count: Mapped[int | None] = mapped_column()
    """How many could have voted, frozen when the result is published."""
    source: Mapped[str | None] = mapped_column(String(120))
    """Where an imported poll came from: platform and its name there."""

    process: Mapped[Process] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
    opened_by: Mapped[Person | None] = relationship()
    options: Mapped[list["Option"]] = relationship(
        order_by="Option.position", cascade="all, delete-orphan", back_populates="poll"
    )
    changes: Mapped[list["PollChange"]] = relationship(
        order_by="PollChange.id", cascade="all, delete-orphan"
    )
    outcomes: Mapped[list["Outcome"]] = relationship(
        order_by="Outcome.id", cascade="all, delete-orphan"
    )

    def is_open(self, moment: datetime) -> bool:
        """Whether it takes ballots at a moment, by its dates alone."""
        return self.opens_at <= moment < self.closes_at

    def is_closed(self, moment: datetime) -> bool:
        """Whether its last moment is past."""
        return moment >= self.closes_at

    def shows_result(self, moment: datetime) -> bool:
        """Whether counts may be seen at a moment; one rule for page, file and command."""
        if self.result_rule == ResultRule.LIVE and not self.is_secret:
            return moment >= self.opens_at
        if self.result_rule == ResultRule.AFTER_PUBLICATION:
            return self.is_closed(moment) and self.published_at is not None
        return self.is_closed(moment)

    @property
    def shown_options(self) -> list["Option"]:
        """The options that can be voted for, in the order they were set down."""
        return [option for option in self.options if option.state == OptionState.SHOWN]

    def ordered_for(self, voter: Person | None) -> list["Option"]:
        """The options as a voter sees them: in an order of their own where the poll shuffles.

        "Not sure" always stands last; an order says nothing about anybody else's.
        """
        if not self.shuffles:
            return self.shown_options
        seed = self.salt + (str(voter.id).encode() if voter else b"")
        return sorted(self.shown_options, key=lambda option: (option.is_pass, _lot(seed, option)))

    @property
    def lot(self) -> Sequence[int]:
        """The order that decides ties, drawn with the poll's salt when it was opened."""
        return [option.id for option in sorted(self.options, key=lambda o: _lot(self.salt, o))]


def _lot(seed: bytes, option: "Option") -> bytes:
    return hashlib.sha256(seed + b"/" + str(option.id).encode()).digest()


class Option(Base):
    """One answer a poll offers; "not sure" is one like the others, marked so it can be told apart.

    In a poll of statements a resident may add one; it waits for a moderator.
    """

    __tablename__ = "poll_option"
    subject_type = "option"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(1000))
    is_pass: Mapped[bool] = mapped_column(default=False)
    cost: Mapped[int] = mapped_column(default=0)
    state: Mapped[OptionState] = mapped_column(String(16), default=OptionState.SHOWN)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    source_id: Mapped[str | None] = mapped_column(String(64))
    source_counts: Mapped[dict[str, int] | None] = mapped_column(Json)
    """What the source of an import counted over all its rows, re-votes too."""

    poll: Mapped[Poll] = relationship(back_populates="options")

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.poll.process_id

    @property
    def proposal_id(self) -> int | None:
        """The proposal its poll stands on, if any."""
        return self.poll.proposal_id


class Roll(Base):
    """Who has voted in a poll: no time, no order, nothing of the ballot."""

    __tablename__ = "poll_roll"
    __table_args__ = {"sqlite_with_rowid": False}

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Ballot(Base):
    """What was voted, under the hash of a code only the voter has seen; nothing of the voter.

    Only in a public poll, as said before voting, does it name its voter.
    """

    __tablename__ = "poll_ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    choice: Mapped[list[list[int]] | None] = mapped_column(Json)
    """Pairs of option and value, by option; None for a paper ballot that could not be counted."""
    area: Mapped[str] = mapped_column(String(80), default="")
    """Empty unless the poll said beforehand that areas are counted."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The voter, in a public poll alone."""
    source_group: Mapped[int | None] = mapped_column()
    """The opinion group an imported conversation published for this voter."""

    person: Mapped[Person | None] = relationship()


class VotingCode(Base):
    """A one-time code that entitles whoever holds it to one ballot; nothing says who did."""

    __tablename__ = "poll_code"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    is_used: Mapped[bool] = mapped_column(default=False)


class PollChange(Base):
    """A change of a running poll, with its reason as everybody reads it."""

    __tablename__ = "poll_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ground: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text)
    closed_before: Mapped[datetime] = mapped_column(Moment)
    closes_after: Mapped[datetime] = mapped_column(Moment)


class Outcome(Base):
    """What came of a poll, as said on a day; later words stand below, nothing is replaced."""

    __tablename__ = "poll_outcome"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_salt)
    stated_at: Mapped[datetime] = mapped_column(Moment, default=now)
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    stated_by: Mapped[Person | None] = relationship(lazy="joined")
