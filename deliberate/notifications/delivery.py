"""Sending what waits: oldest first for each person, tried until through, marked one by one."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications.links import address_for
from deliberate.notifications.mail import compose
from deliberate.notifications.preferences import topic_of
from deliberate.notifications.smtp import ConnectionLost, Mailer, PermanentFailure, TemporaryFailure
from deliberate.notifications.templates import (
    NotificationContext,
    load_context,
    render_notification,
)

BATCH = 100
LEASE = timedelta(minutes=10)
"""How long a claimed mail is left alone; whoever claimed it may have died."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)

_log = logging.getLogger(__name__)


def send_due(mailer: Mailer | None = None) -> int:
    """Send every mail that is due; gives how many went through.

    The demo has no server: its mails count as sent and stand on a page.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.mail_url and mailer is None:
        return _show_all() if settings.is_demo else 0
    sent = 0
    with mailer or Mailer(settings.mail_url) as open_mailer:
        while claimed := _claim():
            went, is_gone = _send_batch(open_mailer, claimed)
            sent += went
            if is_gone:
                break
    return sent


def _show_all() -> int:
    shown = 0
    while claimed := _claim():
        for delivery_id in claimed:
            _through(delivery_id)
        shown += len(claimed)
    return shown


def _claim() -> Sequence[int]:
    """The next mails to send, claimed for a while so that nobody else sends them too."""
    with unrecorded("delivery") as session:
        found = session.scalars(
            select(Delivery)
            .where(
                Delivery.channel == "mail",
                Delivery.sent_at.is_(None),
                or_(Delivery.next_at.is_(None), Delivery.next_at <= now()),
            )
            .order_by(Delivery.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        claimed = _in_turn(session, found)
        for delivery in claimed:
            delivery.next_at = now() + LEASE
            delivery.tries += 1
        return [delivery.id for delivery in claimed]


def _in_turn(session: Session, found: Sequence[Delivery]) -> list[Delivery]:
    """Those whose person has no older mail waiting elsewhere; the others wait as long as that."""
    ids = {delivery.id for delivery in found}
    rows = session.execute(
        select(Delivery.person_id, func.min(Delivery.id), func.max(Delivery.next_at))
        .where(
            Delivery.person_id.in_({delivery.person_id for delivery in found}),
            Delivery.channel == "mail",
            Delivery.sent_at.is_(None),
            Delivery.next_at > now(),
            Delivery.id.not_in(ids),
            Delivery.id < max(ids, default=0),
        )
        .group_by(Delivery.person_id)
    )
    older = {person_id: (first, until) for person_id, first, until in rows}
    free = []
    for delivery in found:
        first, until = older.get(delivery.person_id, (delivery.id, None))
        if first < delivery.id:
            delivery.next_at = until
        else:
            free.append(delivery)
    return free


def _send_batch(mailer: Mailer, claimed: Sequence[int]) -> tuple[int, bool]:
    """Send claimed mails in their order; a person whose mail failed gets no later one before it."""
    mails = _composed(claimed)
    sent, failed, is_gone = 0, set[int](), False
    for delivery_id, person_id, mail in mails:
        if is_gone or person_id in failed:
            _release(delivery_id)
            continue
        if mail is None:
            _through(delivery_id, "no address")
            continue
        try:
            mailer.send(mail)
        except PermanentFailure as error:
            _through(delivery_id, str(error))
        except TemporaryFailure as error:
            is_gone = isinstance(error, ConnectionLost)
            failed.add(person_id)
            _later(delivery_id, str(error))
        else:
            _through(delivery_id)
            sent += 1
    return sent, is_gone


def _composed(claimed: Sequence[int]) -> list[tuple[int, int, EmailMessage | None]]:
    """Each claimed mail with its person; None where there is no address it could go to any more."""
    rows = db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.id.in_(claimed))
        .order_by(Delivery.id)
    ).all()
    known = load_context(notice for _delivery, notice, _person in rows)
    return [
        (delivery.id, person.id, _mail(delivery, notice, person, known))
        for delivery, notice, person in rows
    ]


def _mail(
    delivery: Delivery, notice: Notice, person: Person, known: NotificationContext
) -> EmailMessage | None:
    if person.is_erased or not person.email:
        return None
    story = render_notification(notice, known, person.language)
    if not address_for(notice.kind, person):
        return None
    try:
        return compose(delivery, person, story, topic_of(notice.kind))
    except ValueError:  # an address no header may hold
        return None


def _through(delivery_id: int, error: str = "") -> None:
    with unrecorded("delivery") as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id)
            .values(sent_at=now(), error=error[:255])
        )


def _later(delivery_id: int, error: str) -> None:
    with unrecorded("delivery") as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.next_at = now() + wait_after(delivery.tries)
        delivery.error = error[:255]
        _log.warning("mail %s waits: try %s", delivery_id, delivery.tries)


def wait_after(tries: int) -> timedelta:
    """How long a mail waits after so many tries: a minute, doubled each time, six hours at most."""
    doubled: int = 2 ** min(tries - 1, 12)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def _release(delivery_id: int) -> None:
    with unrecorded("delivery") as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.tries -= 1
        delivery.next_at = now() + FIRST_WAIT
