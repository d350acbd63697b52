"""The migration environment: a revision that copies tables keeps rows and references."""

import shutil
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from deliberate import resource_path
from deliberate.database import db
from tests.migrations import schema_0001

REVISION = '''
"""A revision for the test."""

from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    {upgrade}
'''
COPY_TABLE = """
    with op.batch_alter_table("institution", recreate="always") as batch:
        batch.alter_column("name", nullable=False)
"""
BREAK_REFERENCE = 'op.execute("DELETE FROM institution")'


def migrations_with(folder: Path, upgrade: str) -> str:
    """Return a copy of the migrations with one more revision that runs the given code."""
    copy = folder / "migrations"
    shutil.copytree(str(resource_path("migrations")), copy)
    head = max(path.name[:4] for path in (copy / "versions").glob("*.py"))
    revision = REVISION.format(head=head, upgrade=upgrade)
    (copy / "versions" / "9999_test.py").write_text(revision, encoding="utf-8")
    return str(copy)


def foreign_keys_are_enforced() -> bool:
    with db.engine.connect() as connection:
        return connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def upgrade_with_rows():
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade()


def test_copied_table_keeps_rows_that_reference_it(unmigrated_sqlite_app, tmp_path):
    upgrade_with_rows()
    upgrade(directory=migrations_with(tmp_path, COPY_TABLE))
    assert schema_0001.read_rows() == schema_0001.EXPECTED


def test_foreign_keys_are_enforced_after_a_migration(unmigrated_sqlite_app):
    upgrade()
    assert foreign_keys_are_enforced()


def test_revision_that_breaks_a_reference_is_rolled_back(unmigrated_sqlite_app, tmp_path):
    upgrade_with_rows()
    with pytest.raises(SystemExit):
        upgrade(directory=migrations_with(tmp_path, BREAK_REFERENCE))
    assert schema_0001.read_rows() == schema_0001.EXPECTED
    assert foreign_keys_are_enforced()
