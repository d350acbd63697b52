"""Ballots of the first polls become choices and keep their place, their key and their tree."""

import os
import uuid

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db
from tests.postgres import database, on_server

THINGS = """
INSERT INTO process (id, slug, title, title_en, question, question_en, decides, decides_en,
  open_points, open_points_en, fixed_points, fixed_points_en, timezone, support_threshold,
  response_days, proposal_count, comment_count)
VALUES (1, 'p', 'P', '', '', '', '', '', '', '', '', '', 'Asia/Makassar', 1, 20, 0, 0);
INSERT INTO poll (id, process_id, question, background, type, is_secret, result_rule, quorum,
  opens_at, closes_at, ballot_count)
VALUES (1, 1, 'Ya?', '', 'single', true, 'after_close', 0, '2026-03-02 01:00:00',
  '2026-03-09 01:00:00', 3);
INSERT INTO poll_option (id, poll_id, position, label, is_pass)
VALUES (5, 1, 0, 'Ya', false), (6, 1, 1, 'Tidak', false);
INSERT INTO poll_ballot (key, poll_id, option_id) VALUES ('c', 1, 5), ('a', 1, 6), ('b', 1, 5)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path):
    """A house as it stood before this migration, with a poll of three ballots."""
    url, name = "", f"test_{uuid.uuid4().hex[:12]}"
    if request.param == "postgresql":
        if not os.environ.get("TEST_POSTGRES_URL"):
            pytest.skip("PostgreSQL: install Debian's postgresql, or set TEST_POSTGRES_URL")
        on_server(f"CREATE DATABASE {name}")
        url = database(name)
    app = create_app(
        Settings(mode="test", data_dir=str(tmp_path), database_url=url, secret_key="t" * 40)
    )
    with app.app_context():
        upgrade(revision="0001")
        with db.engine.connect().execution_options(writing=True) as connection:
            for statement in THINGS.split(";"):
                connection.execute(text(statement))
            connection.commit()
        upgrade(revision="0005")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()
    if url:
        on_server(f"DROP DATABASE {name}")


def told(statement):
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_ballots_keep_their_choice_and_stand_by_key(house):
    assert told("SELECT key, choice, area FROM poll_ballot") == [
        ("a", "[[6,1]]", ""),
        ("b", "[[5,1]]", ""),
        ("c", "[[5,1]]", ""),
    ]


def test_the_ballots_still_have_no_rowid(house):
    if db.engine.dialect.name == "postgresql":
        assert told("SELECT count(DISTINCT xmin::text) FROM poll_ballot") == [(1,)]
        return
    for table in ("poll_ballot", "poll_code", "poll_roll"):
        ((made,),) = told(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")
        assert "WITHOUT ROWID" in made


def test_old_polls_get_the_rules_they_had_and_a_salt(house):
    rules = "SELECT electorate, areas, min_choices, ballot_version, length(salt) FROM poll"
    assert told(rules) == [("residents", "[]", 1, 3, 16)]
    assert told("SELECT cost, state FROM poll_option ORDER BY id") == [(0, "shown"), (0, "shown")]


def test_there_is_no_way_back_that_would_lose_ballots(house):
    with pytest.raises(SystemExit):
        downgrade(revision="0004")
    assert len(told("SELECT key FROM poll_ballot")) == 3
