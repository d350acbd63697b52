"""The schema that migrations make is the schema of the models, on both engines, there and back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app, part
from deliberate.config import Settings
from deliberate.database import db
from deliberate.database.word_index import is_modelled
from tests import factories

COMPARED = {"compare_type": True, "include_schemas": False, "include_name": is_modelled}
NO_WAY_BACK = "0005"
"""Choices of every poll type have no place in the schema before it."""
OLD_HOUSE = """
INSERT INTO person (id, sign_in_name, display_name, role, account_class, area, language,
  research_consent, joined_at)
VALUES (1, 'ratna', 'Ratna', 'resident', 'person', '', 'id', false, '2026-03-02 01:00:00');
INSERT INTO process (id, slug, title, title_en, question, question_en, decides, decides_en,
  open_points, open_points_en, fixed_points, fixed_points_en, timezone, support_threshold,
  response_days, proposal_count, comment_count)
VALUES (1, 'p', 'P', '', '', '', '', '', '', '', '', '', 'Asia/Makassar', 1, 20, 1, 0);
INSERT INTO proposal (id, process_id, author_id, initiator, title, slug, body, body_html,
  renderer, version, language, topic, area, published_at, withdrawn_reason, support_count,
  comment_count, for_count, against_count, neutral_count)
VALUES (1, 1, 1, 'resident', 'U', 'u', 'isi', '<p>isi</p>', 'x', 1, 'id', '', '',
  '2026-03-02 01:00:00', '', 0, 0, 0, 0, 0)
"""


def test_migrations_make_what_the_models_say(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, db.metadata) == []


def test_migrations_follow_one_another_in_one_line(app):
    scripts = ScriptDirectory(str(part("migrations")))
    line = [script.revision for script in scripts.walk_revisions()]
    assert len(scripts.get_heads()) == 1
    assert line == sorted(line, reverse=True)
    assert line[-1] == "0001"


def test_what_was_written_stays_through_every_step_back_and_forth(app):
    """Down to the migration that says it cannot be undone, and up again, with people inside."""
    factories.a_proposal()
    kept = _written()
    db.session.remove()
    try:
        downgrade(revision=NO_WAY_BACK)
        assert _written() == kept
    finally:
        upgrade()
    assert _written() == kept
    with db.engine.connect() as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection, opts=COMPARED), db.metadata)
            == []
        )


def _written():
    asked = (
        "SELECT p.title, p.body, a.display_name FROM proposal p JOIN person a ON a.id = author_id"
    )
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(asked))]


@pytest.fixture
def empty(tmp_path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def test_a_house_of_the_first_version_comes_up_step_by_step(empty):
    scripts = ScriptDirectory(str(part("migrations")))
    first, *later = reversed([script.revision for script in scripts.walk_revisions()])
    upgrade(revision=first)
    with db.engine.connect().execution_options(writing=True) as connection:
        for statement in OLD_HOUSE.split(";"):
            connection.execute(text(statement))
        connection.commit()
    for revision in later:
        upgrade(revision=revision)
        assert _written() == [("U", "isi", "Ratna")], revision


def test_the_step_without_a_way_back_says_so(empty, caplog):
    upgrade(revision=NO_WAY_BACK)
    with pytest.raises(SystemExit):
        downgrade(revision="0004")
    assert "cannot be undone: restore the backup" in caplog.text
