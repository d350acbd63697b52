"""Revisions of the schema, read without Alembic, and the migration to the newest one with it.

Every start and every check of readiness asks for the revisions; only what migrates needs to read
Alembic and to run the scripts.
"""

import re
from functools import cache
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import Connection, inspect, text
from werkzeug.local import LocalProxy

from deliberate.database.base import db

_DECLARATION = re.compile(
    r'^revision = "(?P<revision>\w+)"\ndown_revision = (?:"(?P<earlier>\w+)"|None)$', re.MULTILINE
)


def init_migrations(app: Flask, folder: Path) -> None:
    """Bind the migrations of a folder to an application; Alembic is read on first use."""

    @cache
    def bind() -> object:
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(folder), render_as_batch=True)
        return app.extensions["migrate"]

    app.extensions["migrate"] = LocalProxy(bind)
    app.config["MIGRATIONS"] = str(folder)


def upgrade_schema() -> None:
    """Run the migrations that the recorded store lacks."""
    from flask_migrate import upgrade

    upgrade()


def known_revisions() -> frozenset[str]:
    """Return the revisions that this version knows."""
    return frozenset(_earlier_revisions(current_app.config["MIGRATIONS"]))


def newest_revision() -> str:
    """Return the revision of this version."""
    earlier = _earlier_revisions(current_app.config["MIGRATIONS"])
    (newest,) = set(earlier) - set(earlier.values())
    return newest


def stored_revision(connection: Connection) -> str | None:
    """Return the revision of a database; None for one that was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@cache
def _earlier_revisions(folder: str) -> dict[str, str | None]:
    """Return the revision before each one."""
    files = sorted(Path(folder, "versions").glob("[0-9]*.py"))
    found = (_DECLARATION.search(file.read_text(encoding="utf-8")) for file in files)
    return {match["revision"]: match["earlier"] for match in found if match}
