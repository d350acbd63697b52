"""The migrations create the schema of the models and keep the rows, on both engines."""

import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from deliberate import resource_path
from deliberate.database import db
from deliberate.database.migration_filter import is_mapped
from deliberate.database.schema import known_revisions, newest_revision, stored_revision
from tests.migrations import schema_0001

COMPARED = {"compare_type": True, "include_schemas": False, "include_name": is_mapped}
LAST_IRREVERSIBLE = "0010"
"""The newest revision whose downgrade raises."""


def revisions() -> list[str]:
    scripts = ScriptDirectory(str(resource_path("migrations")))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def differences_from_models() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        return list(compare_metadata(context, db.metadata))


def test_schema_of_migrations_equals_schema_of_models(app):
    assert differences_from_models() == []


def test_migrations_form_one_line_from_the_first_revision():
    assert len(ScriptDirectory(str(resource_path("migrations"))).get_heads()) == 1
    assert revisions() == sorted(revisions())
    assert revisions()[0] == "0001"


def test_revisions_read_from_the_files_are_those_of_alembic(app):
    assert known_revisions() == set(revisions())
    assert newest_revision() == revisions()[-1]
    with db.engine.connect() as connection:
        assert stored_revision(connection) == newest_revision()


def test_database_that_was_never_migrated_has_no_revision(unmigrated_app):
    with db.engine.connect() as connection:
        assert stored_revision(connection) is None


def test_migrations_keep_rows_of_the_first_revision(unmigrated_app):
    first, *later = revisions()
    upgrade(revision=first)
    schema_0001.insert_rows()
    for revision in later:
        upgrade(revision=revision)
        assert schema_0001.read_rows() == schema_0001.EXPECTED, revision
        assert schema_0001.count_indexed() == 1, revision


def test_downgrade_and_upgrade_keep_rows_and_schema(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade()
    downgrade(revision=LAST_IRREVERSIBLE)
    assert schema_0001.read_rows() == schema_0001.EXPECTED
    upgrade()
    assert schema_0001.read_rows() == schema_0001.EXPECTED
    assert differences_from_models() == []


def test_replaced_supports_move_to_the_support_and_back_to_their_mergers(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    schema_0001.execute(schema_0001.MERGED_ROWS)
    upgrade(revision="0005")
    (replaced,) = schema_0001.read("SELECT replaced FROM support")
    first, second = [1, 2, "2026-03-02T04:00:00+00:00"], [2, 1, "2026-03-02T03:00:00+00:00"]
    assert json.loads(replaced[0]) == [first, second]
    downgrade(revision="0004")
    mergers = schema_0001.read("SELECT replaced_supports FROM merger ORDER BY id")
    assert [json.loads(row[0]) for row in mergers] == [[[1, *first[1:]]], [[1, *second[1:]]]]
    counts = schema_0001.read("SELECT proposal_count, comment_count FROM process")
    assert counts == [(3, 1)]


def test_downgrade_below_an_irreversible_revision_is_refused(unmigrated_app, caplog):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    upgrade(revision=LAST_IRREVERSIBLE)
    with pytest.raises(SystemExit):
        downgrade(revision="-1")
    assert "cannot be undone" in caplog.text
    assert schema_0001.read_rows() == schema_0001.EXPECTED
