"""Versions of the moderation rules."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import RulesVersion

MAX_VERSIONS = 50


def get_current_rules() -> RulesVersion | None:
    """Return the newest published rules; None if only the built-in rules exist."""
    return db.session.scalar(select(RulesVersion).order_by(RulesVersion.version.desc()).limit(1))


def get_rules_version(version: int) -> RulesVersion | None:
    """Return a version of the rules, or None."""
    return db.session.scalar(select(RulesVersion).where(RulesVersion.version == version))


def list_rules_versions() -> Sequence[RulesVersion]:
    """Return the published versions of the rules, newest first."""
    query = select(RulesVersion).order_by(RulesVersion.version.desc()).limit(MAX_VERSIONS)
    return db.session.scalars(query).all()
