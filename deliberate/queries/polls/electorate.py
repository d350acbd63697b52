"""The electorate of a poll: how many people may vote, and areas too small to count."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import Person, Poll, VotingCode
from deliberate.vocabulary import AccountClass, Electorate, Role


def min_group_size() -> int:
    """Return the smallest number of people of which figures are published."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.min_cell


def has_resident_list() -> bool:
    """Return whether any resident is verified, so that a poll can be for verified residents."""
    query = select(Person.id).where(Person.verified_at.is_not(None)).limit(1)
    return db.session.scalar(query) is not None


def resident_areas() -> list[str]:
    """Return the areas that residents entered in their profiles, sorted."""
    areas = db.session.scalars(
        select(Person.area).where(Person.area != "", Person.role == Role.RESIDENT).distinct()
    )
    return sorted(areas)


def count_entitled(poll: Poll) -> int:
    """Return the number of people entitled to vote, frozen once the result is published."""
    if poll.entitled_count is not None:
        return poll.entitled_count
    if poll.electorate == Electorate.CODES:
        query = select(func.count()).select_from(VotingCode).where(VotingCode.poll_id == poll.id)
        return db.session.scalar(query) or 0
    eligible_since = (
        Person.verified_at if poll.electorate == Electorate.VERIFIED else Person.joined_at
    )
    in_area = [Person.area.in_(poll.areas)] if poll.areas else []
    return _count_residents(eligible_since <= now(), eligible_since < poll.closes_at, *in_area)


def small_areas(areas: Iterable[str]) -> list[str]:
    """Return the areas that have too few verified residents to be counted separately."""
    verified = Person.verified_at.is_not(None)
    return [
        area
        for area in sorted(set(areas))
        if _count_residents(verified, Person.area == area) < min_group_size()
    ]


def _count_residents(*conditions: ColumnElement[bool]) -> int:
    query = select(func.count(Person.id)).where(
        Person.role == Role.RESIDENT,
        Person.account_class == AccountClass.PERSON,
        Person.erased_at.is_(None),
        *conditions,
    )
    return db.session.scalar(query) or 0
