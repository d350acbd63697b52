"""Corrections written before are found after the step; what was taken back waits for nobody."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db

THINGS = """
INSERT INTO process (id, slug, title, title_en, question, question_en, decides, decides_en,
  open_points, open_points_en, fixed_points, fixed_points_en, timezone, calendar,
  support_threshold, response_days, proposal_count, comment_count)
VALUES (1, 'p', 'P', '', '', '', '', '', '', '', '', '', 'Asia/Makassar', 'ID', 1, 20, 1, 3);
INSERT INTO proposal (id, process_id, initiator, title, slug, body, body_html, renderer, version,
  language, topic, area, published_at, withdrawn_reason, support_count, comment_count, for_count,
  against_count, neutral_count)
VALUES (1, 1, 'resident', 'U', 'u', 'x', 'x', 'x', 1, 'id', '', '', '2026-03-02 01:00:00', '',
  4, 3, 1, 0, 0);
INSERT INTO comment (id, proposal_id, depth, author_role, body, body_html, renderer, source_note,
  language, is_question, is_orphan, posted_at, strong_count, weak_count, weight, branch_count,
  corrections)
VALUES (1, 1, 0, 'resident', 'halte', 'x', 'x', '', 'id', false, false, '2026-03-02 01:00:00',
  0, 0, 0, 0, '[{"at":"2026-03-03T01:00:00+00:00","body":"durian","html":"x"}]')
"""
REPORTED = """
INSERT INTO person (id, sign_in_name, display_name, name_key, role, account_class, area, language,
  research_consent, joined_at)
VALUES (1, 'ratna', 'Ratna', 'ratna', 'resident', 'person', '', 'id', false, '2026-03-02 01:00:00');
INSERT INTO report (id, person_id, subject_type, subject_id, reason, note, network, filed_at)
VALUES (1, 1, 'comment', 1, 'spam', '', 'n', '2026-03-02 01:00:00'),
  (2, 1, 'proposal', 1, 'spam', '', 'n', '2026-03-02 01:00:00');
UPDATE comment SET withdrawn_at = '2026-03-02 02:00:00'
"""
FOUND = "SELECT count(*) FROM comment_words WHERE comment_words MATCH 'durian'"


@pytest.fixture
def house(tmp_path: Path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        upgrade(revision="0020")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def write(statements: str) -> None:
    with db.engine.connect().execution_options(writing=True) as connection:
        for statement in statements.split(";\n"):
            connection.exec_driver_sql(statement)
        connection.commit()


def found() -> int:
    with db.engine.connect() as connection:
        count: int = connection.execute(text(FOUND)).scalar_one()
        return count


def test_corrections_that_were_there_are_found_and_the_way_back_forgets_them(house):
    write(THINGS)
    assert found() == 0
    upgrade(revision="0021")
    assert found() == 1
    downgrade(revision="0020")
    assert found() == 0


def test_reports_on_what_was_taken_back_are_closed_and_others_wait(house):
    write(THINGS)
    write(REPORTED)
    upgrade(revision="0022")
    with db.engine.connect() as connection:
        open_ones = connection.execute(text("SELECT id FROM report WHERE settled_at IS NULL"))
        assert list(open_ones.scalars()) == [2]
