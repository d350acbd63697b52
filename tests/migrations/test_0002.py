"""Accounts that were here before keep their names and get a key to compare by."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db

BEFORE = """
INSERT INTO person (id, sign_in_name, display_name, role, account_class, area, language,
                    research_consent, joined_at)
VALUES (:id, :sign_in_name, :display_name, 'resident', 'person', '', 'id', false,
        '2026-03-02 01:00:00')
"""
PEOPLE = [("ismail", "Ismail"), ("palsu", "lsmail"), (None, "Ismail"), ("dwi", "Dwi H.")]


@pytest.fixture
def house(tmp_path: Path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path), secret_key="t" * 40))
    with app.app_context():
        upgrade(revision="0001")
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def write(statement: str, **values: object) -> None:
    with db.engine.connect().execution_options(writing=True) as connection:
        connection.execute(text(statement), values)
        connection.commit()


def keys() -> dict[int, str]:
    with db.engine.connect() as connection:
        return {
            row.id: row.name_key
            for row in connection.execute(text("SELECT id, name_key FROM person"))
        }


def test_names_that_look_alike_already_are_told_apart_and_new_ones_refused(house):
    for number, (sign_in_name, display_name) in enumerate(PEOPLE, start=1):
        write(BEFORE, id=number, sign_in_name=sign_in_name, display_name=display_name)
    upgrade(revision="0002")
    assert keys() == {1: "lsmail", 2: "lsmail#2", 3: "lsmail", 4: "dwih"}
    with pytest.raises(IntegrityError):
        write("UPDATE person SET name_key = 'lsmail' WHERE id = 4")
    downgrade(revision="0001")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT display_name FROM person ORDER BY id")).scalars()
        assert list(kept) == [name for _sign_in_name, name in PEOPLE]


def test_tables_with_rows_that_others_point_to_are_rebuilt_unharmed(house):
    upgrade(revision="0002")
    write(
        "INSERT INTO institution (id, slug, name, name_en, is_coordinator)"
        " VALUES (1, 'air', 'Kantor Air', '', false)"
    )
    write(BEFORE, id=1, sign_in_name="dwi", display_name="Dwi")
    write("UPDATE person SET institution_id = 1")
    upgrade()
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT institution_id FROM person")).scalar_one()
        assert found == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
