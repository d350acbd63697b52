"""Messages of an account: read or not, and which of them come by mail.

None of it is taking part, so none of it is an act.
"""

from collections.abc import Collection

from sqlalchemy import delete, update

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Delivery, MutedNotice, Person
from deliberate.notifications.preferences import TOPICS


def mark_read(person: Person, up_to: int) -> None:
    """Mark one's messages as read, up to one of them."""
    with unrecorded("reading one's messages") as session:
        session.execute(
            update(Delivery)
            .where(
                Delivery.person_id == person.id,
                Delivery.channel == "account",
                Delivery.id <= up_to,
                Delivery.read_at.is_(None),
            )
            .values(read_at=now())
        )


def choose_mails(person: Person, wanted: Collection[str]) -> None:
    """Choose which groups of messages come by mail; in the account they stand all the same."""
    with unrecorded("which mails somebody wants") as session:
        session.execute(delete(MutedNotice).where(MutedNotice.person_id == person.id))
        session.add_all(
            MutedNotice(person_id=person.id, topic=topic) for topic in TOPICS if topic not in wanted
        )


def mute(person_id: int, topic: str) -> None:
    """Send somebody no mail of a group any more: the one click at the end of each."""
    with unrecorded("which mails somebody wants") as session:
        gone = session.get(Person, person_id) is None
        if not gone and session.get(MutedNotice, (person_id, topic)) is None:
            session.add(MutedNotice(person_id=person_id, topic=topic))
