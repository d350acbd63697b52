"""Responses, offices and processes that were here keep their words and get plain beginnings."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db

THINGS = """
INSERT INTO institution (id, slug, name, name_en, is_coordinator)
VALUES (1, 'kantor', 'Kantor', '', false);
INSERT INTO process (id, slug, title, title_en, question, question_en, decides, decides_en,
  open_points, open_points_en, fixed_points, fixed_points_en, timezone, support_threshold,
  response_days, proposal_count, comment_count)
VALUES (1, 'p', 'P', '', '', '', '', '', '', '', '', '', 'Asia/Makassar', 1, 20, 1, 0);
INSERT INTO proposal (id, process_id, initiator, title, slug, body, body_html, renderer, version,
  language, topic, area, published_at, withdrawn_reason, support_count, comment_count, for_count,
  against_count, neutral_count)
VALUES (1, 1, 'resident', 'U', 'u', 'x', 'x', 'x', 1, 'id', '', '', '2026-03-02 01:00:00', '',
  0, 0, 0, 0, 0);
INSERT INTO response (id, proposal_id, version, institution_id, decision, headline, body,
  body_html, renderer, grounds, code, dated, published_at, language)
VALUES (1, 1, 1, 1, 'accepted', 'Ya', 'Dibangun', '<p>Dibangun</p>', 'x', '[]', '',
  '2026-03-02', '2026-03-02 01:00:00', 'id')
"""


@pytest.fixture
def house(tmp_path: Path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        upgrade(revision="0003")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def read(statement: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_an_answer_given_before_stands_and_was_judged_by_nobody(house):
    with db.engine.connect().execution_options(writing=True) as connection:
        for statement in THINGS.split(";"):
            connection.execute(text(statement))
        connection.commit()
    upgrade(revision="0004")
    assert read("SELECT headline, points, signatories, answers_yes, built_no FROM response") == [
        ("Ya", "[]", "[]", 0, 0)
    ]
    assert read("SELECT calendar FROM process") == [("ID",)]
    assert not read("SELECT needs_check FROM institution")[0][0]
    downgrade(revision="0003")
    assert read("SELECT headline FROM response") == [("Ya",)]
