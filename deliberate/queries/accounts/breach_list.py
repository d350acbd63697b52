"""The accounts to notify after a breach of personal data."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import or_, select

from deliberate.database import db
from deliberate.models import (
    Interaction,
    Person,
    PersonKey,
)
from deliberate.models.log.detached import log_path, read_detached
from deliberate.vocabulary import AccountClass


def people_stored_since(since: datetime) -> Iterator[tuple[Person, bool]]:
    """Return the accounts with data stored after a time, and whether they have acted since."""
    acted = (
        select(Interaction.id)
        .where(Interaction.actor_id == PersonKey.actor_id, Interaction.occurred_at >= since)
        .exists()
    )
    later = {"since": since.astimezone(UTC).replace(tzinfo=None)}
    detached = read_detached(db.session(), log_path(), "occurred_at >= $since", later)
    acted_before = PersonKey.actor_id.in_({act.actor_id for act in detached})
    accounts = (
        select(Person, acted | acted_before)
        .outerjoin(PersonKey, PersonKey.person_id == Person.id)
        .where(
            or_(Person.account_class != AccountClass.SYSTEM, Person.sign_in_name.is_not(None)),
            (Person.erased_at.is_(None)) | (Person.erased_at >= since),
        )
        .order_by(Person.id)
        .execution_options(yield_per=1000)
    )
    for person, has_acted in db.session.execute(accounts):
        yield person, bool(has_acted)
