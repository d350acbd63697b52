"""`deliberate database copy`: from SQLite to PostgreSQL and back, every row and the log equal."""

import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from deliberate import create_app, sealing
from deliberate.commands.databases import copying
from deliberate.config import Settings
from deliberate.database import TransientBase, create_transient_tables, db, unrecorded
from tests import factories
from tests.databases import new_postgres_app, release_connections


@contextmanager
def application(folder: Path, url: str = ""):
    """Yield an application with an empty database that was never started."""
    folder.mkdir(exist_ok=True)
    settings = Settings(
        mode="test",
        data_dir=str(folder),
        database_url=url,
        secret_key="test" * 10,
        signing_key="1" * 64,
    )
    app = create_app(settings)
    yield app
    release_connections(app)


def source_url(app):
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)


def rows_of(app):
    """Return all rows of both stores by table."""
    with app.app_context(), app.extensions["transient"].connect() as transient:
        recorded = {
            table.name: sorted(map(repr, db.session.execute(select(table)).all()))
            for table in db.metadata.sorted_tables
            if table.name not in copying.OWN_TABLES
        }
        volatile = {
            f"transient.{table.name}": sorted(map(repr, transient.execute(select(table)).all()))
            for table in TransientBase.metadata.sorted_tables
        }
        return recorded | volatile


def copy(app, source):
    return app.test_cli_runner().invoke(args=["database", "copy", source, "--json"])


@pytest.fixture
def small_city(tmp_path):
    """Yield an application on SQLite with some sealed acts."""
    with application(tmp_path / "small") as app:
        with app.app_context():
            upgrade()
            create_transient_tables(app)
            for name in ("Asep", "Bu Tini"):
                factories.create_resident(name)
            sealing.seal_log(app.config["SETTINGS"])
            factories.create_resident("Belum Disegel")
            db.session.remove()
        yield app


@pytest.mark.postgresql
def test_sample_city_is_equal_on_postgresql_and_back(city_copy, tmp_path):
    with (
        new_postgres_app(tmp_path / "there") as there,
        application(tmp_path / "back") as back,
    ):
        original = rows_of(city_copy)
        result = copy(there, source_url(city_copy))
        assert result.exit_code == 0, result.output
        assert rows_of(there) == original
        assert json.loads(result.stdout)["entries"] > 100
        result = copy(back, source_url(there))
        assert result.exit_code == 0, result.output
        assert rows_of(back) == original


@pytest.mark.postgresql
def test_copy_on_postgresql_goes_on_as_the_source_would_have(small_city, tmp_path):
    with small_city.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES ('process', 500)")
    with new_postgres_app(tmp_path / "there") as there:
        assert copy(there, source_url(small_city)).exit_code == 0
        with there.app_context():
            proposal = factories.create_proposal()
            assert proposal.process_id == 501
            sealing.seal_log(there.config["SETTINGS"])
            assert sealing.verify_log() == []
            found = "SELECT count(*) FROM proposal_search"
            assert db.session.scalar(text(found)) == 1
            with pytest.raises(DBAPIError, match="append-only"), unrecorded("a test") as session:
                session.execute(text("DELETE FROM interaction"))
            keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
            assert db.session.scalar(text(keys)) > 50


@pytest.mark.sqlite
def test_copy_refuses_a_database_with_rows(small_city, tmp_path):
    with application(tmp_path / "there") as there:
        assert copy(there, source_url(small_city)).exit_code == 0
        before = rows_of(there)
        result = copy(there, source_url(small_city))
        assert (result.exit_code, "is not empty" in result.stderr) == (2, True)
        assert rows_of(there) == before


@pytest.mark.sqlite
def test_copy_that_is_interrupted_leaves_an_empty_database(small_city, tmp_path, monkeypatch):
    def fail_at_the_end(*_arguments):
        raise KeyboardInterrupt

    with application(tmp_path / "there") as there:
        with monkeypatch.context() as patch:
            patch.setattr(copying, "continue_ids", fail_at_the_end)
            assert copy(there, source_url(small_city)).exit_code != 0
        assert not any(rows_of(there).values())
        assert copy(there, source_url(small_city)).exit_code == 0
        with there.app_context():
            assert sealing.verify_log() == []


@pytest.mark.sqlite
def test_copy_with_a_row_that_differs_is_undone_and_named(small_city, tmp_path, monkeypatch):
    def change_a_name(connection, *_arguments):
        connection.exec_driver_sql("UPDATE person SET display_name = 'Lain' WHERE id = 1")

    with application(tmp_path / "there") as there:
        monkeypatch.setattr(copying, "continue_ids", change_a_name)
        result = copy(there, source_url(small_city))
        assert (result.exit_code, "of person differs" in result.stderr) == (2, True)
        assert not any(rows_of(there).values())


@pytest.mark.sqlite
def test_copy_names_a_source_that_it_cannot_use(small_city, tmp_path):
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE notes (id)").connection.close()
    older = tmp_path / "older"
    with application(older) as app, app.app_context():
        upgrade(revision="0018")
    with application(tmp_path / "there") as there:
        for url, message in {
            "mysql://localhost/x": "must begin with sqlite:/// or postgresql://",
            f"sqlite:///{tmp_path}/missing.db": "no database exists at",
            "postgresql://nobody@127.0.0.1:1/none": "the source cannot be read",
            f"sqlite:///{other}": "no database of this platform",
            f"sqlite:///{older}/deliberate.db": "is at revision 0018",
            there.config["SETTINGS"].database_uri: "of the settings itself",
        }.items():
            result = copy(there, url)
            assert (result.exit_code, message in result.stderr) == (2, True), result.output


@pytest.mark.sqlite
def test_copy_reports_a_log_that_does_not_hold(small_city, tmp_path):
    with small_city.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("DROP TRIGGER interaction_never_updated")
        connection.exec_driver_sql("UPDATE interaction SET actor_role = 'admin'")
    with application(tmp_path / "there") as there:
        result = copy(there, source_url(small_city))
        assert (result.exit_code, bool(json.loads(result.stdout)["faults"])) == (1, True)
