"""Kinds of acts on polls, statements and ballots."""

from deliberate.vocabulary.codes import OptionState, PollChangeReason, PollType, ResultRule
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PRIVATE, PUBLIC, Event


class PollOpened(Event, kind="poll.opened", visibility=PUBLIC, has_text=True):
    """A poll was opened."""

    type: PollType = detail("type of the poll")
    secret: bool = detail("ballots are secret")
    result_rule: ResultRule = detail("when the result is shown")
    quorum: int = detail("ballots needed for a result")


class PollChanged(Event, kind="poll.changed", visibility=PUBLIC, has_text=True):
    """An open poll was changed or extended."""

    reason: PollChangeReason = detail("why")


class PollPublished(Event, kind="poll.published", visibility=PUBLIC):
    """The result of a poll was published."""

    turnout: int = detail("number of ballots")


class BallotBoxClosed(Event, kind="ballot_box.closed", visibility=PUBLIC):
    """The ballot box of a poll was closed and bound by a hash."""

    ballots: int = detail("number of ballots")
    root: str = detail("HMAC over rules and sorted ballots, under a salt that stays secret")


class BallotBoxInspected(Event, kind="ballot_box.inspected", visibility=PUBLIC):
    """One of two scrutineers compared a closed ballot box with its hash; both do it together."""

    holds: bool = detail("the ballots are those of the close")
    ballots: int = detail("number of ballots in the box")


class OutcomeStated(Event, kind="outcome.stated", visibility=PUBLIC, has_text=True):
    """The outcome of a poll was stated."""


class StatementSuggested(Event, kind="statement.suggested", visibility=PUBLIC, has_text=True):
    """A resident suggested a statement for a poll; a moderator decides on it."""


class StatementDecided(Event, kind="statement.decided", visibility=PUBLIC):
    """A moderator accepted or declined a suggested statement."""

    state: OptionState = detail("the decision")


class BallotCast(Event, kind="ballot.cast", visibility=PRIVATE):
    """A person voted; never the choice."""

    clerk: str | None = detail("pseudonym of the officer who entered it at an office", default=None)


class BallotHeld(Event, kind="ballot.held", visibility=INTERNAL):
    """A ballot entered at an office waits for a second officer; never the choice."""


class BallotObjected(Event, kind="ballot.objected", visibility=INTERNAL):
    """A person objected to a ballot entered at an office; it is void."""

    counted: bool = detail("it was in the ballot box")
    poll: int | None = detail("the poll of the ballot", default=None)


class BallotChanged(Event, kind="ballot.changed", visibility=PRIVATE):
    """A person changed a ballot; never the choice."""


class CodesMade(Event, kind="codes.made", visibility=INTERNAL):
    """One-time voting codes of a poll were created."""

    count: int = detail("number of codes")
