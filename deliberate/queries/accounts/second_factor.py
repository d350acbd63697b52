"""Second factors as pages need them: who has one, and who owes one."""

from datetime import datetime

from flask import current_app
from sqlalchemy import select

from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Person, SecondFactor
from deliberate.vocabulary import Role


def factor_since(person: Person) -> datetime | None:
    """Since when somebody signs in with a second factor; None for who does not."""
    since = select(SecondFactor.added_at).where(SecondFactor.person_id == person.id)
    return db.session.scalar(since)


def owes_factor(person: Person) -> bool:
    """Whether the installation asks this account for a second factor that it has not set up."""
    settings: Settings = current_app.config["SETTINGS"]
    is_asked = settings.require_totp and person.role != Role.RESIDENT
    return is_asked and factor_since(person) is None
