"""The interface of a channel, and the ways in which sending by it can fail."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol, TypeVar

from sqlalchemy.orm import Session

from deliberate.config import Settings
from deliberate.models import Delivery, Person
from deliberate.notifications.registry.line import Line
from deliberate.notifications.templates import RenderedNotification
from deliberate.vocabulary.notices import Channel

MAX_SEND_SECONDS = 40.0
"""How long one run sends by one channel; a slow server must not hold up the other jobs."""


class TemporaryFailure(Exception):
    """The message may not have been delivered: it is sent again with the same id."""


class ConnectionLost(TemporaryFailure):
    """The server is not available: no other message is tried either."""


class PermanentFailure(Exception):
    """The server rejects this message permanently."""


class AddressRejected(PermanentFailure):
    """The server rejects the address of the recipient permanently."""


class NoAddress(ValueError):
    """The person has no address on the channel any more: nothing is wrong."""


class InvalidAddress(ValueError):
    """No message can be sent to the address of a person."""


Message = TypeVar("Message")
Composed_contra = TypeVar("Composed_contra", contravariant=True)


class Sender(Protocol[Composed_contra]):
    """A connection by which messages are sent."""

    def send(self, message: Composed_contra, delivery_id: int) -> None:
        """Send the message of a delivery.

        Raises TemporaryFailure, ConnectionLost, PermanentFailure or AddressRejected.
        """


class ChannelAdapter(Protocol[Message]):
    """A channel: whom it reaches, and how a message is composed and sent."""

    channel: ClassVar[Channel]

    def is_configured(self, settings: Settings) -> bool:
        """Return whether deliveries by the channel are created."""

    def carries(self, line: Line) -> bool:
        """Return whether the channel is for a kind of notice."""

    def reachable(self, session: Session, line: Line, person_ids: Collection[int]) -> set[int]:
        """Return those of some people who have an address on the channel."""

    def connect(self, settings: Settings) -> AbstractContextManager[Sender[Message]] | None:
        """Return a connection, None if nothing is sent: where there is no server, or no need."""

    def compose(
        self, delivery: Delivery, person: Person, notification: RenderedNotification
    ) -> Message:
        """Return the message of a delivery, with the same id at every attempt.

        Raises NoAddress or InvalidAddress.
        """

    def note_rejection(self, person_id: int, message: Message) -> None:
        """Remember that the address of a message was rejected."""
