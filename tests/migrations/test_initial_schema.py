"""Constraints and triggers of the initial schema that no other test covers."""

import pytest
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from deliberate.database import db, unrecorded
from tests import factories
from tests.migrations import schema_0001

CHANGES = [
    ("UPDATE comment SET body = 'halte'", 0),
    ('UPDATE comment SET corrections = \'[{"body"\\:"durian"}]\'', 1),
    ("UPDATE comment SET withdrawn_at = '2026-03-03 01:00:00'", 0),
    ("UPDATE comment SET withdrawn_at = NULL", 1),
    ("UPDATE comment SET hidden_at = '2026-03-03 01:00:00'", 0),
    ("UPDATE comment SET held_until = '2026-03-05 01:00:00'", 1),
    ("DELETE FROM comment", 0),
]
"""Statements on a comment in their order, and how many comments the index finds after each."""


def test_account_that_signs_in_cannot_share_a_name_key(app):
    first, second = factories.create_resident(), factories.create_resident()
    with pytest.raises(IntegrityError), unrecorded("test data"):
        second.name_key = first.name_key


def test_account_that_does_not_sign_in_may_share_a_name_key(app):
    first, second = factories.create_resident(), factories.create_resident()
    with unrecorded("test data"):
        second.name_key, second.sign_in_name = first.name_key, None
    assert second.name_key == first.name_key


def test_search_index_follows_plain_sql(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()
    assert schema_0001.count_indexed() == 1
    for change, count in CHANGES:
        schema_0001.execute(change)
        assert schema_0001.count_indexed() == count, change


@pytest.mark.sqlite
@pytest.mark.parametrize("table", ["poll_ballot", "poll_code", "poll_voter"])
def test_voting_table_has_no_rowid(app, table):
    query = text("SELECT sql FROM sqlite_master WHERE name = :name")
    assert "WITHOUT ROWID" in db.session.scalar(query, {"name": table})
