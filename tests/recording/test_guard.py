"""Nothing writes past the door: seven ways, on both databases."""

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from deliberate.database import UnrecordedChange, db, unrecorded
from deliberate.models import Institution, Person
from tests import factories

REFUSED = (UnrecordedChange, DBAPIError)


def test_a_flush_outside_an_act_is_refused(app):
    db.session.add(Institution(slug="x", name="X"))
    with pytest.raises(UnrecordedChange):
        db.session.flush()


def test_a_core_statement_outside_an_act_is_refused(app):
    with pytest.raises(REFUSED):
        db.session.execute(insert(Institution.__table__).values(slug="x", name="X", name_en=""))
    db.session.rollback()


def test_a_bulk_update_outside_an_act_is_refused(app):
    with pytest.raises(UnrecordedChange):
        db.session.execute(update(Person).values(display_name="X"))


def test_text_with_a_common_table_expression_is_refused(app):
    factories.resident()
    sql = "WITH x AS (SELECT 1 AS one) UPDATE person SET area = 'X' WHERE 1 = (SELECT one FROM x)"
    with pytest.raises(DBAPIError):
        db.session.execute(text(sql))
    db.session.rollback()


def test_a_second_connection_is_refused(app):
    with db.engine.connect() as other, pytest.raises(DBAPIError):
        other.execute(text("DELETE FROM person"))


def test_a_raw_cursor_is_refused(app):
    raw = db.engine.raw_connection()
    with pytest.raises(Exception, match=r"readonly|read-only"):
        raw.cursor().execute("DELETE FROM person")
    raw.close()


def test_a_commit_outside_an_act_is_refused(app):
    with pytest.raises(UnrecordedChange):
        db.session.commit()


def test_a_cursor_is_closed_again_after_an_act(app):
    factories.resident()
    raw = db.engine.raw_connection()
    with pytest.raises(Exception, match=r"readonly|read-only"):
        raw.cursor().execute("DELETE FROM person")
    raw.close()


def test_what_is_no_act_says_why(app):
    with unrecorded("test settings") as session:
        session.add(Institution(slug="x", name="X"))
    assert db.session.query(Institution).count() == 1
