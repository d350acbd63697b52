"""Partitions of the log by month on PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from deliberate import sealing
from deliberate.database import columns, db, unrecorded
from deliberate.models import Interaction
from deliberate.sealing.partitions import create_months_ahead, first_id, partition_log
from tests import factories
from tests.databases import new_postgres_app


@pytest.fixture(params=["postgresql"])
def app(tmp_path):
    """Yield the application on a database of its own: partitions would remain for other tests."""
    with new_postgres_app(tmp_path) as app, app.app_context():
        yield app
        db.session.remove()


def rows_of(table: str) -> int:
    return db.session.scalar(text(f"SELECT count(*) FROM {table}"))


@pytest.mark.postgresql
def test_log_is_partitioned_by_month_and_stays_verifiable_and_append_only(clock, app, monkeypatch):
    monkeypatch.setattr(columns, "_last_id", (0, 0))  # ids never fall behind those of other tests
    settings = app.config["SETTINGS"]
    assert create_months_ahead() == []
    factories.create_proposal()
    sealing.seal_log(settings)
    created = partition_log()
    assert (created[0], created[1], len(created)) == (
        "interaction_before",
        "interaction_2026_04",
        13,
    )
    before = rows_of("interaction_before")
    clock.shift(timedelta(days=31))
    factories.create_resident()
    assert sealing.seal_log(settings) == 1
    assert (rows_of("interaction_before"), rows_of("interaction_2026_04")) == (before, 1)
    assert sealing.verify_log(settings.log_path) == []
    assert db.session.scalar(select(func.count(Interaction.id))) == before + 1
    for statement in (
        "UPDATE interaction SET kind = 'x'",
        "DELETE FROM interaction_2026_04",
        "TRUNCATE interaction_2026_04",
        "TRUNCATE interaction",
    ):
        with pytest.raises(DBAPIError, match="append-only"), unrecorded("test") as session:
            session.execute(text(statement))
    assert create_months_ahead() == ["interaction_2027_04"]


def test_month_begins_with_its_lowest_id():
    assert first_id(2026, 13) == first_id(2027, 1)
    assert first_id(2026, 12) < first_id(2027, 1)
    assert len(first_id(2026, 3)) == 32
