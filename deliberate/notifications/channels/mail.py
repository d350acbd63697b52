"""Mail as a channel."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from email.message import EmailMessage
from typing import ClassVar

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.config import Settings
from deliberate.models import Delivery, Person
from deliberate.notifications.channels.adapter import NoAddress
from deliberate.notifications.links import recipient_address
from deliberate.notifications.mail import compose
from deliberate.notifications.registry.line import Line
from deliberate.notifications.return_addresses import BOUNCE, return_address
from deliberate.notifications.smtp import Mailer
from deliberate.notifications.templates import RenderedNotification
from deliberate.operations.notices.failing_addresses import record_failure
from deliberate.vocabulary.notices import Channel


class MailSender:
    """A mail server; failures that it reports later go to the signed address of a delivery."""

    def __init__(self, mailer: Mailer, settings: Settings) -> None:
        self._mailer, self._settings = mailer, settings

    def send(self, message: EmailMessage, delivery_id: int) -> None:
        """Send the mail of a delivery."""
        self._mailer.send(message, return_address(BOUNCE, delivery_id, self._settings))


class MailChannel:
    """Mail to the address of an account, confirmed unless the notice asks for that."""

    channel: ClassVar[Channel] = Channel.MAIL

    def is_configured(self, settings: Settings) -> bool:
        """Return whether mails are created."""
        return is_mail_configured()

    def carries(self, line: Line) -> bool:
        """Return True: everything can be mailed."""
        return True

    def reachable(self, session: Session, line: Line, person_ids: Collection[int]) -> set[int]:
        """Return those with a confirmed address."""
        if not line.event.NEEDS_CONFIRMED_ADDRESS:
            return set(person_ids)
        is_confirmed = Person.email_confirmed_at.is_not(None)
        return set(
            session.scalars(select(Person.id).where(Person.id.in_(person_ids), is_confirmed))
        )

    def connect(self, settings: Settings) -> AbstractContextManager[MailSender] | None:
        """Return a connection to the mail server, None without one."""
        return open_mail_server(Mailer(settings.mail_url), settings) if settings.mail_url else None

    def compose(
        self, delivery: Delivery, person: Person, notification: RenderedNotification
    ) -> EmailMessage:
        """Return the mail of a delivery."""
        if not recipient_address(notification.event, person):
            raise NoAddress
        return compose(delivery, person, notification)

    def note_rejection(self, person_id: int, message: EmailMessage) -> None:
        """Count a failure of the address."""
        record_failure(person_id, message["To"].addresses[0].addr_spec)


@contextmanager
def open_mail_server(mailer: Mailer, settings: Settings) -> Iterator[MailSender]:
    """Hold a connection to a mail server open during the block."""
    with mailer as server:
        yield MailSender(server, settings)


def is_mail_configured() -> bool:
    """Return whether mails are created: with a mail server, or in the demo, which shows them."""
    settings: Settings = current_app.config["SETTINGS"]
    return bool(settings.mail_url) or settings.is_demo
