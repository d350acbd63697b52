"""Erasure leaves nothing: markers in every erased column are found in no table and no file."""

import io
import logging
import tarfile
import zipfile
from types import SimpleNamespace

import duckdb
import pytest
from sqlalchemy import inspect, text, update

from deliberate import sealing
from deliberate.clock import now
from deliberate.commands.backups.create import make_backup
from deliberate.database import Base, TransientBase, db, transient, unrecorded
from deliberate.jobs import create_schedule
from deliberate.models import Option, PasswordResetRequest
from deliberate.operations.accounts.deletion import (
    Erasure,
    erase_account,
    reapply_erasures,
    remove_erased_remains,
)
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.proposals.file_store import store_file
from deliberate.operations.releases.releases import publish_release
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import OptionState, Stance
from tests import factories
from tests.accounts.personal_data.marked_rows import (
    columns_to_mark,
    insert_marked_rows,
    list_models,
)

STATEMENT, RESET = "poll_option.label", "password_reset_request.identifier"
WORD = slice(4, None)
"""The part of a marker to search for in files: an index stores only what differs from the word
before.
"""


@pytest.fixture
def marked(app, tmp_path, caplog):
    """Yield a person with a marker in every column that erasure empties or deletes."""
    caplog.set_level(logging.DEBUG)
    settings = app.config["SETTINGS"]
    person = factories.create_resident()
    process = factories.create_process()
    proposal = factories.create_proposal(process, author=person)
    comment = post_comment(person, proposal, "Karena teduh.", stance=Stance.FOR)
    post_comment(factories.create_resident(), proposal, "Setuju.", parent=comment)
    factories.create_poll(process)
    sign_in(person)
    subject = ("comment", comment.id)
    with unrecorded("rows with markers") as session:
        markers = insert_marked_rows(session, Base, person.id, subject)
        session.execute(
            update(Option)
            .where(Option.author_id == person.id)
            .values(label="5ta7emen7x", state=OptionState.WAITING)
        )
    markers[STATEMENT] = "5ta7emen7x"
    with transient() as store:
        markers |= insert_marked_rows(store, TransientBase, person.id, subject)
        name = markers[RESET] = markers["person.sign_in_name"]
        store.add(PasswordResetRequest(identifier=name))
    names = [f"{markers['draft.files']}.pdf"]
    for name in names:
        store_file(name, b"%PDF " + name.encode())
    db.session.rollback()
    create_schedule(app)
    yield SimpleNamespace(
        app=app, settings=settings, person=person, process=process, markers=markers, folder=tmp_path
    )
    for name in names:
        (settings.upload_path / name).unlink(missing_ok=True)


def test_marked_columns_are_all_filled(marked):
    found = columns_in_tables(marked)
    assert set(marked.markers) - found == set()
    expected = {
        str(column)
        for base in (Base, TransientBase)
        for model in list_models(base)
        for columns in columns_to_mark(model).values()
        for column in columns
    }
    assert expected | {STATEMENT, RESET} == set(marked.markers)


def test_erasure_leaves_no_marker_in_any_table(marked):
    erase_account(marked.person, factories.PASSPHRASE)
    assert columns_in_tables(marked, rows_only=True) == set()


def test_erasure_repeated_after_a_restore_leaves_no_marker_in_any_table(marked):
    assert reapply_erasures([Erasure(marked.person.id, now())]) == 1
    assert columns_in_tables(marked, rows_only=True) == set()


def test_erasure_leaves_no_marker_in_files_logs_backups_and_releases(marked, caplog):
    seal(marked)
    if not marked.settings.database_url:
        assert markers_in_files(marked) != set()
    erase_account(marked.person, factories.PASSPHRASE)
    assert remove_erased_remains()
    seal(marked)
    publish_release(None, marked.process, marked.folder / "releases")
    make_backup(marked.settings, marked.folder / "backup.tar.gz", lambda *_: None)
    assert columns_in_tables(marked) == set()
    assert markers_in_files(marked) == set()
    assert [name for name, marker in marked.markers.items() if marker in caplog.text] == []


def test_engine_overwrites_or_vacuums_what_was_deleted(marked):
    erase_account(marked.person, factories.PASSPHRASE)
    remove_erased_remains()
    if marked.settings.database_url:
        tables = {"comment", "comment_search", "device", "person"}
        vacuumed = text("SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL")
        assert tables <= set(db.session.scalars(vacuumed))
    else:
        for engine in (db.engine, marked.app.extensions["transient"]):
            with engine.connect() as connection:
                assert connection.scalar(text("PRAGMA secure_delete")) == 1


def test_nothing_is_cleaned_without_an_erasure(app):
    factories.create_resident()
    assert not remove_erased_remains()


def seal(marked):
    sealing.seal_log(marked.settings)
    sealing.write_segments(marked.settings.log_path, rest=True)


def columns_in_tables(marked, *, rows_only=False):
    """Return the columns whose markers occur in some row; on SQLite also in the index's tables."""
    rows = [
        *all_rows(db.engine, rows_only),
        *all_rows(marked.app.extensions["transient"], rows_only),
    ]
    content = "\n".join(map(readable, rows))
    return {name for name, marker in marked.markers.items() if marker in content}


def all_rows(engine, rows_only):
    schema = engine.get_execution_options().get("schema_translate_map", {}).get(None)
    prefix = f"{schema}." if schema else ""
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names(schema=schema):
            if not (rows_only and "_search" in table):
                yield from connection.execute(text(f"SELECT * FROM {prefix}{table}"))


def readable(row):
    return " ".join(
        value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row
    )


def markers_in_files(marked):
    """Return the columns whose markers occur in the bytes of some file, unpacked if packed."""
    folders = {marked.settings.data_path, marked.settings.log_path, marked.folder}
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    contents = [content for path in paths for content in unpacked(path.name, path.read_bytes())]
    contents += [(path.name, parquet_rows(path)) for path in paths if path.suffix == ".parquet"]
    return {
        f"{name} in {file}"
        for file, content in contents
        for name, marker in marked.markers.items()
        if marker[WORD].encode() in content or marker in file
    }


def unpacked(name, content):
    """Yield a file, then those that it contains if it is an archive."""
    yield name, content
    if name.endswith((".tar", ".tar.gz")):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            members = {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}
    elif name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
    else:
        return
    for member, inner in members.items():
        yield from unpacked(member, inner)


def parquet_rows(path):
    return repr(duckdb.read_parquet(str(path)).fetchall()).encode()
