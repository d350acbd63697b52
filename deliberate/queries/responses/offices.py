"""Queries on the offices of institutions."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Institution, Office

MAX_OFFICES = 200
"""The most offices on one page; a city has a few dozen."""


def list_open_offices(institution_id: int | None = None) -> Sequence[Office]:
    """Return the offices that receive people, of one institution or of all, by institution."""
    offices = (
        select(Office)
        .join(Institution)
        .options(joinedload(Office.institution))
        .where(Office.is_closed.is_(False))
        .order_by(Institution.name, Office.name, Office.id)
    )
    if institution_id is not None:
        offices = offices.where(Office.institution_id == institution_id)
    return db.session.scalars(offices.limit(MAX_OFFICES)).all()


def list_offices(institution_id: int) -> Sequence[Office]:
    """Return all offices of an institution, also closed ones, by name."""
    offices = select(Office).where(Office.institution_id == institution_id)
    return db.session.scalars(offices.order_by(Office.name, Office.id).limit(MAX_OFFICES)).all()


def get_office(office_id: int) -> Office | None:
    """Return an office by its id."""
    return db.session.get(Office, office_id)
