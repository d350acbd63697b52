"""The ballot box: one-time voting codes, and the rewriting that takes order out of storage."""

from datetime import timedelta
from time import sleep

from flask_babel import lazy_gettext as _
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Person, Poll, VotingCode
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.polls import may_run_poll
from deliberate.recording import recorded
from deliberate.vocabulary import Electorate, Kind

BOXES = ("poll_ballot", "poll_roll", "poll_code")
MOST_CODES = 100_000
JUST_CLOSED = timedelta(minutes=3)
ATTEMPTS, PAUSE = 10, 2.0


def make_codes(maker: Person | None, poll: Poll, number: int) -> list[str]:
    """Make one-time voting codes for a poll; they are given here, to be printed, and never again.

    `maker` None is the command line.
    """
    with recorded(maker, Kind.CODES_MADE) as act:
        act.locked(poll)
        if maker is not None:
            require(may_run_poll(maker, poll))
        if poll.electorate != Electorate.CODES:
            raise Refused(_("This poll is not voted in with codes."))
        if poll.is_closed(now()):
            raise Refused(_("This poll is closed; a closed poll is not opened again."))
        if not 0 < number <= MOST_CODES:
            raise Refused(_("Between 1 and %(n)s codes are made at once.", n=MOST_CODES))
        codes = [new_code(groups=4) for _number in range(number)]
        act.session.add_all(VotingCode(key=hash_code(code), poll_id=poll.id) for code in codes)
        act.about(poll, count=number)
    return codes


def rewrite_when_due() -> list[str]:
    """Rewrite the boxes on the hour and in the minutes after a close; to be called every minute."""
    moment = now()
    closed = select(Poll.id).where(Poll.closes_at <= moment, Poll.closes_at > moment - JUST_CLOSED)
    if moment.minute and db.session.scalar(closed.limit(1)) is None:
        return []
    return _rewrite_in_a_gap()


def _rewrite_in_a_gap() -> list[str]:
    """Rewrite when no copy of the database is being made: whoever waits for the lock stops voters.

    Raises OperationalError where no gap came; the next hour tries again.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            return rewrite_boxes()
        except OperationalError:
            sleep(PAUSE)
    return rewrite_boxes()


def rewrite_boxes() -> list[str]:
    """Rewrite ballots, roll and codes in the order of their keys; gives the tables rewritten.

    To be run hourly and within minutes of every close: until then PostgreSQL's storage place
    (`ctid`) and transaction number (`xmin`) of a ballot are those of its voter's row in the log.
    Afterwards all rows of a table have one transaction and stand by key, in a new file. A table
    that was rewritten since its last change is left alone. On SQLite nothing is to be done: there
    the rows live in the tree of their keys and carry no transaction.
    """
    if db.engine.dialect.name != "postgresql":
        return []
    with unrecorded("ballots are moved in storage, none is changed") as session:
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        session.execute(text(f"LOCK TABLE {', '.join(BOXES)} IN ACCESS EXCLUSIVE MODE"))
        stale = [box for box in BOXES if session.scalar(text(_MIXED[box]))]
        for box in stale:
            for statement in _REWRITING[box]:
                session.execute(text(statement))
    return stale


_ORDER = {"poll_ballot": "key", "poll_roll": "poll_id, person_id", "poll_code": "key"}
_MIXED = {
    box: f"""SELECT count(DISTINCT writer) > 1 OR count(*) FILTER (WHERE place < before) > 0
    FROM (SELECT xmin::text AS writer, row({order}) AS place,
          lag(row({order})) OVER (ORDER BY ctid) AS before FROM {box}) AS stored"""  # noqa: S608
    for box, order in _ORDER.items()
}
_REWRITING = {
    box: (
        f"CREATE TEMPORARY TABLE moved ON COMMIT DROP AS SELECT * FROM {box}",  # noqa: S608
        f"TRUNCATE {box}",
        f"INSERT INTO {box} SELECT * FROM moved ORDER BY {order}",  # noqa: S608
        "DROP TABLE moved",
    )
    for box, order in _ORDER.items()
}
