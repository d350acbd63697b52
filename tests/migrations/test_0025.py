"""People who were there stay verified as they were, with an area they may still change."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db

ANI = """
INSERT INTO person (id, sign_in_name, display_name, name_key, role, account_class, area, language,
  research_consent, verified_at, joined_at)
VALUES (7, 'ani', 'Ani', 'ani', 'resident', 'person', 'Sepaku', 'id', false,
  '2026-03-02 01:00:00', '2026-03-02 01:00:00')
"""
KEPT = "SELECT display_name, area, verified_at IS NOT NULL FROM person WHERE id = 7"


@pytest.fixture
def house(tmp_path: Path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        upgrade(revision="0024")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def read(statement: str) -> tuple[object, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(statement)).one())


def test_an_area_somebody_said_is_not_a_verified_one(house):
    with db.engine.connect().execution_options(writing=True) as connection:
        connection.exec_driver_sql(ANI)
        connection.commit()
    upgrade(revision="0025")
    assert read(KEPT) == ("Ani", "Sepaku", 1)
    assert read("SELECT area_is_verified FROM person WHERE id = 7") == (0,)
    downgrade(revision="0024")
    assert read(KEPT) == ("Ani", "Sepaku", 1)
