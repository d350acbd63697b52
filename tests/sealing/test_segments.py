"""Sealed rows lie in Parquet files that any engine reads."""

import hashlib

import duckdb
import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.citivoice.log import Log
from deliberate.database import db
from deliberate.models import Interaction, Segment
from deliberate.queries.log import log_of_process, segment_files
from deliberate.sealing import segments
from tests import factories


@pytest.fixture
def settings(app, tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "ROWS_A_SEGMENT", 4)
    return app.config["SETTINGS"]


def read(files, columns="*"):
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({[str(f) for f in files]})").fetchall()


def people(settings, count):
    for _ in range(count):
        factories.resident()
    sealing.seal_log(settings)


def test_a_segment_is_written_when_it_is_full_and_the_rest_at_night(settings):
    people(settings, 6)
    first = ["000000000-000000003.parquet"]
    assert sealing.write_segments(settings.log_path) == first
    assert sealing.write_segments(settings.log_path) == []
    rest = ["000000004-000000005.parquet"]
    assert sealing.write_segments(settings.log_path, rest=True) == rest
    people(settings, 3)
    assert sealing.write_segments(settings.log_path) == ["000000006-000000007.parquet"]


def test_a_segment_holds_the_rows_as_they_were_sealed(settings, log):
    proposal = factories.a_proposal()
    sealing.seal_log(settings)
    sealing.write_segments(settings.log_path, rest=True)
    files, covered = segment_files(settings.log_path, 100)
    kept = read(files, "seq, id, occurred_at, kind, subject_id, parent_id, details, salt, leaf")
    rows = db.session.scalars(select(Interaction).order_by(Interaction.seq)).all()
    assert covered == len(kept) == len(rows)
    for row, (seq, id_, at, kind, subject, parent, details, salt, leaf) in zip(
        rows, kept, strict=True
    ):
        assert (row.seq, row.id, row.kind, row.subject_id) == (seq, id_, kind, subject)
        assert row.occurred_at.replace(tzinfo=None) == at
        assert (row.parent_id, row.salt, row.leaf) == (parent, salt, leaf)
        assert details.startswith("{")
    assert rows[-1].subject_id == proposal.id


def test_the_database_keeps_the_hash_of_each_segment(settings):
    people(settings, 2)
    (name,) = sealing.write_segments(settings.log_path, rest=True)
    file = settings.log_path / "segments" / name
    kept = db.session.scalar(select(Segment.sha256))
    assert hashlib.sha256(file.read_bytes()).hexdigest() == kept
    assert [path.name for path in file.parent.iterdir()] == [name]


def whole(log: Log):
    with duckdb.connect() as con:
        log.load(con)
        return con.execute(
            "SELECT seq, occurred_at, kind, process_id, subject_id, details FROM whole_log"
            " ORDER BY seq"
        ).fetchall()


def test_scores_read_the_same_rows_from_segments_and_database(settings):
    factories.a_proposal()
    people(settings, 3)
    from_database = whole(log_of_process(settings.log_path))
    sealing.write_segments(settings.log_path)
    assert segment_files(settings.log_path, 100)[1] >= 4
    assert whole(log_of_process(settings.log_path)) == from_database
    assert whole(log_of_process(settings.log_path / "not here")) == from_database


def test_rows_after_the_segments_are_those_of_the_process(settings):
    mine = factories.a_proposal()
    factories.a_proposal()
    sealing.seal_log(settings)
    rows = whole(log_of_process(settings.log_path, mine.process_id))
    assert {row[3] for row in rows} == {str(mine.process_id)}
    assert len(whole(log_of_process(settings.log_path, mine.process_id, rows[0][0] + 1))) == 1


def test_a_segment_that_is_not_at_hand_is_read_from_the_database(settings):
    people(settings, 9)
    sealing.write_segments(settings.log_path)
    files, _ = segment_files(settings.log_path, 100)
    files[0].unlink()
    assert segment_files(settings.log_path, 100) == ([], 0)
    assert len(whole(log_of_process(settings.log_path))) == 9


def test_segments_verify_with_the_log(settings):
    factories.a_proposal()
    people(settings, 3)
    sealing.write_segments(settings.log_path, rest=True)
    assert sealing.verify(settings.log_path) == []
