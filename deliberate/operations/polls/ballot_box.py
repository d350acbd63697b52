"""Create voting codes, and rewrite ballot tables so that storage order reveals nothing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import sleep
from typing import TypeVar

from flask_babel import lazy_gettext as _
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Person, Poll, Questionnaire, ReasonSurvey, VotingCode
from deliberate.models.polls import ballot_box_root
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.operations.polls.office_ballots import erase_ballot_links
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.polls import may_run_poll
from deliberate.queries.polls.counted_ballots import ballot_lines
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary import Electorate
from deliberate.vocabulary.events.polls import BallotBoxClosed, CodesMade

BALLOT_TABLES = (
    *("poll_ballot", "poll_voter", "poll_code"),
    *("questionnaire_answer", "questionnaire_roll"),
    *("reason_answer", "reason_roll"),
)
MAX_CODES = 100_000
RECENTLY_CLOSED = timedelta(minutes=3)
MAX_ATTEMPTS, RETRY_DELAY = 10, 2.0
Rewritten = TypeVar("Rewritten")


def create_voting_codes(
    maker: Person | None, poll: Poll, count: int, *, context: RequestContext = NO_REQUEST
) -> list[str]:
    """Create one-time voting codes for a poll and return them; only their hashes are stored.

    `maker` is None for the command line.
    """
    with recorded(maker, CodesMade, context) as act:
        act.lock(poll)
        if maker is not None:
            require(may_run_poll(maker, poll))
        if poll.electorate != Electorate.CODES:
            raise Refused(_("This poll does not use voting codes."))
        if poll.is_closed(now()):
            raise Refused(_("This poll is closed and cannot be reopened."))
        if not 0 < count <= MAX_CODES:
            raise InvalidInput(_("Create between 1 and %(n)s codes at a time.", n=MAX_CODES))
        codes = [new_code(groups=4) for _ in range(count)]
        act.session.add_all(VotingCode(key=hash_code(code), poll_id=poll.id) for code in codes)
        act.about(poll, count=count)
    return codes


def close_ballot_boxes() -> int:
    """Log a hash over the ballots of each poll that has closed; return the number of polls.

    From then on a changed, dropped or added ballot is found. Imported polls have no box here.
    """
    query = select(Poll.id).where(
        Poll.closes_at <= now(), Poll.box_root.is_(None), Poll.source.is_(None)
    )
    due = db.session.scalars(query.order_by(Poll.id)).all()
    closed = 0
    for poll_id in due:
        with suppress(Refused):  # the end was moved, or another host closed it meanwhile
            _close_ballot_box(poll_id)
            closed += 1
    return closed


def _close_ballot_box(poll_id: int) -> None:
    with recorded(None, BallotBoxClosed) as act:
        poll = act.lock(act.session.get_one(Poll, poll_id))
        if poll.box_root is not None or not poll.is_closed(now()):
            raise Refused(_("This poll is open, or its ballot box is closed already."))
        ballots = act.session.execute(ballot_lines(poll_id)).all()
        poll.box_root = ballot_box_root(poll, ballots)
        act.about(poll, ballots=len(ballots), root=poll.box_root)


def rewrite_ballots_when_due() -> list[str]:
    """Erase the links of closed polls; rewrite the ballot tables on the hour and after a close.

    Call this every minute.
    """
    moment = now()
    with_retries(erase_ballot_links)
    if moment.minute and not _has_just_closed(moment):
        return []
    return with_retries(rewrite_ballot_tables)


def _has_just_closed(moment: datetime) -> bool:
    """Return whether a poll, questionnaire or survey closed within the last minutes."""
    queries = (
        select(end).where(end <= moment, end > moment - RECENTLY_CLOSED).limit(1)
        for end in (
            Poll.closes_at,
            Questionnaire.closes_at,
            ReasonSurvey.before_closes_at,
            ReasonSurvey.closes_at,
        )
    )
    return any(db.session.scalar(query) is not None for query in queries)


def with_retries(rewrite: Callable[[], Rewritten]) -> Rewritten:
    """Rewrite tables, retrying while a backup or another transaction holds locks.

    Waiting for the lock would block voters, so each attempt times out. Raises OperationalError
    after the last attempt; the next run tries again.
    """
    for _attempt in range(MAX_ATTEMPTS - 1):
        try:
            return rewrite()
        except OperationalError:
            sleep(RETRY_DELAY)
    return rewrite()


def rewrite_ballot_tables() -> list[str]:
    """Rewrite ballots, answers, voters and codes by their keys; return the rewritten tables.

    Must run hourly and within minutes of every close: until then the storage position (`ctid`) and
    transaction id (`xmin`) of a ballot in PostgreSQL match those of its voter's row in the log.
    After a rewrite all rows of a table share one transaction and are sorted by key in a new file. A
    table without changes since its last rewrite is skipped. SQLite needs no rewrite: its tables are
    trees sorted by key, without transaction ids.
    """
    if db.engine.dialect.name != "postgresql":
        return []
    with unrecorded("ballots are sorted in storage, none is changed") as session:
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        session.execute(text(f"LOCK TABLE {', '.join(BALLOT_TABLES)} IN ACCESS EXCLUSIVE MODE"))
        unsorted = [
            table for table in BALLOT_TABLES if session.scalar(text(_UNSORTED_QUERIES[table]))
        ]
        for table in unsorted:
            for statement in _REWRITE_STATEMENTS[table]:
                session.execute(text(statement))
    return unsorted


_SORT_KEYS = {
    "poll_ballot": "key",
    "poll_voter": "poll_id, person_id",
    "poll_code": "key",
    "questionnaire_answer": "key",
    "questionnaire_roll": "questionnaire_id, person_id",
    "reason_answer": "key, stage, item",
    "reason_roll": "survey_id, stage, person_id",
}
_UNSORTED_QUERIES = {
    table: f"""SELECT count(DISTINCT writer) > 1
    OR count(*) FILTER (WHERE sort_key < previous_key) > 0
    FROM (SELECT xmin::text AS writer, row({order}) AS sort_key,
          lag(row({order})) OVER (ORDER BY ctid) AS previous_key FROM {table}) AS stored"""  # noqa: S608  # constant names
    for table, order in _SORT_KEYS.items()
}
_REWRITE_STATEMENTS = {
    table: (
        f"CREATE TEMPORARY TABLE sorted_rows ON COMMIT DROP AS SELECT * FROM {table}",  # noqa: S608  # constant names
        f"TRUNCATE {table}",
        f"INSERT INTO {table} SELECT * FROM sorted_rows ORDER BY {order}",  # noqa: S608  # constant names
        "DROP TABLE sorted_rows",
    )
    for table, order in _SORT_KEYS.items()
}
