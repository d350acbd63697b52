"""Polls, options, ballots, voters, voting codes, changes and outcomes.

Voters and ballots are stored so that they cannot be linked in a secret poll.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Amount, Base, BigId, Json, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import (
    ACCOUNTABILITY,
    COUNTS,
    OFFICIAL,
    Category,
    not_personal,
    personal,
    rows,
)
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import Equals
from deliberate.models.moderation.visibility import NOBODY, PUBLIC, VisibleText, read_by
from deliberate.models.processes import Process
from deliberate.models.proposals.proposal import Proposal
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import CountingMethod, Electorate, OptionState, PollType, ResultRule


class Poll(Base):
    """A question put to a vote in a process or on a proposal; its rules cannot change after
    opening.
    """

    __tablename__ = "poll"
    subject_type = "poll"
    personal_data = rows(
        "polls",
        "Polls opened",
        owner="opened_by_id",
        columns=(
            "id process_id proposal_id opened_by_id language question background type is_secret "
            "result_rule quorum opens_at closes_at ballot_count ballot_version electorate "
            "areas counts_areas shuffles counting min_choices max_choices amount min_share "
            "published_at entitled_count box_root source"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "question", "background")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String(8), default="id", server_default="id")
    question: Mapped[str] = mapped_column(String(255))
    background: Mapped[str] = mapped_column(Text, default="")
    type: Mapped[PollType] = mapped_column(String(16), default=PollType.SINGLE)
    is_secret: Mapped[bool] = mapped_column(default=True)
    result_rule: Mapped[ResultRule] = mapped_column(String(20), default=ResultRule.AFTER_CLOSE)
    quorum: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ballot_count: Mapped[int] = mapped_column(default=0)
    ballot_version: Mapped[int] = mapped_column(default=0)
    """Number of changes to its ballots and options. Together with the salt it identifies one state
    of the count, the key of cached tallies.
    """
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_salt)

    electorate: Mapped[Electorate] = mapped_column(String(16), default=Electorate.RESIDENTS)
    areas: Mapped[list[str]] = mapped_column(Json, default=list)
    """Only residents of these areas can vote; an empty list allows all areas."""
    counts_areas: Mapped[bool] = mapped_column(default=False)
    """Ballots store the voter's area, and results are shown by area. Announced before voting."""
    shuffles: Mapped[bool] = mapped_column(default=False)
    """Each voter sees the options in a different order."""
    counting: Mapped[CountingMethod | None] = mapped_column(String(16))
    min_choices: Mapped[int] = mapped_column(default=1)
    max_choices: Mapped[int | None] = mapped_column()
    amount: Mapped[int | None] = mapped_column(Amount)
    """Maximum sum that a budget ballot can spend."""
    min_share: Mapped[int] = mapped_column(default=0)
    """Minimum share of the amount, in percent, that a budget ballot must spend."""

    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entitled_count: Mapped[int | None] = mapped_column()
    """Number of people entitled to vote, frozen when the result is published."""
    box_root: Mapped[str | None] = mapped_column(String(64))
    """The hash over the ballot box that was logged at the close, see ballot_box_root()."""
    source: Mapped[str | None] = mapped_column(String(120))
    """Platform and identifier of an imported poll."""

    process: Mapped[Process] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
    options: Mapped[list["Option"]] = relationship(
        order_by="Option.position", cascade="all, delete-orphan", back_populates="poll"
    )
    changes: Mapped[list["PollChange"]] = relationship(
        order_by="PollChange.id", cascade="all, delete-orphan"
    )
    outcomes: Mapped[list["PollOutcome"]] = relationship(
        order_by="PollOutcome.id", cascade="all, delete-orphan"
    )

    @property
    def sealed_text(self) -> str:
        """Return question, rules, times and fixed options as the log binds them at opening."""
        rules = [self.type, self.counting, self.is_secret, self.result_rule, self.quorum]
        limits = [self.min_choices, self.max_choices, self.amount, self.min_share]
        electorate = [self.electorate, self.areas, self.counts_areas, self.shuffles]
        options = [o.sealed_parts for o in self.options if o.salt is None and o.label]
        first_closing = self.changes[0].previous_closes_at if self.changes else self.closes_at
        times = [int(self.opens_at.timestamp()), int(first_closing.timestamp())]
        stated = [self.question, self.background, self.language, self.proposal_id]
        return canonical_json([*stated, rules, limits, electorate, times, options])

    def is_open(self, moment: datetime) -> bool:
        """Return whether the poll accepts ballots at a moment, by its dates alone."""
        return self.opens_at <= moment < self.closes_at

    def is_closed(self, moment: datetime) -> bool:
        """Return whether the closing time has passed."""
        return moment >= self.closes_at

    def shows_result(self, moment: datetime) -> bool:
        """Return whether the result is public at a moment. Pages, files and commands all use this
        rule.
        """
        if self.result_rule == ResultRule.LIVE and not self.is_secret:
            return moment >= self.opens_at
        if self.result_rule == ResultRule.AFTER_PUBLICATION:
            return self.is_closed(moment) and self.published_at is not None
        return self.is_closed(moment)

    @property
    def shown_options(self) -> list["Option"]:
        """Return the options that can be voted for, in the order of the poll."""
        return [option for option in self.options if option.is_visible_to(None)]

    def options_for(self, voter: Person | None) -> list["Option"]:
        """Return the options in the order this voter sees them, shuffled if the poll shuffles.

        "Not sure" is always last. The order of one voter reveals nothing about the order of
        another.
        """
        if not self.shuffles:
            return self.shown_options
        seed = self.salt + (str(voter.id).encode() if voter else b"")
        return sorted(
            self.shown_options, key=lambda option: (option.is_pass, _draw_key(seed, option))
        )

    @property
    def lot_order(self) -> Sequence[int]:
        """Return the option ids in the order that decides ties, drawn by the salt of the poll at
        opening.
        """
        return [option.id for option in sorted(self.options, key=lambda o: _draw_key(self.salt, o))]


def _draw_key(seed: bytes, option: "Option") -> bytes:
    return hashlib.sha256(seed + b"/" + str(option.id).encode()).digest()


class Option(VisibleText, Base):
    """An option of a poll, or a statement in a poll of statements.

    "Not sure" is an option with `is_pass`. A resident can add a statement; it is shown once a
    moderator accepts it.
    """

    __tablename__ = "poll_option"
    subject_type = "option"
    personal_data = rows(
        "statements",
        "Statements",
        owner="author_id",
        columns="id poll_id position is_pass cost state source_id",
        kept="votes on a statement that was shown keep their meaning, without its author",
    )
    visibility = Equals("state", OptionState.SHOWN)
    readers = read_by(visibility, "label")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(
        String(1000),
        info=personal(
            Category.WORDS, kept="others voted on it; one that was never shown is erased"
        ),
    )
    is_pass: Mapped[bool] = mapped_column(default=False)
    cost: Mapped[int] = mapped_column(Amount, default=0)
    state: Mapped[OptionState] = mapped_column(String(16), default=OptionState.SHOWN)
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"), index=True, info=personal(Category.IDENTITY, download=False)
    )
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16),
        info=personal(Category.TECHNICAL, kept="it verifies the text that stays", download=False),
    )
    source_id: Mapped[str | None] = mapped_column(String(64))
    source_counts: Mapped[dict[str, int] | None] = mapped_column(
        Json, info=personal(Category.ACT, kept=COUNTS, download=False)
    )
    """Counts published by the source of an import over all its rows, including replaced votes."""

    poll: Mapped[Poll] = relationship(back_populates="options")

    @property
    def sealed_parts(self) -> list[str | int]:
        """Return what the log binds of a fixed option; only "not sure" has a third part."""
        return [self.label, self.cost, *(["pass"] if self.is_pass else [])]

    @property
    def process_id(self) -> int:
        """Return the id of the process to which its acts belong."""
        return self.poll.process_id

    @property
    def proposal_id(self) -> int | None:
        """Return the id of the proposal of its poll, if it has one."""
        return self.poll.proposal_id


class PollVoter(Base):
    """A person who has voted in a poll. Has no time, no order and no link to a ballot."""

    __tablename__ = "poll_voter"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = rows(
        "polls_voted_in",
        "Polls voted in",
        owner="person_id",
        columns="poll_id person_id",
        kept=COUNTS,
    )

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Ballot(Base):
    """A ballot, identified by the hash of a code that only the voter has seen.

    In a public poll, as announced before voting, it names its voter. In a secret poll it does not.
    """

    __tablename__ = "poll_ballot"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = rows(
        "public_ballots",
        "Ballots in public polls",
        owner="person_id",
        columns="poll_id person_id",
        kept=COUNTS,
        hidden="key area source_group",
    )
    readers = read_by(NOBODY, "area")

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    choice: Mapped[list[list[int]] | None] = mapped_column(
        Json, info=personal(Category.ACT, kept="the tally stays verifiable", download=False)
    )
    """Pairs of option id and value, sorted by option; None for a paper ballot that could not be
    counted.
    """
    area: Mapped[str] = mapped_column(String(80), default="")
    """Empty unless the poll counts areas."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The voter, in public polls only."""
    source_group: Mapped[int | None] = mapped_column()
    """Opinion group of the voter as published by the source of an import."""

    person: Mapped[Person | None] = relationship()


class OfficeBallot(Base):
    """A ballot that a clerk entered: who voted, who entered it, and how it was confirmed.

    Until the close of the poll it names its ballot and voting code, so that an objection can void
    the one and free the other, and holds the choice while it waits for a second officer. All are
    erased within minutes of the close.
    """

    __tablename__ = "office_ballot"
    subject_type = "office_ballot"
    personal_data = rows(
        "ballots_entered_at_offices",
        "Ballots entered at offices",
        owner="person_id",
        columns="id poll_id person_id institution_id entered_at confirmed_at objected_at",
        kept=ACCOUNTABILITY,
        hidden="entered_by_id confirmed_by_id slip_number",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    slip_number: Mapped[str] = mapped_column(String(40), default="")
    """Number of the signed paper slip; empty for a ballot that a second officer confirms."""
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ballot_key: Mapped[str] = mapped_column(
        String(64), default="", info=personal(Category.TECHNICAL, download=False)
    )
    code_key: Mapped[str] = mapped_column(
        String(64), default="", info=personal(Category.TECHNICAL, download=False)
    )
    """Key of the voting code it used, which an objection frees; empty in polls without codes."""
    choice: Mapped[list[list[int]] | None] = mapped_column(
        Json, info=personal(Category.ACT, download=False)
    )

    poll: Mapped[Poll] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    entered_by: Mapped[Person] = relationship(foreign_keys=[entered_by_id])
    institution: Mapped[Institution] = relationship()

    @property
    def process_id(self) -> int:
        """Return the id of the process to which its acts belong."""
        return self.poll.process_id

    @property
    def is_pending(self) -> bool:
        """Return whether it waits for a second officer, uncounted."""
        return not self.slip_number and self.confirmed_at is None and self.objected_at is None


class VotingCode(Base):
    """A one-time code that entitles its holder to one ballot. It is not linked to a person."""

    __tablename__ = "poll_code"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = not_personal("key poll_id is_used")

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    is_used: Mapped[bool] = mapped_column(default=False)


class PollChange(Base):
    """A change of the closing time of a running poll, with its public reason."""

    __tablename__ = "poll_change"
    personal_data = rows(
        "poll_changes",
        "Changes of polls",
        owner="changed_by_id",
        columns=(
            "id poll_id changed_at changed_by_id ground reason previous_closes_at new_closes_at"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ground: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text)
    previous_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    new_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    @property
    def sealed_text(self) -> str:
        """Return what was changed and why, as the log binds it."""
        times = [int(self.previous_closes_at.timestamp()), int(self.new_closes_at.timestamp())]
        return canonical_json([self.ground, self.reason, *times])


class PollOutcome(Base):
    """A published statement of what was decided after a poll. Later ones are added, none is
    replaced.
    """

    __tablename__ = "poll_outcome"
    personal_data = rows(
        "poll_outcomes",
        "Outcomes of polls",
        owner="stated_by_id",
        columns="id poll_id body stated_at stated_by_id",
        kept=OFFICIAL,
        hidden="body_html renderer salt",
    )
    readers = read_by(PUBLIC, "body", "body_html")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_salt)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    stated_by: Mapped[Person | None] = relationship(lazy="joined")


BallotLine = Sequence[Any]
"""Key, choice and area of a ballot."""


def ballot_box_root(poll: Poll, ballots: Iterable[BallotLine]) -> str:
    """Return the HMAC over question, rules, fixed options and all ballots of a poll.

    The salt of the poll never leaves the platform, so no choice can be computed from the root.
    Ballots are sorted by the hash of their code; the tally follows from what is hashed.
    """
    # An erased statement that was never shown has no salt either.
    options = [o for o in poll.options if o.salt is None and o.state == OptionState.SHOWN]
    rules = {
        "question": poll.question,
        "rules": [poll.type, poll.counting, poll.quorum, poll.min_share, poll.amount],
        "options": [[o.id, *o.sealed_parts] for o in options],
    }
    box = hmac.new(poll.salt, canonical_json(rules).encode(), hashlib.sha256)
    for key, choice, area in sorted(ballots, key=lambda line: line[0]):
        box.update(b"\n" + canonical_json([key, choice, area]).encode())
    return box.hexdigest()
