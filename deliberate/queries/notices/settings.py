"""What a person receives by which channel: the defaults and the person's choices."""

from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import NoticeSetting, Person
from deliberate.vocabulary import Role
from deliberate.vocabulary.notices import (
    NOT_MAILED_BY_DEFAULT,
    OPTIONAL_IN_ACCOUNT,
    Channel,
    Topic,
)


@dataclass(frozen=True)
class TopicChoice:
    """A topic with the channels by which a person receives it."""

    topic: Topic
    channels: frozenset[Channel]
    is_optional_in_account: bool


def is_on_by_default(topic: Topic | None, channel: Channel) -> bool:
    """Return whether a topic is sent by a channel to people who have not chosen."""
    return channel == Channel.ACCOUNT or topic not in NOT_MAILED_BY_DEFAULT


def list_topic_choices(person: Person) -> list[TopicChoice]:
    """Return the topics that concern a person, each with its channels."""
    rows = db.session.scalars(select(NoticeSetting).where(NoticeSetting.person_id == person.id))
    chosen = {(row.topic, row.channel): row.is_on for row in rows}
    return [
        TopicChoice(
            topic,
            frozenset(
                channel
                for channel in Channel
                if chosen.get((topic, channel), is_on_by_default(topic, channel))
            ),
            topic in OPTIONAL_IN_ACCOUNT,
        )
        for topic in topics_of(person)
    ]


def topics_of(person: Person) -> list[Topic]:
    """Return the topics of which a person can be notified, by the person's role."""
    is_moderator = person.role in {Role.MODERATOR, Role.ADMIN}
    others = {
        *(() if person.role == Role.STAFF else (Topic.DESK,)),
        *(() if is_moderator else (Topic.MODERATION,)),
    }
    return [topic for topic in Topic if topic not in others]
