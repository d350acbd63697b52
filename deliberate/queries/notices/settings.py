"""What a person receives by which channel: the defaults and the person's choices."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import NoticeSetting, Person
from deliberate.vocabulary import Role
from deliberate.vocabulary.notices import (
    NOT_MAILED_BY_DEFAULT,
    OPTIONAL_IN_ACCOUNT,
    PUSHED_BY_DEFAULT,
    TEXTED_BY_DEFAULT,
    Channel,
    Topic,
    kinds_of,
)

Chosen = Mapping[tuple[str, str], bool]
"""What a person chose, by topic or kind, and channel."""


@dataclass(frozen=True)
class TopicChoice:
    """A topic with the channels by which a person receives it."""

    topic: Topic
    channels: frozenset[Channel]
    is_optional_in_account: bool
    has_exceptions: bool = False
    """Whether the person chose something else for a kind."""


@dataclass(frozen=True)
class KindChoice:
    """A kind of notice with the channels by which a person receives it."""

    kind: str
    channels: frozenset[Channel]


def is_on_by_default(topic: Topic | None, channel: Channel) -> bool:
    """Return whether a topic is sent by a channel to people who have not chosen."""
    if channel == Channel.PHONE:
        return topic in TEXTED_BY_DEFAULT
    if channel == Channel.PUSH:
        return topic in PUSHED_BY_DEFAULT
    return channel == Channel.ACCOUNT or topic not in NOT_MAILED_BY_DEFAULT


def list_topic_choices(person: Person) -> list[TopicChoice]:
    """Return the topics that concern a person, each with its channels."""
    chosen = _chosen(person)
    return [
        TopicChoice(
            topic,
            _channels(chosen, topic),
            topic in OPTIONAL_IN_ACCOUNT,
            any((kind, channel) in chosen for kind in kinds_of(topic) for channel in Channel),
        )
        for topic in topics_of(person)
    ]


def list_kind_choices(person: Person, topic: Topic) -> list[KindChoice]:
    """Return the kinds of a topic, each with the channels by which a person receives it."""
    chosen = _chosen(person)
    return [KindChoice(kind, _channels(chosen, topic, kind)) for kind in kinds_of(topic)]


def _chosen(person: Person) -> Chosen:
    rows = db.session.scalars(select(NoticeSetting).where(NoticeSetting.person_id == person.id))
    return {(row.topic, row.channel): row.is_on for row in rows}


def _channels(chosen: Chosen, topic: Topic, kind: str = "") -> frozenset[Channel]:
    """Return the channels of a topic, or of one of its kinds, which goes before its topic."""
    return frozenset(
        channel
        for channel in Channel
        if chosen.get(
            (kind, channel), chosen.get((topic, channel), is_on_by_default(topic, channel))
        )
    )


def topics_of(person: Person) -> list[Topic]:
    """Return the topics of which a person can be notified, by the person's role."""
    is_moderator = person.role in {Role.MODERATOR, Role.ADMIN}
    others = {
        *(() if person.role == Role.STAFF else (Topic.DESK,)),
        *(() if is_moderator else (Topic.MODERATION,)),
    }
    return [topic for topic in Topic if topic not in others]
