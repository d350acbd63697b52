"""The rules of the place: those in force, and every version before."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import RulesVersion

SHOWN = 50


def rules_in_force() -> RulesVersion | None:
    """The version published last; None while there are the built-in rules alone."""
    return db.session.scalar(select(RulesVersion).order_by(RulesVersion.version.desc()).limit(1))


def rules_version(number: int) -> RulesVersion | None:
    """One version."""
    return db.session.scalar(select(RulesVersion).where(RulesVersion.version == number))


def rules_versions() -> Sequence[RulesVersion]:
    """The versions, newest first."""
    found = select(RulesVersion).order_by(RulesVersion.version.desc()).limit(SHOWN)
    return db.session.scalars(found).all()
