"""Read state of the messages of an account and its choices; not recorded as acts."""

from collections.abc import Collection

from sqlalchemy import delete, update

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Delivery, NoticeSetting, Person
from deliberate.queries.notices.settings import is_on_by_default, topics_of
from deliberate.vocabulary.notices import OPTIONAL_IN_ACCOUNT, Channel, Topic


def mark_messages_read(person: Person, up_to: int) -> None:
    """Mark the messages of a person as read, up to the delivery with an id."""
    with unrecorded("read state of messages") as session:
        session.execute(
            update(Delivery)
            .where(
                Delivery.person_id == person.id,
                Delivery.channel == Channel.ACCOUNT,
                Delivery.id <= up_to,
                Delivery.read_at.is_(None),
            )
            .values(read_at=now())
        )


def choose_topics(person: Person, mailed: Collection[str], listed: Collection[str]) -> None:
    """Set the topics that a person receives by mail and those listed in the account.

    Topics that are always listed stay so. Only what differs from the default is stored.
    """
    chosen = {Channel.MAIL: mailed, Channel.ACCOUNT: {*listed, *(set(Topic) - OPTIONAL_IN_ACCOUNT)}}
    topics = topics_of(person)
    with unrecorded("choices of a person") as session:
        session.execute(
            delete(NoticeSetting).where(
                NoticeSetting.person_id == person.id, NoticeSetting.topic.in_(topics)
            )
        )
        session.add_all(
            NoticeSetting(
                person_id=person.id, topic=topic, channel=channel, is_on=topic in chosen[channel]
            )
            for topic in topics
            for channel in Channel
            if (topic in chosen[channel]) != is_on_by_default(topic, channel)
        )


def stop_mails(person_id: int, topic: str) -> None:
    """Stop the mails on a topic, as the unsubscribe link at the end of a mail does."""
    with unrecorded("choices of a person") as session:
        if session.get(Person, person_id) is None:
            return
        setting = session.get(NoticeSetting, (person_id, topic, Channel.MAIL))
        if setting is None:
            setting = NoticeSetting(person_id=person_id, topic=topic, channel=Channel.MAIL)
            session.add(setting)
        setting.is_on = False
