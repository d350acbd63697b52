"""Test repeated, partial and interrupted imports: every act is stored once."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from deliberate.commands.demo_city.area_map import sample_shapes
from deliberate.database import db, unrecorded
from deliberate.imports import import_run, writer
from deliberate.imports.import_run import prepare_import
from deliberate.models import Comment, Interaction, Person, Process, Proposal
from deliberate.operations.proposals.area_map import import_map
from deliberate.queries.proposals.area_map import get_area_map
from tests.imports.import_files import (
    comment_row,
    import_request,
    proposal_row,
    run_import,
    write_decidim,
    write_petitions,
)
from tests.imports.test_petitions import ANSWERED, REFUSED


def count_rows(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def count_all_rows():
    return {model.__name__: count_rows(model) for model in (Interaction, Person, Proposal, Comment)}


def read_counters():
    db.session.rollback()
    proposals = select(func.sum(Proposal.comment_count), func.sum(Proposal.for_count))
    branches = select(func.sum(Comment.reply_count))
    return (
        *db.session.execute(proposals).one(),
        db.session.scalar(branches),
    )


def write_thread(tmp_path):
    rows = [comment_row(n, alignment="1") for n in range(1, 31)]
    rows += [comment_row(n, parent_id=n - 30) for n in range(31, 61)]
    return write_decidim(tmp_path, [proposal_row(1), proposal_row(2, author_id="u9")], rows)


def test_repeated_import_adds_nothing(app, tmp_path):
    run_import("decidim", write_thread(tmp_path))
    before, counts = count_all_rows(), read_counters()
    again = run_import("decidim", write_thread(tmp_path))
    assert (again.acts, set(again.new.values())) == (0, {0})
    assert (count_all_rows(), read_counters()) == (before, counts)


def test_repeated_import_adds_no_responses_or_thresholds(app, tmp_path):
    run_import("uk-petitions", write_petitions(tmp_path, ANSWERED, REFUSED))
    before = count_all_rows()
    assert run_import("uk-petitions", write_petitions(tmp_path, ANSWERED, REFUSED)).acts == 0
    assert count_all_rows() == before


def test_later_export_adds_new_rows(app, tmp_path, log):
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], [comment_row(5)]))
    log()
    rows = [comment_row(6, parent_id=5, created_at="2016-05-01T10:00:00")]
    summary = run_import("decidim", write_decidim(tmp_path, [proposal_row(1)], rows))
    (entry,) = log()
    assert (summary.new["comments"], summary.orphans) == (1, 0)
    reply = db.session.get(Comment, entry.subject_id)
    assert (reply.depth, reply.root_id) == (1, entry.parent_id)
    process = db.session.scalars(select(Process)).one()
    assert process.phases[0].closes_at > entry.occurred_at


def test_interrupted_import_continues_at_the_next_batch(app, tmp_path, monkeypatch):
    complete_summary = run_import("decidim", write_thread(tmp_path), slug="whole")
    expected = count_all_rows()
    monkeypatch.setattr(import_run, "MAX_BATCH_SIZE", 7)
    write = writer.BatchWriter.write
    batches = []

    def break_off(self, acts):
        if len(batches) == 4:
            raise KeyboardInterrupt
        batches.append(acts)
        write(self, acts)

    monkeypatch.setattr(writer.BatchWriter, "write", break_off)
    with pytest.raises(KeyboardInterrupt):
        run_import("decidim", write_thread(tmp_path), slug="broken")
    monkeypatch.setattr(writer.BatchWriter, "write", write)
    remaining_summary = run_import("decidim", write_thread(tmp_path), slug="broken")
    assert remaining_summary.acts == complete_summary.acts - 6 - 28  # the first with its process
    assert count_all_rows() == {name: 2 * count for name, count in expected.items()}


def test_failed_batch_leaves_nothing(app, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(writer.LogWriter, "add", fail)
    with pytest.raises(OSError, match="disk full"):
        run_import("decidim", write_thread(tmp_path))
    assert count_all_rows() == {"Interaction": 0, "Person": 0, "Proposal": 0, "Comment": 0}
    assert count_rows(Process) == 0


KILLED_IMPORT = """
import os, signal, sys
from pathlib import Path
from deliberate import create_app
from deliberate.imports import import_run
from tests.imports.import_files import import_request
import_run.MAX_BATCH_SIZE = 10
batches = []
def die(count):
    batches.append(count)
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    import_run.prepare_import(import_request("decidim", Path(sys.argv[1]))).run(die)
"""


@pytest.fixture
def on_sqlite(make_sqlite_app):
    """Return the application on SQLite: a killed process behaves alike on both engines."""
    app = make_sqlite_app()
    with app.app_context():
        yield app
        db.session.remove()


def test_killed_import_leaves_whole_batches_and_continues(on_sqlite, tmp_path):
    folder = write_thread(tmp_path)
    data = on_sqlite.config["SETTINGS"].data_dir
    environment = {**os.environ, "DELIBERATE_MODE": "test", "DELIBERATE_DATA_DIR": data}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_IMPORT, str(folder)],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert count_rows(Interaction) == 30
    assert read_counters()[1] == count_rows(Comment)
    assert prepare_import(import_request("decidim", folder)).run().acts == 62 - 29
    assert count_rows(Interaction) == 1 + 62


def test_topics_are_those_of_the_process_and_others_are_kept_and_reported(app, tmp_path):
    run_import("decidim", write_decidim(tmp_path, [proposal_row(1, category="Pasar")], []))
    with unrecorded("topics that an administrator chooses later") as session:
        process = session.scalar(select(Process))
        process.topics, process.areas = [["Ruang terbuka", "Open space"]], ["Sepaku"]
    later = [
        proposal_row(2, category="open SPACE", district="sepaku"),
        proposal_row(3, category="Pasar"),
        proposal_row(4),
    ]
    summary = run_import("decidim", write_decidim(tmp_path, later, []))
    rows = db.session.execute(select(Proposal.topic, Proposal.area).order_by(Proposal.id)).all()
    assert [tuple(row) for row in rows] == [
        ("Pasar", ""),
        ("Ruang terbuka", "Sepaku"),
        ("Pasar", ""),
        ("", ""),
    ]
    assert summary.unlisted_topics == {"Pasar": 1}


def test_imported_proposal_is_on_the_map_at_its_area(app, tmp_path):
    import_map(None, sample_shapes())
    rows = [proposal_row(1, district="Sepaku"), proposal_row(2, district="Elsewhere")]
    run_import("decidim", write_decidim(tmp_path, rows, []))
    marks = db.session.execute(select(Proposal.map_x, Proposal.map_y).order_by(Proposal.id)).all()
    x, y = get_area_map().areas["Sepaku"].label
    assert [tuple(mark) for mark in marks] == [
        (round(x * 10_000), round(y * 10_000)),
        (None, None),
    ]
