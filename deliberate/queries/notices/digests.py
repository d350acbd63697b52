"""The weekly mail: who is due for it, and which messages it shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, func, literal, literal_column, select, true
from sqlalchemy.orm import aliased

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import local_date, local_today, site, time_of_day
from deliberate.models import Delivery, DigestChoice, DigestTrial, Notice, Person
from deliberate.vocabulary.notices import NOTICE_TYPES

DEFAULT_WEEKDAY, DEFAULT_HOUR = 6, 8
"""Saturday morning, for people who have not chosen."""
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
MAX_SHOWN = 20
"""The number of messages that a weekly mail shows."""
_IN_ACCOUNT = Delivery.channel == literal_column("'account'")
"""Written out, as SQLite uses the index of unread messages for no bound parameter."""
_CATCH_UP_MINUTES = 5


@dataclass(frozen=True)
class DueDigest:
    """The messages of a person that a weekly mail shows: those after one id up to another."""

    person_id: int
    after: int
    up_to: int
    count: int


def get_digest_choice(person: Person) -> DigestChoice:
    """Return the choice of a person, or a new one with the default."""
    return db.session.get(DigestChoice, person.id) or DigestChoice(
        person_id=person.id,
        is_wanted=True,
        weekday=DEFAULT_WEEKDAY,
        hour=DEFAULT_HOUR,
        joins_trial=False,
    )


def last_slot(weekday: int, hour: int) -> datetime:
    """Return the last moment at which a day of the week and an hour began at the site."""
    today = local_today(site())
    day = today - timedelta(days=(today.isoweekday() - weekday) % 7)
    slot = time_of_day(site(), day, time(hour))
    return slot if slot <= now() else time_of_day(site(), day - WEEK, time(hour))


def due_slots() -> list[tuple[int, int]]:
    """Return the days and hours of which weekly mails may be missing.

    In the first minutes of an hour these are all that anybody chose, so that what was missed is
    made up for; otherwise those that began less than an hour ago.
    """
    catches_up = now().minute < _CATCH_UP_MINUTES
    return [slot for slot in _chosen_slots() if catches_up or now() - last_slot(*slot) < HOUR]


def _chosen_slots() -> list[tuple[int, int]]:
    """Return the days and hours at which anybody wants the weekly mail."""
    rows = db.session.execute(select(DigestChoice.weekday, DigestChoice.hour).distinct())
    return sorted({(DEFAULT_WEEKDAY, DEFAULT_HOUR), *((day, hour) for day, hour in rows)})


def week_name(moment: datetime) -> str:
    """Return the ISO week of a moment at the site, as it ends the key of a weekly mail."""
    year, week, _weekday = local_date(site(), moment).isocalendar()
    return f".{year}.{week}"


def list_due_digests(weekday: int, hour: int, after: int, limit: int) -> list[DueDigest]:
    """Return the next people, by id, whose weekly mail of a slot is missing.

    Its messages are unread, came in the week before the slot and were in no weekly mail before.
    What concerns the account itself is not in it: it was mailed at once, and its links have ended.
    """
    slot, mailed = last_slot(weekday, hour), aliased(Notice)
    rows = db.session.execute(
        select(
            Delivery.person_id,
            func.min(Delivery.id),
            func.max(Delivery.id),
            func.count(Delivery.id),
        )
        .join(Person, Person.id == Delivery.person_id)
        .join(mailed, mailed.id == Delivery.notice_id)
        .outerjoin(DigestChoice, DigestChoice.person_id == Delivery.person_id)
        .where(
            _mostly_in_account(),
            Delivery.read_at.is_(None),
            mailed.kind.not_in(_mailed_at_once()),
            Delivery.person_id > after,
            Delivery.created_at >= slot - WEEK,
            Delivery.created_at < slot,
            Person.erased_at.is_(None),
            Person.email_confirmed_at.is_not(None),
            func.coalesce(DigestChoice.is_wanted, true()),
            func.coalesce(DigestChoice.weekday, DEFAULT_WEEKDAY) == weekday,
            func.coalesce(DigestChoice.hour, DEFAULT_HOUR) == hour,
            ~_has_digest(week_name(slot)),
            ~_is_held_out(week_name(slot)),
            ~_has_digest(week_name(slot - WEEK), Notice.created_at > Delivery.created_at),
        )
        .group_by(Delivery.person_id)
        .order_by(Delivery.person_id)
        .limit(limit)
    )
    return [DueDigest(person_id, first - 1, last, count) for person_id, first, last, count in rows]


def _mailed_at_once() -> list[str]:
    """Return the kinds that concern the account itself and are always mailed at once."""
    return [kind for kind, event in NOTICE_TYPES.items() if event.TOPIC is None]


def _mostly_in_account() -> ColumnElement[Any]:
    """Return the condition of messages in the account, true of most rows.

    SQLite supposes that few are, and would read all of them rather than the unread.
    """
    is_sqlite = db.engine.dialect.name == "sqlite"
    return func.likelihood(_IN_ACCOUNT, literal_column("0.9")) if is_sqlite else _IN_ACCOUNT


def _has_digest(week: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a person has a weekly mail of a week."""
    key = literal("digest.") + cast(Delivery.person_id, String) + literal(week)
    return select(Notice.id).where(Notice.key == key, *conditions).exists()


def _is_held_out(week: str) -> ColumnElement[bool]:
    """Return the condition that the weekly mail of a week is left out for a person."""
    of_week = (DigestTrial.person_id == Delivery.person_id) & (DigestTrial.week == week)
    return select(DigestTrial.week).where(of_week, DigestTrial.is_held_out).exists()


def trial_members_among(person_ids: Collection[int]) -> set[int]:
    """Return those of some people who agreed to the trial of the weekly mail."""
    agreed = select(DigestChoice.person_id).where(
        DigestChoice.person_id.in_(person_ids), DigestChoice.joins_trial
    )
    return set(db.session.scalars(agreed))


def list_digest_messages(person: Person, after: int, up_to: int) -> Sequence[Row[Delivery, Notice]]:
    """Return the messages of a weekly mail that are still unread, newest first."""
    return db.session.execute(
        select(Delivery, Notice)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Delivery.person_id == person.id,
            _IN_ACCOUNT,
            Delivery.id > after,
            Delivery.id <= up_to,
            Delivery.read_at.is_(None),
            Notice.kind.not_in(_mailed_at_once()),
        )
        .order_by(Delivery.id.desc())
        .limit(MAX_SHOWN)
    ).all()
