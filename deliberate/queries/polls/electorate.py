"""Who could vote in a poll: how many, and where there are too few to be counted apart."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Person, Poll, VotingCode
from deliberate.vocabulary import AccountClass, Electorate, Role


def smallest_group() -> int:
    """Below how many people nothing is told of a group."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.min_cell


def has_resident_list() -> bool:
    """Whether anybody was verified here, so that a poll can be for verified residents."""
    verified = select(Person.id).where(Person.verified_at.is_not(None)).limit(1)
    return db.session.scalar(verified) is not None


def resident_areas() -> list[str]:
    """The areas residents said they live in."""
    found = db.session.scalars(
        select(Person.area).where(Person.area != "", Person.role == Role.RESIDENT).distinct()
    )
    return sorted(found)


def count_entitled(poll: Poll) -> int:
    """How many could vote: frozen once the result is published, else as it stood at the close."""
    if poll.entitled_count is not None:
        return poll.entitled_count
    if poll.electorate == Electorate.CODES:
        query = select(func.count()).select_from(VotingCode).where(VotingCode.poll_id == poll.id)
        return db.session.scalar(query) or 0
    listed = Person.verified_at if poll.electorate == Electorate.VERIFIED else Person.joined_at
    within = [Person.area.in_(poll.areas)] if poll.areas else []
    return _count(listed <= now(), listed < poll.closes_at, *within)


def small_areas(areas: Iterable[str]) -> list[str]:
    """Those of these areas with too few verified residents to be counted apart."""
    verified = Person.verified_at.is_not(None)
    return [
        area
        for area in sorted(set(areas))
        if _count(verified, Person.area == area) < smallest_group()
    ]


def _count(*conditions: ColumnElement[bool]) -> int:
    query = select(func.count(Person.id)).where(
        Person.role == Role.RESIDENT,
        Person.account_class == AccountClass.PERSON,
        Person.erased_at.is_(None),
        *conditions,
    )
    return db.session.scalar(query) or 0
