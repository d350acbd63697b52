"""Operations on follows: follow a proposal, process, institution or topic, and stop it."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.models import Follow, Person
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import topic_id
from deliberate.vocabulary.events.proposals import FollowEnded, FollowStarted


class Followable(Protocol):
    """A proposal, process, institution or topic."""

    @property
    def subject_type(self) -> str:
        """Return the name of the type."""

    @property
    def id(self) -> int:
        """Return the id."""


@dataclass(frozen=True)
class FollowedTopic:
    """A topic as something to follow; proposals name their topics in their own words."""

    name: str
    subject_type: ClassVar[str] = "topic"

    @property
    def id(self) -> int:
        """Return the number of the topic."""
        return topic_id(self.name)


@dataclass(frozen=True)
class _FollowedSubject:
    """The subject of a follow by type and id."""

    subject_type: str
    id: int


def follow_subject(
    follower: Person, subject: Followable, *, context: RequestContext = NO_REQUEST
) -> None:
    """Follow a subject to receive notices of it.

    Raises Refused if the person follows it already.
    """
    with recorded(follower, FollowStarted, context) as act:
        require(is_signed_in(follower))
        if _get_follow(act, follower, subject) is not None:
            raise Refused(_("You already follow this."))
        act.session.add(
            Follow(
                person_id=follower.id,
                subject_type=subject.subject_type,
                subject_id=subject.id,
                subject_name=subject.name if isinstance(subject, FollowedTopic) else "",
            )
        )
        act.about(subject)


def unfollow_subject(
    follower: Person, subject: Followable, *, context: RequestContext = NO_REQUEST
) -> None:
    """Stop following a subject.

    Raises Refused if the person does not follow it.
    """
    with recorded(follower, FollowEnded, context) as act:
        follow_row = _get_follow(act, follower, subject)
        if follow_row is None:
            raise Refused(_("You do not follow this."))
        act.session.delete(follow_row)
        act.about(subject)


def end_follow(follower: Person, follow: Follow, *, context: RequestContext = NO_REQUEST) -> None:
    """Stop following the subject of a follow, whatever became of it.

    Raises Refused if it has ended already.
    """
    subject = _FollowedSubject(follow.subject_type, follow.subject_id)
    unfollow_subject(follower, subject, context=context)


def _get_follow(act: Act[...], person: Person, subject: Followable) -> Follow | None:
    return act.session.scalar(
        select(Follow).where(
            Follow.person_id == person.id,
            Follow.subject_type == subject.subject_type,
            Follow.subject_id == subject.id,
        )
    )
