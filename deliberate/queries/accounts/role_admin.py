"""Accounts for administrators, by part of a name, by role and by institution."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from deliberate.database import db
from deliberate.models import Person
from deliberate.text import name_key, parse_whole_number
from deliberate.vocabulary import AccountClass, Role

PAGE_SIZE = 20
EVERY_ROLE = "all"
"""The filter for all accounts; an empty one is for those with a role."""


@dataclass(frozen=True)
class AccountFilters:
    """The filters of the list of accounts, as they are in the query string."""

    text: str = ""
    role: str = ""
    institution_id: int | None = None


def list_accounts(filters: AccountFilters, after: int | None = None) -> Sequence[Person]:
    """Return a page of accounts, newest first, and one more if another page follows.

    The page is found by the id of the last account before it, so that a later page costs no more.
    """
    conditions = [
        or_(Person.account_class != AccountClass.SYSTEM, Person.sign_in_name.is_not(None)),
        Person.erased_at.is_(None),
        *_conditions(filters),
    ]
    if after is not None:
        conditions.append(Person.id < after)
    accounts = select(Person).where(*conditions).order_by(Person.id.desc())
    return db.session.scalars(accounts.limit(PAGE_SIZE + 1)).all()


def _conditions(filters: AccountFilters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.text:
        conditions.append(_matches(filters.text))
    if filters.role in list(Role):
        conditions.append(Person.role == filters.role)
    elif filters.role != EVERY_ROLE:
        conditions.append(Person.role != Role.RESIDENT)
    if filters.institution_id is not None:
        conditions.append(Person.institution_id == filters.institution_id)
    return conditions


def _matches(text: str) -> ColumnElement[bool]:
    """Return the condition of accounts with this id, or with the text in one of their names.

    Display names are compared by what they look like, in any case and with or without accents.
    """
    digits = text.removeprefix("#")
    person_id = parse_whole_number(digits)
    if person_id is not None:
        by_id = Person.id == person_id
        return or_(by_id, Person.sign_in_name.contains(digits, autoescape=True))
    names = [Person.sign_in_name.contains(text.casefold(), autoescape=True)]
    if key := name_key(text):
        names.append(Person.name_key.contains(key, autoescape=True))
    return or_(*names)
