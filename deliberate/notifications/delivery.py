"""Sending of pending mails: oldest first for each person, retried until it succeeds."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import UNAVAILABLE_ERRORS, db, unrecorded
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications.links import recipient_address
from deliberate.notifications.mail import InvalidAddress, compose
from deliberate.notifications.return_addresses import BOUNCE, return_address
from deliberate.notifications.smtp import (
    AddressRejected,
    ConnectionLost,
    Mailer,
    PermanentFailure,
    TemporaryFailure,
)
from deliberate.notifications.templates import (
    NotificationContext,
    load_context,
    render_notification,
)
from deliberate.operations.notices.failing_addresses import record_failure
from deliberate.queries.notices.stuck_deliveries import NO_ADDRESS

BATCH_SIZE = 100
CLAIM_TIMEOUT = timedelta(minutes=10)
"""The time after which a claimed mail is sent by another process, as the first may have died."""
MIN_RETRY_DELAY = timedelta(minutes=1)
MAX_RETRY_DELAY = timedelta(hours=6)

MAX_COMPOSE_ATTEMPTS = 5
"""A mail that cannot be composed is given up then, as it holds back others to the same person."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _NotComposed:
    """Why a delivery has no mail."""

    reason: str
    is_final: bool = True
    """False if it is tried again."""


def send_due(mailer: Mailer | None = None) -> int:
    """Send all mails that are due and return the number sent.

    The demo has no mail server: its mails count as sent and are shown on a page.
    """
    settings = _settings()
    if not settings.mail_url and mailer is None:
        return _mark_all_sent() if settings.is_demo else 0
    sent = 0
    with mailer or Mailer(settings.mail_url) as open_mailer:
        while claimed := _claim():
            count, is_connection_lost = _send_batch(open_mailer, claimed)
            sent += count
            if is_connection_lost:
                break
    return sent


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _mark_all_sent() -> int:
    count = 0
    while claimed := _claim():
        for delivery_id in claimed:
            _mark_done(delivery_id)
        count += len(claimed)
    return count


def _claim() -> Sequence[int]:
    """Claim the next mails to send, so that no other process sends them, and return their ids."""
    with unrecorded("delivery") as session:
        due = session.scalars(
            select(Delivery)
            .where(
                Delivery.channel == "mail",
                Delivery.sent_at.is_(None),
                or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at <= now()),
            )
            .order_by(Delivery.id)
            .limit(BATCH_SIZE)
            .with_for_update(skip_locked=True)
        ).all()
        claimed = _without_older_pending(session, due)
        for delivery in claimed:
            delivery.next_attempt_at = now() + CLAIM_TIMEOUT
            delivery.attempts += 1
        return [delivery.id for delivery in claimed]


def _without_older_pending(session: Session, due: Sequence[Delivery]) -> list[Delivery]:
    """Return the deliveries to people without an older mail waiting for a retry.

    The others are postponed until that retry, so that everybody gets mails in order.
    """
    rows = session.execute(_older_pending_query(due))
    older = {person_id: (first, until) for person_id, first, until in rows}
    ready = []
    for delivery in due:
        first, until = older.get(delivery.person_id, (delivery.id, None))
        if first < delivery.id:
            delivery.next_attempt_at = until
        else:
            ready.append(delivery)
    return ready


def _older_pending_query(due: Sequence[Delivery]) -> Select[*tuple[Any, ...]]:
    """Return a query for the first id and last retry, by person, of mails waiting for a retry."""
    ids = {delivery.id for delivery in due}
    return (
        select(Delivery.person_id, func.min(Delivery.id), func.max(Delivery.next_attempt_at))
        .where(
            Delivery.person_id.in_({delivery.person_id for delivery in due}),
            Delivery.channel == "mail",
            Delivery.sent_at.is_(None),
            Delivery.next_attempt_at > now(),
            Delivery.id.not_in(ids),
            Delivery.id < max(ids, default=0),
        )
        .group_by(Delivery.person_id)
    )


def _send_batch(mailer: Mailer, claimed: Sequence[int]) -> tuple[int, bool]:
    """Send claimed mails in order; return the number sent and whether the connection was lost.

    After a failure no later mail to the same person is sent.
    """
    mails = _compose_batch(claimed)
    sent, failed, is_connection_lost = 0, set[int](), False
    for delivery_id, person_id, mail in mails:
        if is_connection_lost or person_id in failed:
            _release_claim(delivery_id)
            continue
        if isinstance(mail, _NotComposed):
            if not mail.is_final:
                failed.add(person_id)
            _end_or_postpone(delivery_id, mail)
            continue
        try:
            mailer.send(mail, return_address(BOUNCE, delivery_id, _settings()))
        except PermanentFailure as error:
            _mark_done(delivery_id, str(error))
            if isinstance(error, AddressRejected):
                record_failure(person_id, mail["To"].addresses[0].addr_spec)
        except TemporaryFailure as error:
            is_connection_lost = isinstance(error, ConnectionLost)
            failed.add(person_id)
            _postpone(delivery_id, str(error))
        else:
            _mark_done(delivery_id)
            sent += 1
    return sent, is_connection_lost


def _end_or_postpone(delivery_id: int, problem: _NotComposed) -> None:
    if problem.is_final:
        _mark_done(delivery_id, problem.reason)
    else:
        _postpone(delivery_id, problem.reason)


def _compose_batch(claimed: Sequence[int]) -> list[tuple[int, int, EmailMessage | _NotComposed]]:
    """Return delivery id, person id, and the mail or why there is none, of each delivery."""
    rows = db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.id.in_(claimed))
        .order_by(Delivery.id)
    ).all()
    context = load_context(notice for _delivery, notice, _person in rows)
    return [
        (delivery.id, person.id, _compose_one(delivery, notice, person, context))
        for delivery, notice, person in rows
    ]


def _compose_one(
    delivery: Delivery, notice: Notice, person: Person, context: NotificationContext
) -> EmailMessage | _NotComposed:
    """Return the mail of a delivery; whatever one delivery raises must not stop the others."""
    if person.is_erased or not person.email:
        return _NotComposed(NO_ADDRESS)
    try:
        notification = render_notification(notice, context, person.language, person)
        if not recipient_address(notification.event, person):
            return _NotComposed(NO_ADDRESS)
        return compose(delivery, person, notification)
    except InvalidAddress as error:
        return _NotComposed(str(error))
    except UNAVAILABLE_ERRORS:  # all deliveries are tried again
        raise
    except Exception as error:
        db.session.rollback()
        _log.exception("mail %s cannot be composed", delivery.id)
        is_final = delivery.attempts >= MAX_COMPOSE_ATTEMPTS
        return _NotComposed(f"{type(error).__name__}: {error}", is_final)


def _mark_done(delivery_id: int, error: str = "") -> None:
    with unrecorded("delivery") as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id)
            .values(sent_at=now(), error=error[:255])
        )


def _postpone(delivery_id: int, error: str) -> None:
    with unrecorded("delivery") as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.next_attempt_at = now() + retry_delay(delivery.attempts)
        delivery.error = error[:255]
        _log.warning("mail %s postponed after attempt %s", delivery_id, delivery.attempts)


def retry_delay(attempts: int) -> timedelta:
    """Return the delay after a number of attempts: a minute, doubled each time, up to 6 hours."""
    factor: int = 2 ** min(attempts - 1, 12)
    return min(MIN_RETRY_DELAY * factor, MAX_RETRY_DELAY)


def _release_claim(delivery_id: int) -> None:
    with unrecorded("delivery") as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.attempts -= 1
        delivery.next_attempt_at = now() + MIN_RETRY_DELAY
