"""The account as a channel: a delivery is listed as soon as it exists, nothing is sent."""

from collections.abc import Collection
from typing import ClassVar

from sqlalchemy.orm import Session

from deliberate.config import Settings
from deliberate.models import Delivery, Person
from deliberate.notifications.channels.adapter import NoAddress
from deliberate.notifications.registry.line import Line
from deliberate.notifications.templates import RenderedNotification
from deliberate.vocabulary.notices import Channel


class AccountChannel:
    """The list of messages in the account."""

    channel: ClassVar[Channel] = Channel.ACCOUNT

    def is_configured(self, settings: Settings) -> bool:
        """Return True: every account has the list."""
        return True

    def carries(self, line: Line) -> bool:
        """Return whether a kind of notice is listed."""
        return not line.is_mail_only

    def reachable(self, session: Session, line: Line, person_ids: Collection[int]) -> set[int]:
        """Return all: every account has the list."""
        return set(person_ids)

    def connect(self, settings: Settings) -> None:
        """Return None: nothing is sent."""

    def compose(
        self, delivery: Delivery, person: Person, notification: RenderedNotification
    ) -> str:
        """Raise NoAddress: nothing is sent."""
        raise NoAddress

    def note_rejection(self, person_id: int, message: str) -> None:
        """Do nothing: nothing can be rejected."""
