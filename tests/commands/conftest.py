"""Fixtures: an installation to back up, and an empty one to restore into."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from deliberate import create_app, sealing
from deliberate.database import db
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Stance
from tests import factories, postgres


@pytest.fixture
def installation(app, tmp_path):
    """Create content with a sealed log, a segment, leaf hashes, an upload and unsealed acts."""
    settings = app.config["SETTINGS"]
    proposal = factories.create_proposal()
    comment_operations.post_comment(
        factories.create_resident(), proposal, "Karena teduh.", stance=Stance.FOR
    )
    sealing.seal_log(settings)
    sealing.publish_heads()
    sealing.write_segments(settings.log_path, rest=True)
    settings.upload_path.mkdir(exist_ok=True)
    (settings.upload_path / "a1b2").write_bytes(b"gambar")
    support_proposal(factories.create_resident(), proposal)
    yield SimpleNamespace(settings=settings, proposal=proposal, file=tmp_path / "kota.tar")
    (settings.upload_path / "a1b2").unlink()


@pytest.fixture
def backup(app):
    """Return a function that runs `deliberate backup …` and returns exit code and output."""

    def run(*arguments, app=app):
        with app.app_context():
            result = app.test_cli_runner().invoke(args=["backup", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result.exit_code, result.output.strip()

    return run


@pytest.fixture
def empty_installation(app, tmp_path):
    """Return the application of an empty installation on the same engine."""
    settings = replace(app.config["SETTINGS"], data_dir=str(tmp_path / "empty"))
    with empty_database(settings) as settings:
        other = create_app(settings)
        yield other
        release_connections(other)


@contextmanager
def empty_database(settings):
    """Yield the settings with a new database, and drop it afterwards."""
    if not settings.database_url:
        yield settings
        return
    name = f"test_{uuid4().hex[:12]}"
    postgres.execute_on_server(f"CREATE DATABASE {name}")
    yield replace(settings, database_url=postgres.database_url(name))
    postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")


def release_connections(app):
    """Close the database connections of an application."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()
