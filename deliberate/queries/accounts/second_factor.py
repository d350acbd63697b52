"""Second factors: whether an account has one, and whether it must set one up."""

from datetime import datetime

from flask import current_app
from sqlalchemy import select

from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Person, SecondFactor
from deliberate.vocabulary import Role


def second_factor_added_at(person: Person) -> datetime | None:
    """Return when an account added its second factor, or None if it has none."""
    added_at = select(SecondFactor.added_at).where(SecondFactor.person_id == person.id)
    return db.session.scalar(added_at)


def must_set_up_second_factor(person: Person) -> bool:
    """Return whether the settings require a second factor that the account does not have."""
    settings: Settings = current_app.config["SETTINGS"]
    is_required = settings.require_totp and person.role != Role.RESIDENT
    return is_required and second_factor_added_at(person) is None
