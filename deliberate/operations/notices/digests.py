"""Choices of the weekly mail; not recorded as acts."""

from sqlalchemy import delete

from deliberate.database import unrecorded
from deliberate.models import DigestChoice, DigestTrial, Person
from deliberate.queries.notices.digests import get_digest_choice


def choose_digest(
    person: Person, *, is_wanted: bool, weekday: int, hour: int, joins_trial: bool = False
) -> None:
    """Set whether and when a person receives the weekly mail, and whether its trial includes them.

    Who leaves the trial leaves it with all earlier weeks.
    """
    with unrecorded("choices of a person") as session:
        session.merge(
            DigestChoice(
                person_id=person.id,
                is_wanted=is_wanted,
                weekday=weekday,
                hour=hour,
                joins_trial=joins_trial,
            )
        )
        if not joins_trial:
            session.execute(delete(DigestTrial).where(DigestTrial.person_id == person.id))


def stop_digest(person_id: int) -> None:
    """Stop the weekly mail, as the unsubscribe link at its end does."""
    with unrecorded("choices of a person") as session:
        person = session.get(Person, person_id)
        if person is not None:
            choice = get_digest_choice(person)
            choice.is_wanted = False
            session.merge(choice)
