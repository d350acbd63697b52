"""Comments that were here before get their place in the new orders."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models.threads.comment import strength_of

THINGS = """
INSERT INTO process (id, slug, title, title_en, question, question_en, decides, decides_en,
  open_points, open_points_en, fixed_points, fixed_points_en, timezone, calendar,
  support_threshold, response_days, proposal_count, comment_count)
VALUES (1, 'p', 'P', '', '', '', '', '', '', '', '', '', 'Asia/Makassar', 'ID', 1, 20, 1, 3);
INSERT INTO proposal (id, process_id, initiator, title, slug, body, body_html, renderer, version,
  language, topic, area, published_at, withdrawn_reason, support_count, comment_count, for_count,
  against_count, neutral_count)
VALUES (1, 1, 'resident', 'U', 'u', 'x', 'x', 'x', 1, 'id', '', '', '2026-03-02 01:00:00', '',
  4, 3, 1, 0, 0)
"""
COMMENT = """
INSERT INTO comment (id, proposal_id, parent_id, root_id, depth, author_role, body, body_html,
  renderer, source_note, language, is_question, is_orphan, posted_at, strong_count, weak_count,
  weight, branch_count)
VALUES (:id, 1, :above, :above, :depth, :role, 'x', 'x', 'x', '', 'id', false, false,
  '2026-03-02 01:00:00', :strong, :weak, :strong + :weak, 0)
"""


@pytest.fixture
def house(tmp_path: Path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        upgrade(revision="0006")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def test_old_comments_are_sorted_and_old_proposals_counted(house):
    with db.engine.connect().execution_options(writing=True) as connection:
        for statement in THINGS.split(";"):
            connection.execute(text(statement))
        plain = {"above": None, "depth": 0, "role": "resident", "strong": 0, "weak": 0}
        connection.execute(text(COMMENT), {**plain, "id": 1, "strong": 9, "weak": 1})
        connection.execute(text(COMMENT), {**plain, "id": 2, "above": 1, "role": "staff"})
        connection.execute(text(COMMENT), {**plain, "id": 3})
        connection.commit()
    upgrade(revision="0007")
    with db.engine.connect() as connection:
        comments = connection.execute(text("SELECT strength, is_answered FROM comment ORDER BY id"))
        assert list(comments) == [(strength_of(9, 1), True), (0, False), (0, False)]
        assert connection.execute(text("SELECT attention FROM proposal")).scalar_one() == 7
    downgrade(revision="0006")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM comment")).scalar_one() == 3
