"""Queries on institutions and their names in the reader's language."""

from collections.abc import Sequence

from flask_babel import get_locale
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Institution


def localized_name(institution: Institution | None) -> str:
    """Return the name of an institution in the reader's language, an empty text for None."""
    return institution.name_in(str(get_locale())) if institution else ""


def list_institutions() -> Sequence[Institution]:
    """Return every institution, ordered by name."""
    return db.session.scalars(select(Institution).order_by(Institution.name, Institution.id)).all()


def get_institution(institution_id: int) -> Institution | None:
    """Return an institution by its id."""
    return db.session.get(Institution, institution_id)


def get_institution_by_slug(slug: str) -> Institution | None:
    """Return an institution by its slug."""
    return db.session.scalar(select(Institution).where(Institution.slug == slug))
