"""Comparison of a closed ballot box with what the log sealed at the close."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, Poll
from deliberate.models.log.interaction import content_hmac
from deliberate.models.polls import ballot_box_root
from deliberate.queries.polls.counted_ballots import ballot_lines
from deliberate.queries.polls.results import count_ballots, get_tally
from deliberate.vocabulary.events.polls import BallotBoxClosed, PollOpened


@dataclass(frozen=True)
class BoxInspection:
    """The number of ballots in a box, and in what it differs from the box that was closed."""

    ballots: int
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Return whether the box is the one that was closed."""
        return not self.differences


def inspect_box(poll: Poll) -> BoxInspection:
    """Compare ballots, question, options and rules of a poll with the log, and the count with both.

    The hash covers the box as a whole: it shows that a ballot was changed, not which one.
    """
    ballots = db.session.execute(ballot_lines(poll.id)).all()
    root = ballot_box_root(poll, ballots)
    return BoxInspection(len(ballots), tuple(_differences(poll, len(ballots), root)))


def _differences(poll: Poll, count: int, root: str) -> Iterator[str]:
    closed = _details_of(poll, BallotBoxClosed.KIND)
    if closed is None:
        yield "the log has no entry of the close"
        return
    details = closed.details
    if poll.box_root != details["root"]:
        yield "the hash in the table of polls is not that of the log"
    if count != details["ballots"]:
        yield f"{count} ballots are in the box, {details['ballots']} were in it at the close"
    opened = _details_of(poll, PollOpened.KIND)
    sealed = opened.content if opened is not None else None
    if sealed not in {None, content_hmac(poll.sealed_text, poll.salt)}:
        yield "question, background, rules or options are not those of the opening"
    if root != details["root"]:
        yield "ballots, question or options are not those of the close"
    if count_ballots(poll) != get_tally(poll) or count != poll.ballot_count:
        yield "the page shows another count than the ballots give"


def _details_of(poll: Poll, kind: str) -> Interaction | None:
    query = select(Interaction).where(
        Interaction.process_id == poll.process_id,
        Interaction.kind == kind,
        Interaction.subject_id == poll.id,
    )
    return db.session.scalar(query.order_by(Interaction.id).limit(1))
