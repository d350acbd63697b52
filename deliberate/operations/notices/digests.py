"""Choices of the weekly mail; not recorded as acts."""

from deliberate.database import unrecorded
from deliberate.models import DigestChoice, Person
from deliberate.queries.notices.digests import get_digest_choice


def choose_digest(person: Person, *, is_wanted: bool, weekday: int, hour: int) -> None:
    """Set whether and when a person receives the weekly mail."""
    with unrecorded("choices of a person") as session:
        session.merge(
            DigestChoice(person_id=person.id, is_wanted=is_wanted, weekday=weekday, hour=hour)
        )


def stop_digest(person_id: int) -> None:
    """Stop the weekly mail, as the unsubscribe link at its end does."""
    with unrecorded("choices of a person") as session:
        person = session.get(Person, person_id)
        if person is not None:
            choice = get_digest_choice(person)
            choice.is_wanted = False
            session.merge(choice)
