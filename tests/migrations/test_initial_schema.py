"""Constraints and triggers of the initial schema that no other test covers."""

import pytest
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from deliberate.database import db
from tests.migrations import schema_0001

SECOND_PERSON = """
INSERT INTO person (id, sign_in_name, display_name, name_key, role, account_class, area, language,
  research_consent, joined_at)
VALUES (2, {sign_in_name}, 'Ratna', 'ratna', 'resident', 'person', '', 'id', false,
  '2026-03-02 01:00:00')
"""


@pytest.fixture
def rows(unmigrated_app):
    upgrade(revision="0001")
    schema_0001.insert_rows()


def test_account_that_signs_in_cannot_share_a_name_key(rows):
    with pytest.raises(IntegrityError):
        schema_0001.execute(SECOND_PERSON.format(sign_in_name="'palsu'"))


def test_account_that_does_not_sign_in_may_share_a_name_key(rows):
    schema_0001.execute(SECOND_PERSON.format(sign_in_name="NULL"))


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ("UPDATE comment SET body = 'halte'", 0),
        ("UPDATE comment SET body = 'halte', corrections = '[{\"body\"\\:\"durian\"}]'", 1),
        ("UPDATE comment SET withdrawn_at = '2026-03-03 01:00:00'", 0),
        ("UPDATE comment SET hidden_at = '2026-03-03 01:00:00'", 0),
        (
            "UPDATE comment SET hidden_at = '2026-03-03 01:00:00', "
            "held_until = '2026-03-05 01:00:00'",
            1,
        ),
        ("DELETE FROM comment", 0),
    ],
)
def test_search_index_follows_plain_sql(rows, change, count):
    assert schema_0001.count_indexed() == 1
    schema_0001.execute(change)
    assert schema_0001.count_indexed() == count


def test_voting_tables_have_no_rowid(unmigrated_sqlite_app):
    upgrade(revision="0001")
    with db.engine.connect() as connection:
        for table in ("poll_ballot", "poll_code", "poll_roll"):
            query = text("SELECT sql FROM sqlite_master WHERE name = :name")
            assert "WITHOUT ROWID" in connection.execute(query, {"name": table}).scalar_one()
