"""Read state of the messages of an account and its choices; not recorded as acts."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Delivery, NoticeSetting, Person
from deliberate.permissions.decision import InvalidInput
from deliberate.queries.notices.settings import is_on_by_default, list_topic_choices
from deliberate.vocabulary.notices import OPTIONAL_IN_ACCOUNT, Channel, Topic, kinds_of


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


def choose_topics(person: Person, chosen: Mapping[Channel, Collection[str]]) -> None:
    """Set the topics that a person receives by each of some channels; the others stay.

    Topics that are always listed stay so. Only what differs from the default is stored. A choice
    that changes also ends what was chosen for single kinds of its topic.
    """
    with _choosing(person.id) as session:
        before = {choice.topic: choice.channels for choice in list_topic_choices(person)}
        for topic, channels in before.items():
            for channel, topics in chosen.items():
                is_on = topic in topics or _is_always_listed(topic, channel)
                if is_on == (channel in channels):
                    continue
                _forget_choices(session, person.id, [topic, *kinds_of(topic)], channel)
                if is_on != is_on_by_default(topic, channel):
                    _store_choice(session, person.id, topic, channel, is_on)


def choose_kinds(person: Person, topic: Topic, chosen: Mapping[Channel, Collection[str]]) -> None:
    """Set the kinds of a topic that a person receives by each of some channels.

    Only what differs from the choice of the topic is stored.
    """
    with _choosing(person.id) as session:
        by_topic = {choice.topic: choice.channels for choice in list_topic_choices(person)}
        if topic not in by_topic:
            raise InvalidInput(_("You are not notified of this."))
        for channel, kinds in chosen.items():
            _forget_choices(session, person.id, kinds_of(topic), channel)
            for kind in kinds_of(topic):
                is_on = kind in kinds or _is_always_listed(topic, channel)
                if is_on != (channel in by_topic[topic]):
                    _store_choice(session, person.id, kind, channel, is_on)


def stop_mails(person_id: int, topic: str) -> None:
    """Stop the mails on a topic, as the unsubscribe link at the end of a mail does."""
    with _choosing(person_id) as session:
        if session.get(Person, person_id) is None:
            return
        names = [topic, *kinds_of(Topic(topic))]
        _forget_choices(session, person_id, names, Channel.MAIL)
        _store_choice(session, person_id, topic, Channel.MAIL, False)


@contextmanager
def _choosing(person_id: int) -> Iterator[Session]:
    """Write choices of a person, of which only one form at a time is stored."""
    with unrecorded("choices of a person") as session:
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        yield session


def _is_always_listed(topic: Topic, channel: Channel) -> bool:
    return channel == Channel.ACCOUNT and topic not in OPTIONAL_IN_ACCOUNT


def _forget_choices(
    session: Session, person_id: int, names: Collection[str], channel: Channel
) -> None:
    session.execute(
        delete(NoticeSetting).where(
            NoticeSetting.person_id == person_id,
            NoticeSetting.topic.in_(names),
            NoticeSetting.channel == channel,
        )
    )


def _store_choice(
    session: Session, person_id: int, name: str, channel: Channel, is_on: bool
) -> None:
    session.add(NoticeSetting(person_id=person_id, topic=name, channel=channel, is_on=is_on))
