"""Fan-out of notices to deliveries, in pages of recipients with one transaction each."""

import logging
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import UNAVAILABLE_ERRORS, db, unrecorded
from deliberate.models import Delivery, MutedTopic, Notice, Person, Proposal
from deliberate.queries.notices.recipients import list_recipients, list_staff_recipients
from deliberate.vocabulary.notices import NOTICE_TYPES, NoticePage

PAGE_SIZE = 500

_log = logging.getLogger(__name__)


def fan_out() -> int:
    """Create the deliveries of all pending notices and return their number.

    After a crash the next run continues where this one stopped. A notice that fails is left for
    the next run and does not stop the others.
    """
    total, last_id = 0, 0
    while (notice_id := _next_notice(last_id)) is not None:
        last_id = notice_id
        try:
            total += _fan_out_notice(notice_id)
        except UNAVAILABLE_ERRORS:
            raise
        except Exception:
            _log.exception("notice %s cannot be delivered", notice_id)
    return total


def _next_notice(last_id: int = 0) -> int | None:
    db.session.rollback()
    pending = select(Notice.id).where(Notice.done_at.is_(None), Notice.id > last_id)
    return db.session.scalar(pending.order_by(Notice.id).limit(1))


def _fan_out_notice(notice_id: int) -> int:
    total, is_done = 0, False
    while not is_done:
        count, is_done = _fan_out_page(notice_id)
        total += count
    return total


def _fan_out_page(notice_id: int) -> tuple[int, bool]:
    """Create the deliveries of the next recipients; return their number and whether it is all."""
    with unrecorded("delivery") as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        recipients = _page_of_recipients(session, notice)
        rows = _delivery_rows(session, notice, recipients)
        if rows:
            session.execute(_insert_new(session), rows)
        if recipients:
            notice.last_person_id = recipients[-1][0]
        if len(recipients) < PAGE_SIZE:
            notice.done_at = now()
        return len(rows), len(recipients) < PAGE_SIZE


def _page_of_recipients(session: Session, notice: Notice) -> list[tuple[int, str]]:
    if notice.person_id is not None:
        return [(notice.person_id, _personal_reason(notice))]
    if notice.institution_id is not None:
        return list_staff_recipients(notice.institution_id, notice.last_person_id, PAGE_SIZE)
    if notice.proposal_id is None:
        return []
    return list_recipients(
        session.get_one(Proposal, notice.proposal_id), notice.last_person_id, PAGE_SIZE
    )


def _personal_reason(notice: Notice) -> str:
    if NOTICE_TYPES[notice.kind].PAGE in {NoticePage.CASE, NoticePage.DESK}:
        return "staff"
    return "author" if notice.proposal_id is not None else "account"


def _delivery_rows(
    session: Session, notice: Notice, recipients: Sequence[tuple[int, str]]
) -> list[dict[str, object]]:
    reasons, event = dict(recipients), NOTICE_TYPES[notice.kind]
    muted = select(MutedTopic.person_id).where(MutedTopic.topic == event.TOPIC)
    people = session.execute(
        select(Person.id, Person.email_confirmed_at, Person.id.in_(muted))
        .where(Person.id.in_(reasons), Person.erased_at.is_(None))
        .order_by(Person.id)
    ).all()
    rows: list[dict[str, object]] = []
    for person_id, confirmed_at, is_muted in people:
        may_mail = not event.NEEDS_CONFIRMED_ADDRESS or (confirmed_at is not None and not is_muted)
        channels = ("account", "mail") if may_mail and is_mail_configured() else ("account",)
        rows += [
            _delivery_row(notice, person_id, channel, reasons[person_id]) for channel in channels
        ]
    return rows


def _delivery_row(notice: Notice, person_id: int, channel: str, reason: str) -> dict[str, object]:
    return {
        "notice_id": notice.id,
        "notice_key": notice.key,
        "person_id": person_id,
        "channel": channel,
        "reason": reason,
        "created_at": now(),
        "sent_at": now() if channel == "account" else None,
        "attempts": 0,
        "error": "",
    }


def _insert_new(session: Session) -> sqlite.Insert | postgresql.Insert:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(Delivery) if is_sqlite else postgresql.insert(Delivery)
    return statement.on_conflict_do_nothing(index_elements=["notice_key", "person_id", "channel"])


def is_mail_configured() -> bool:
    """Return whether mails are created: with a mail server, or in the demo, which shows them."""
    settings: Settings = current_app.config["SETTINGS"]
    return bool(settings.mail_url) or settings.is_demo
