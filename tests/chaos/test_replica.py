"""Readers without a session read a replica while it is current; everybody else the primary."""

import time
import uuid

import pytest
from sqlalchemy import text

from deliberate import create_app, sealing
from deliberate.commands.startup import migrate_stores
from deliberate.config import Settings
from deliberate.database import db, release_connections, replica
from tests import factories, postgres
from tests.chaos.replica_server import ReplicaServer
from tests.client import anonymous_client, signed_in_client, submit_form

pytestmark = pytest.mark.postgresql
TITLE = "Bangku di tiap halte"


@pytest.fixture(scope="module")
def primary():
    """Yield a first PostgreSQL cluster."""
    programs = postgres.find_binaries()
    if programs is None or not (programs / "pg_basebackup").exists():
        pytest.skip("PostgreSQL: install Debian's postgresql")
    server = ReplicaServer(programs)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def copy(primary):
    """Yield a second cluster that follows the first."""
    server = ReplicaServer(primary.programs)
    server.follow(primary)
    yield server
    server.stop()


@pytest.fixture
def site(primary, copy, tmp_path, monkeypatch):
    """Yield an application whose readers without a session read the replica."""
    monkeypatch.setattr(replica, "CHECK_INTERVAL_SECONDS", 0.0)
    name = f"test_{uuid.uuid4().hex[:12]}"
    primary.execute(f"CREATE DATABASE {name}")
    app = create_app(
        Settings(
            mode="test",
            data_dir=str(tmp_path),
            database_url=primary.url(name),
            read_url=copy.url(name),
            secret_key="test" * 10,
            signing_key="1" * 64,
        )
    )
    migrate_stores(app)
    follow(primary, copy)
    with app.app_context():
        yield app
        db.session.remove()
    release_connections(app)


def follow(primary, copy):
    # The end of a record of its own: what is flushed may end within one, which nobody can replay.
    copy.wait_for(primary.execute("SELECT pg_logical_emit_message(true, 'test', 'position')"))


def get(app, path="/id/proposals"):
    response = anonymous_client(app).get(path)
    assert response.status_code == 200
    return response.text


def test_readers_without_a_session_read_the_replica(site, primary, copy):
    copy.execute("SELECT pg_wal_replay_pause()")
    proposal = factories.create_proposal()
    assert TITLE not in get(site)
    signed_in = signed_in_client(site, proposal.author)
    assert TITLE in signed_in.get("/id/proposals").text
    copy.execute("SELECT pg_wal_replay_resume()")
    follow(primary, copy)
    assert TITLE in get(site)


def test_replica_that_is_behind_is_not_read_and_the_host_not_ready(
    site, primary, copy, monkeypatch
):
    assert anonymous_client(site).get("/readyz").get_json()["replica"] == "ok"
    monkeypatch.setattr(replica, "MAX_LAG_SECONDS", 0.2)
    monkeypatch.setattr("deliberate.queries.site.health_checks.MAX_LAG_SECONDS", 0.2)
    copy.execute("SELECT pg_wal_replay_pause()")
    factories.create_proposal()
    get(site, "/id")  # a check notes how far the primary is
    time.sleep(0.5)
    assert TITLE in get(site)
    response = anonymous_client(site).get("/readyz")
    assert (response.status_code, "s behind" in response.get_json()["replica"]) == (503, True)
    copy.execute("SELECT pg_wal_replay_resume()")
    follow(primary, copy)
    assert anonymous_client(site).get("/readyz").status_code == 200


def test_record_that_is_written_in_part_is_no_lag(site, primary, monkeypatch):
    monkeypatch.setattr(replica, "MAX_LAG_SECONDS", 0.2)
    long = text("SELECT pg_logical_emit_message(true, 'test', repeat('x', 20000))")
    written = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
    with db.engine.connect() as connection:
        for _ in range(20):  # its background writer may complete the record, but once in 15 s
            connection.execute(long)
            time.sleep(0.5)
            if primary.execute(written) % 8192 == 0:
                break
        else:
            pytest.fail("the primary wrote no whole blocks")
        for _ in range(2):
            assert replica.get_replica().state().problem == ""
            time.sleep(0.5)


def test_replica_that_is_lost_costs_no_reader_an_error(site, copy, monkeypatch):
    factories.create_proposal()
    assert get(site, "/id")
    monkeypatch.setattr(replica, "CHECK_INTERVAL_SECONDS", 3600.0)  # no check finds it first
    copy.pause()
    for path in ("/id/proposals", "/id", "/id/log", "/id/proposals"):
        get(site, path)
    monkeypatch.setattr(replica, "CHECK_INTERVAL_SECONDS", 0.0)
    response = anonymous_client(site).get("/readyz")
    assert (response.status_code, response.get_json()["replica"]) == (200, "no connection")
    copy.resume()
    assert anonymous_client(site).get("/readyz").get_json()["replica"] == "ok"


def test_readers_go_on_from_the_replica_without_the_primary(site, primary, copy):
    factories.create_proposal()
    follow(primary, copy)
    primary.pause()
    try:
        assert TITLE in get(site)
        assert anonymous_client(site).get("/readyz").status_code == 503
    finally:
        primary.resume()
    assert anonymous_client(site).get("/readyz").status_code == 200


def test_act_of_a_reader_without_a_session_is_written_to_the_primary(site):
    page = "/id/join"
    fields = {"sign_in_name": "bu.tini", "display_name": "Bu Tini"}
    response = submit_form(anonymous_client(site), page, **fields)
    assert response.status_code in {200, 302, 303, 422}
    with site.test_request_context("/id"):
        replica.read_from_replica()
        assert replica.chosen_engine() is not None
        factories.create_resident()
        assert replica.chosen_engine() is None


def test_promoted_replica_has_a_log_that_holds(site, primary, copy, tmp_path):
    for _ in range(3):
        factories.create_resident()
    sealing.seal_log(site.config["SETTINGS"])
    name = str(db.engine.url.database)
    follow(primary, copy)
    copy.promote()
    get(site)  # what is no longer a replica is not read
    assert anonymous_client(site).get("/readyz").get_json()["replica"] == "is no longer a replica"
    app = create_app(
        Settings(
            mode="test",
            data_dir=str(tmp_path / "other"),
            database_url=copy.url(name),
            secret_key="test" * 10,
            signing_key="1" * 64,
        )
    )
    with app.app_context():
        assert sealing.verify_log() == []
        factories.create_resident()
        sealing.seal_log(app.config["SETTINGS"])
        assert sealing.verify_log() == []
        db.session.remove()
    release_connections(app)


def test_no_request_fails_after_a_restart_of_the_database(site, primary, copy, monkeypatch):
    monkeypatch.setattr(replica, "CHECK_INTERVAL_SECONDS", 3600.0)
    client = signed_in_client(site, factories.create_proposal().author)
    db.session.rollback()
    engines = (db.engine, site.extensions["transient"], site.extensions["replica"].engine)
    for engine in engines:  # connections that are idle when the servers end
        for connection in [engine.connect() for _ in range(6)]:
            connection.close()
    for server in (copy, primary):
        server.pause()
    for server in (primary, copy):
        server.resume()
    for _ in range(8):
        assert client.get("/id/proposals").status_code == 200
        assert get(site)
    assert anonymous_client(site).get("/readyz").get_json()["database"] == "ok"


def test_connection_behind_a_pool_keeps_nothing_from_a_transaction(primary, tmp_path):
    name = f"test_{uuid.uuid4().hex[:12]}"
    primary.execute(f"CREATE DATABASE {name}")
    app = create_app(
        Settings(
            mode="test",
            data_dir=str(tmp_path),
            database_url=primary.url(name),
            transaction_pooling=True,
            secret_key="test" * 10,
            signing_key="1" * 64,
        )
    )
    migrate_stores(app)
    state = "SELECT current_setting('transaction_read_only'), current_setting('TimeZone')"
    with app.app_context():
        for _ in range(12):  # psycopg would prepare a statement that is sent often
            factories.create_resident()
            assert db.session.execute(text(state)).one() == ("on", "UTC")
            db.session.rollback()
        connection = db.engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute(
            "SELECT current_setting('default_transaction_read_only'),"
            " current_setting('lock_timeout'),"
            " (SELECT count(*) FROM pg_prepared_statements),"
            " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
        )
        assert cursor.fetchone() == ("off", "0", 0, 0)
        cursor.close()
        connection.close()
        db.session.remove()
    release_connections(app)
