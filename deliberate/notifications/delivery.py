"""Sending of pending messages: oldest first for each person, retried until it succeeds."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import UNAVAILABLE_ERRORS, db, unrecorded
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications.channels.adapter import (
    MAX_SEND_SECONDS,
    AddressRejected,
    ChannelAdapter,
    ConnectionLost,
    InvalidAddress,
    Message,
    NoAddress,
    PermanentFailure,
    Sender,
    TemporaryFailure,
)
from deliberate.notifications.channels.adapters import ADAPTERS
from deliberate.notifications.channels.mail import open_mail_server
from deliberate.notifications.smtp import Mailer
from deliberate.notifications.templates import (
    NotificationContext,
    load_context,
    render_notification,
)
from deliberate.queries.notices.stuck_deliveries import NO_ADDRESS, WITHDRAWN
from deliberate.vocabulary.notices import Channel

BATCH_SIZE = 100
SLOW_BATCH_SIZE = 5
"""Few, as a gateway or a push service may take seconds for each."""
CLAIM_TIMEOUT = timedelta(minutes=10)
"""The time after which a claimed message is sent by another process, as the first may have died."""
MIN_RETRY_DELAY = timedelta(minutes=1)
MAX_RETRY_DELAY = timedelta(hours=6)

MAX_COMPOSE_ATTEMPTS = 5
"""A message that cannot be composed is given up then, as it holds back others to the person."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _NotComposed:
    """Why a delivery has no message."""

    reason: str
    is_final: bool = True
    """False if it is tried again."""


def send_due(mailer: Mailer | None = None) -> int:
    """Send all messages that are due, by each channel, and return the number sent.

    The demo has no mail server: its mails count as sent and are shown on a page.
    """
    settings = _settings()
    sent = 0
    for adapter in ADAPTERS:
        is_mail = adapter.channel == Channel.MAIL
        if is_mail and mailer is not None:
            sent += _send_by(adapter, open_mail_server(mailer, settings))
        elif (connection := adapter.connect(settings)) is not None:
            sent += _send_by(adapter, connection)
        elif is_mail and settings.is_demo:
            sent += _mark_all_sent(adapter.channel)
    return sent


def _send_by(
    adapter: ChannelAdapter[Message], connection: AbstractContextManager[Sender[Message]]
) -> int:
    sent, deadline = 0, monotonic() + MAX_SEND_SECONDS
    with connection as sender:
        while monotonic() < deadline and (claimed := _claim(adapter.channel)):
            count, is_connection_lost = _send_batch(adapter, sender, claimed, deadline)
            sent += count
            if is_connection_lost:
                break
    return sent


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _mark_all_sent(channel: Channel) -> int:
    count = 0
    while claimed := _claim(channel):
        for delivery_id in claimed:
            _mark_done(delivery_id)
        count += len(claimed)
    return count


def _claim(channel: Channel) -> Sequence[int]:
    """Claim the next messages of a channel, so that no other process sends them; return ids."""
    with unrecorded("delivery") as session:
        due = session.scalars(
            select(Delivery)
            .where(
                Delivery.channel == channel,
                Delivery.sent_at.is_(None),
                or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at <= now()),
            )
            .order_by(Delivery.id)
            .limit(BATCH_SIZE if channel == Channel.MAIL else SLOW_BATCH_SIZE)
            .with_for_update(skip_locked=True)
        ).all()
        claimed = _without_older_pending(session, channel, due)
        for delivery in claimed:
            delivery.next_attempt_at = now() + CLAIM_TIMEOUT
            delivery.attempts += 1
        return [delivery.id for delivery in claimed]


def _without_older_pending(
    session: Session, channel: Channel, due: Sequence[Delivery]
) -> list[Delivery]:
    """Return the deliveries to people without an older one waiting for a retry.

    The others are postponed until that retry, so that each recipient gets them in order.
    """
    rows = session.execute(_older_pending_query(channel, due))
    older = {person_id: (first, until) for person_id, first, until in rows}
    ready = []
    for delivery in due:
        first, until = older.get(delivery.person_id, (delivery.id, None))
        if first < delivery.id:
            delivery.next_attempt_at = until
        else:
            ready.append(delivery)
    return ready


def _older_pending_query(channel: Channel, due: Sequence[Delivery]) -> Select[*tuple[Any, ...]]:
    """Return a query for the first id and last retry, by person, of those waiting for a retry."""
    ids = {delivery.id for delivery in due}
    return (
        select(Delivery.person_id, func.min(Delivery.id), func.max(Delivery.next_attempt_at))
        .where(
            Delivery.person_id.in_({delivery.person_id for delivery in due}),
            Delivery.channel == channel,
            Delivery.sent_at.is_(None),
            Delivery.next_attempt_at > now(),
            Delivery.id.not_in(ids),
            Delivery.id < max(ids, default=0),
        )
        .group_by(Delivery.person_id)
    )


def _send_batch(
    adapter: ChannelAdapter[Message],
    sender: Sender[Message],
    claimed: Sequence[int],
    deadline: float,
) -> tuple[int, bool]:
    """Send claimed messages in order; return the number sent and whether the connection was lost.

    After a failure no later one to the same person is sent, after the deadline none at all.
    """
    messages = _compose_batch(adapter, claimed)
    sent, failed, is_connection_lost = 0, set[int](), False
    for delivery_id, person_id, message in messages:
        if is_connection_lost or person_id in failed or monotonic() >= deadline:
            _release_claim(delivery_id)
            continue
        if isinstance(message, _NotComposed):
            if not message.is_final:
                failed.add(person_id)
            _end_or_postpone(delivery_id, message)
            continue
        try:
            sender.send(message, delivery_id)
        except PermanentFailure as error:
            _mark_done(delivery_id, str(error))
            if isinstance(error, AddressRejected):
                adapter.note_rejection(person_id, message)
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


def _compose_batch(
    adapter: ChannelAdapter[Message], claimed: Sequence[int]
) -> list[tuple[int, int, Message | _NotComposed]]:
    """Return delivery id, person id, and the message or why there is none, of each delivery."""
    rows = db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.id.in_(claimed))
        .order_by(Delivery.id)
    ).all()
    context = load_context(notice for _delivery, notice, _person in rows)
    composed: list[tuple[int, int, Message | _NotComposed]] = []
    for delivery, notice, person in rows:
        message = _compose_one(adapter, delivery, notice, person, context)
        composed.append((delivery.id, person.id, message))
    return composed


def _compose_one(
    adapter: ChannelAdapter[Message],
    delivery: Delivery,
    notice: Notice,
    person: Person,
    context: NotificationContext,
) -> Message | _NotComposed:
    """Return the message of a delivery; whatever one delivery raises must not stop the others."""
    if person.is_erased:
        return _NotComposed(NO_ADDRESS)
    if context.shows_withdrawn_news(notice):
        return _NotComposed(WITHDRAWN)
    try:
        notification = render_notification(notice, context, person.language, person)
        return adapter.compose(delivery, person, notification)
    except NoAddress:
        return _NotComposed(NO_ADDRESS)
    except InvalidAddress as error:
        return _NotComposed(str(error))
    except UNAVAILABLE_ERRORS:  # all deliveries are tried again
        raise
    except Exception as error:
        db.session.rollback()
        _log.exception("message %s cannot be composed", delivery.id)
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
        _log.warning("message %s postponed after attempt %s", delivery_id, delivery.attempts)


def retry_delay(attempts: int) -> timedelta:
    """Return the delay after a number of attempts: a minute, doubled each time, up to 6 hours."""
    factor: int = 2 ** min(attempts - 1, 12)
    return min(MIN_RETRY_DELAY * factor, MAX_RETRY_DELAY)


def _release_claim(delivery_id: int) -> None:
    with unrecorded("delivery") as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.attempts -= 1
        delivery.next_attempt_at = now() + MIN_RETRY_DELAY
