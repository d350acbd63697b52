"""The weekly mail: notices that show what their recipients have not seen."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.keys import keyed_hash
from deliberate.models import DigestTrial, Notice
from deliberate.notifications import fanout
from deliberate.notifications.channels import mail
from deliberate.queries.notices.digests import (
    DueDigest,
    due_slots,
    last_slot,
    list_due_digests,
    trial_members_among,
    week_name,
)
from deliberate.vocabulary.notices import Channel, DigestNotice

PAGE_SIZE = 500
HELD_OUT_ONE_IN = 20
"""Chance leaves out one weekly mail in this many of those who agreed to it."""


def create_digests() -> int:
    """Write the weekly mails that are due, one per person and week; return their number.

    A slot that was missed is made up for in the next hours, within a week. Who has nothing new
    gets none. Of those who agreed to the trial, chance leaves out one mail in twenty.
    """
    db.session.rollback()
    if not mail.is_mail_configured():
        return 0
    return sum(_create_for_slot(weekday, hour) for weekday, hour in due_slots())


def _create_for_slot(weekday: int, hour: int) -> int:
    week, total, last_id = week_name(last_slot(weekday, hour)), 0, 0
    while due := list_due_digests(weekday, hour, last_id, PAGE_SIZE):
        last_id = due[-1].person_id
        weeks = {
            person_id: is_held_out(person_id, week)
            for person_id in trial_members_among([digest.person_id for digest in due])
        }
        mailed = [digest for digest in due if not weeks.get(digest.person_id)]
        with unrecorded("delivery") as session:
            _insert_trial(session, weeks, week)
            if mailed:
                _insert_page(session, [_notice_row(digest, week) for digest in mailed])
        total += len(mailed)
    return total


def is_held_out(person_id: int, week: str) -> bool:
    """Return whether chance leaves out the weekly mail of a person; always the same for a week."""
    digest = keyed_hash("digest trial", f"digest trial\n{person_id}\n{week}")
    return int(digest[:16], 16) % HELD_OUT_ONE_IN == 0


def _insert_trial(session: Session, weeks: Mapping[int, bool], week: str) -> None:
    """Insert the weeks of those who agreed to the trial."""
    if not weeks:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(DigestTrial) if is_sqlite else postgresql.insert(DigestTrial)
    session.execute(
        statement.on_conflict_do_nothing(index_elements=["person_id", "week"]),
        [
            {
                "person_id": person_id,
                "week": week,
                "is_held_out": is_held_out,
                "assigned_at": now(),
            }
            for person_id, is_held_out in weeks.items()
        ],
    )


def _insert_page(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Insert the notices of a page with their deliveries.

    In one statement each, as every notice has one recipient and a fan-out of each would be slow.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(Notice) if is_sqlite else postgresql.insert(Notice)
    session.execute(statement.on_conflict_do_nothing(index_elements=["key"]), list(rows))
    notices = session.scalars(select(Notice).where(Notice.key.in_([row["key"] for row in rows])))
    session.execute(
        fanout.insert_new(session),
        [
            fanout.delivery_row(notice, notice.person_id, Channel.MAIL, "account")
            for notice in notices
            if notice.person_id is not None
        ],
    )


def _notice_row(digest: DueDigest, week: str) -> dict[str, object]:
    event = DigestNotice(after=digest.after, up_to=digest.up_to, count=digest.count)
    return {
        "key": f"digest.{digest.person_id}{week}",
        "kind": event.KIND,
        "person_id": digest.person_id,
        "details": event.details(),
        "created_at": now(),
        "last_person_id": digest.person_id,
        "done_at": now(),
    }
