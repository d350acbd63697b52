"""Read state and mail topics of the messages of an account; not recorded as acts."""

from collections.abc import Collection

from sqlalchemy import delete, update

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Delivery, MutedTopic, Person
from deliberate.vocabulary.notices import Topic


def mark_messages_read(person: Person, up_to: int) -> None:
    """Mark the messages of a person as read, up to the delivery with an id."""
    with unrecorded("read state of messages") as session:
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


def set_mailed_topics(person: Person, topics: Collection[str]) -> None:
    """Set the topics that a person receives by mail; all others are muted."""
    with unrecorded("mail topics of a person") as session:
        session.execute(delete(MutedTopic).where(MutedTopic.person_id == person.id))
        session.add_all(
            MutedTopic(person_id=person.id, topic=topic) for topic in Topic if topic not in topics
        )


def mute_topic(person_id: int, topic: str) -> None:
    """Stop the mails on a topic, as the unsubscribe link at the end of a mail does."""
    with unrecorded("mail topics of a person") as session:
        is_erased = session.get(Person, person_id) is None
        if not is_erased and session.get(MutedTopic, (person_id, topic)) is None:
            session.add(MutedTopic(person_id=person_id, topic=topic))
