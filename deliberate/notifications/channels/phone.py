"""The telephone as a channel: short texts by a gateway to numbers confirmed by a code."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Delivery, Person, PhoneNumber
from deliberate.notifications.channels.adapter import NoAddress
from deliberate.notifications.channels.gateway import Gateway, TextMessage
from deliberate.notifications.registry.line import Line
from deliberate.notifications.templates import RenderedNotification
from deliberate.operations.notices.phone_numbers import record_reached, record_unreachable
from deliberate.vocabulary.notices import Channel

MAX_CHARACTERS = 300
"""Two texts of a telephone at most."""


class PhoneSender:
    """A gateway that sends the messages of deliveries."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def send(self, message: TextMessage, delivery_id: int) -> None:
        """Send the text of a delivery and forget earlier failures of its number."""
        self._gateway.send(message)
        record_reached(message.number)


class PhoneChannel:
    """Texts to a confirmed telephone number, of what people may choose alone."""

    channel: ClassVar[Channel] = Channel.PHONE

    def is_configured(self, settings: Settings) -> bool:
        """Return whether there is a gateway."""
        return bool(settings.gateway_url)

    def carries(self, line: Line) -> bool:
        """Return whether a notice has a topic: what concerns the account itself is mailed."""
        return line.topic is not None and not line.is_mail_only

    def reachable(self, session: Session, line: Line, person_ids: Collection[int]) -> set[int]:
        """Return those with a confirmed number."""
        is_confirmed = PhoneNumber.confirmed_at.is_not(None)
        numbers = select(PhoneNumber.person_id).where(
            PhoneNumber.person_id.in_(person_ids), is_confirmed
        )
        return set(session.scalars(numbers))

    def connect(self, settings: Settings) -> AbstractContextManager[PhoneSender] | None:
        """Return the gateway, None without one."""
        return _open_gateway(settings) if settings.gateway_url else None

    def compose(
        self, delivery: Delivery, person: Person, notification: RenderedNotification
    ) -> TextMessage:
        """Return the text of a delivery: what happened, and the address of the page."""
        phone = db.session.get(PhoneNumber, person.id)
        if phone is None or phone.confirmed_at is None:
            raise NoAddress
        settings: Settings = current_app.config["SETTINGS"]
        url = settings.base_url.rstrip("/") + notification.path
        text = short_text(f"{settings.brand_name}: {notification.subject}", url)
        message_id = f"{delivery.notice_key}.{person.id}"
        return TextMessage(message_id, phone.number, text, person.language)

    def note_rejection(self, person_id: int, message: TextMessage) -> None:
        """Count that the number was not reached."""
        record_unreachable(person_id, message.number)


@contextmanager
def _open_gateway(settings: Settings) -> Iterator[PhoneSender]:
    yield PhoneSender(Gateway(settings.gateway_url, settings.gateway_secret))


def short_text(sentence: str, url: str) -> str:
    """Return a sentence in one line with an address, cut so that the address stays whole."""
    line, room = " ".join(sentence.split()), MAX_CHARACTERS - len(url) - 1
    return f"{line if len(line) <= room else line[: max(room - 1, 0)] + '…'} {url}"
