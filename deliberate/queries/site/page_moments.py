"""The lifetime of a cached page: the version of the data, and dates to come."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from deliberate.clock import now
from deliberate.database import UtcDateTime, Version, db, read_version, reading_engine
from deliberate.models import Phase, Poll, Questionnaire, ReasonSurvey
from deliberate.models.moderation.visibility import HideableText

PRECISION = timedelta(minutes=1)
"""What follows from days, ages and counts of days appears within this time.

Deadlines and local days begin at a whole minute, so they appear at once.
"""
_NOW = bindparam("now", type_=UtcDateTime)
_END = bindparam("end", type_=UtcDateTime)


def _first_within(column: InstrumentedAttribute[Any]) -> Select[Any]:
    return select(func.min(column).label("moment")).where(column > _NOW, column < _END)


_MOMENTS = union_all(
    _first_within(Phase.opens_at),
    _first_within(Phase.closes_at),
    _first_within(Poll.opens_at),
    _first_within(Poll.closes_at),
    _first_within(Questionnaire.closes_at),
    _first_within(ReasonSurvey.before_closes_at),
    _first_within(ReasonSurvey.after_opens_at),
    _first_within(ReasonSurvey.closes_at),
    *(
        # The condition of the partial index, which PostgreSQL and SQLite look for word by word.
        _first_within(model.held_until).where(model.held_until.is_not(None))
        for model in HideableText.__subclasses__()
    ),
)


def data_version(proposal_id: int | None = None) -> Version:
    """Return the version of the recorded store for the page of a proposal, or for another page.

    It is read before the session begins its transaction, so a page is never made from older data
    than its version names. A connection of its own costs less than a session.
    """
    with reading_engine().connect() as connection:
        return read_version(connection, proposal_id)


def session_data_version(proposal_id: int) -> Version:
    """Return the version for the page of a proposal that the session of the request sees.

    The session may have begun to read before: a version of another connection could be newer.
    """
    return read_version(db.session.connection(), proposal_id)


def next_change_by_date() -> datetime:
    """Return the first moment at which a page may change without an act."""
    moment = now()
    end = moment.replace(second=0, microsecond=0) + PRECISION
    rows = db.session.execute(_MOMENTS, {"now": moment, "end": end}).scalars()
    coming: list[datetime] = [row for row in rows if row is not None]
    return min(coming, default=end)
