"""The read-only guard rejects every write outside an act, on both databases."""

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from deliberate.database import UnrecordedChange, db, unrecorded
from deliberate.models import Institution, Person
from tests import factories

REJECTED = (UnrecordedChange, DBAPIError)


def test_guard_rejects_a_flush_outside_an_act(app):
    db.session.add(Institution(slug="x", name="X"))
    with pytest.raises(UnrecordedChange):
        db.session.flush()


def test_guard_rejects_a_core_statement_outside_an_act(app):
    with pytest.raises(REJECTED):
        db.session.execute(insert(Institution.__table__).values(slug="x", name="X", name_en=""))
    db.session.rollback()


def test_guard_rejects_a_bulk_update_outside_an_act(app):
    with pytest.raises(UnrecordedChange):
        db.session.execute(update(Person).values(display_name="X"))


def test_guard_rejects_an_update_with_a_common_table_expression(app):
    factories.create_resident()
    sql = "WITH x AS (SELECT 1 AS one) UPDATE person SET area = 'X' WHERE 1 = (SELECT one FROM x)"
    with pytest.raises(DBAPIError):
        db.session.execute(text(sql))
    db.session.rollback()


def test_guard_rejects_a_write_on_a_second_connection(app):
    with db.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("DELETE FROM person"))


def test_guard_rejects_a_write_on_a_raw_cursor(app):
    raw_connection = db.engine.raw_connection()
    with pytest.raises(Exception, match=r"readonly|read-only"):
        raw_connection.cursor().execute("DELETE FROM person")
    raw_connection.close()


def test_guard_rejects_a_commit_outside_an_act(app):
    with pytest.raises(UnrecordedChange):
        db.session.commit()


def test_guard_makes_connections_read_only_after_an_act(app):
    factories.create_resident()
    raw_connection = db.engine.raw_connection()
    with pytest.raises(Exception, match=r"readonly|read-only"):
        raw_connection.cursor().execute("DELETE FROM person")
    raw_connection.close()


def test_unrecorded_write_is_allowed_with_a_reason(app):
    with unrecorded("test settings") as session:
        session.add(Institution(slug="x", name="X"))
    assert db.session.query(Institution).count() == 1
