"""Whether the house may be relied on now: its database, schema, sealing and disk."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db
from deliberate.queries.log import unsealed_age

UNSEALED_AT_MOST = timedelta(seconds=60)
"""Acts wait for a seal no longer than this, or the job that seals is down."""
LEAST_FREE = 200 * 1024 * 1024


@dataclass(frozen=True)
class Check:
    """One thing looked at, and in words what is wrong with it."""

    name: str
    said: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.said


def checks(settings: Settings) -> list[Check]:
    """Everything that must hold before people are let in; without a database only that is said."""
    try:
        return [
            Check("database"),
            Check("migration", _schema_behind()),
            Check("sealing", _waits_for_a_seal()),
            Check("disk", _too_full(settings.data_path)),
        ]
    except SQLAlchemyError:
        return [Check("database", "does not answer")]


def _schema_behind() -> str:
    is_at = MigrationContext.configure(db.session.connection()).get_current_revision()
    newest = _newest_revision(current_app.extensions["migrate"].directory)
    return "" if is_at == newest else f"at {is_at}, newest is {newest}"


@cache
def _newest_revision(folder: str) -> str | None:
    config = AlembicConfig()
    config.set_main_option("script_location", folder)
    return ScriptDirectory.from_config(config).get_current_head()


def is_seal_late() -> bool:
    """Whether acts wait longer for their seal than they may: an alarm, on the desk too."""
    return unsealed_age() > UNSEALED_AT_MOST


def _waits_for_a_seal() -> str:
    age = unsealed_age()
    if age <= UNSEALED_AT_MOST:
        return ""
    return f"acts wait since {(now() - age).isoformat(timespec='seconds')}"


def _too_full(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    return "" if free >= LEAST_FREE else f"{free // 1024 // 1024} MB free"
