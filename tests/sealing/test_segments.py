"""Segments: sealed rows as Parquet files, and the log that scores read from them."""

import hashlib

import duckdb
import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.citivoice.inputs.log import Log
from deliberate.commands.log import format_fault
from deliberate.database import db
from deliberate.models import Interaction, Segment
from deliberate.queries.log.sealed_log import load_process_log, segment_files
from deliberate.sealing import segments
from deliberate.sealing.log_verification import verify_session
from deliberate.sealing.segments import IncompleteLog
from tests import factories
from tests.log.prepared_log import tampered


@pytest.fixture
def settings(app, tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "ROWS_PER_SEGMENT", 4)
    return app.config["SETTINGS"]


def read(files, columns="*"):
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({[str(f) for f in files]})").fetchall()


def seal_people(settings, count):
    for _ in range(count):
        factories.create_resident()
    sealing.seal_log(settings)


def test_segment_is_written_when_full_and_the_rest_on_request(settings):
    seal_people(settings, 6)
    first = ["000000000-000000003.parquet"]
    assert sealing.write_segments(settings.log_path) == first
    assert sealing.write_segments(settings.log_path) == []
    rest = ["000000004-000000005.parquet"]
    assert sealing.write_segments(settings.log_path, rest=True) == rest
    seal_people(settings, 3)
    assert sealing.write_segments(settings.log_path) == ["000000006-000000007.parquet"]


def test_segment_is_not_written_over_a_gap_in_the_positions(settings):
    seal_people(settings, 6)
    with tampered("UPDATE position SET seq = 1000 WHERE seq = 2"):
        with pytest.raises(IncompleteLog, match="entry 2 of the log is missing"):
            segments.write_parquet(0, 3, settings.log_path / "part.parquet")
        faults = [format_fault(fault) for fault in verify_session(db.session())]
    assert faults[0].startswith("entries are missing, entry 2")


def test_segment_contains_the_sealed_rows(settings, log):
    proposal = factories.create_proposal()
    sealing.seal_log(settings)
    sealing.write_segments(settings.log_path, rest=True)
    files, covered = segment_files(settings.log_path, 100)
    stored = read(files, "seq, id, occurred_at, kind, subject_id, parent_id, details, salt, leaf")
    rows = db.session.scalars(select(Interaction).order_by(Interaction.seq)).all()
    assert covered == len(stored) == len(rows)
    for row, (seq, id_, occurred_at, kind, subject, parent, details, salt, leaf) in zip(
        rows, stored, strict=True
    ):
        assert (row.seq, row.id, row.kind, row.subject_id) == (seq, id_, kind, subject)
        assert row.occurred_at.replace(tzinfo=None) == occurred_at
        assert (row.parent_id, row.salt, row.leaf) == (parent, salt, leaf)
        assert details.startswith("{")
    assert rows[-1].subject_id == proposal.id


def test_segment_hash_is_stored_in_the_database(settings):
    seal_people(settings, 2)
    (name,) = sealing.write_segments(settings.log_path, rest=True)
    file = settings.log_path / "segments" / name
    stored = db.session.scalar(select(Segment.sha256))
    assert hashlib.sha256(file.read_bytes()).hexdigest() == stored
    assert [path.name for path in file.parent.iterdir()] == [name]


def rows_of(log: Log):
    with duckdb.connect() as con:
        log.load(con)
        return con.execute(
            "SELECT seq, occurred_at, kind, process_id, subject_id, details FROM whole_log"
            " ORDER BY seq"
        ).fetchall()


def test_process_log_is_equal_from_segments_and_database(settings):
    factories.create_proposal()
    seal_people(settings, 3)
    from_database = rows_of(load_process_log(settings.log_path))
    sealing.write_segments(settings.log_path)
    assert segment_files(settings.log_path, 100)[1] >= 4
    assert rows_of(load_process_log(settings.log_path)) == from_database
    assert rows_of(load_process_log(settings.log_path / "not here")) == from_database


def test_process_log_after_the_segments_has_rows_of_the_process_only(settings):
    proposal = factories.create_proposal()
    factories.create_proposal()
    sealing.seal_log(settings)
    rows = rows_of(load_process_log(settings.log_path, proposal.process_id))
    assert {row[3] for row in rows} == {str(proposal.process_id)}
    assert (
        len(rows_of(load_process_log(settings.log_path, proposal.process_id, rows[0][0] + 1))) == 1
    )


def test_process_log_reads_the_database_for_a_missing_segment(settings):
    seal_people(settings, 9)
    sealing.write_segments(settings.log_path)
    files, _ = segment_files(settings.log_path, 100)
    files[0].unlink()
    assert segment_files(settings.log_path, 100) == ([], 0)
    assert len(rows_of(load_process_log(settings.log_path))) == 9


def test_segments_verify(settings):
    factories.create_proposal()
    seal_people(settings, 3)
    sealing.write_segments(settings.log_path, rest=True)
    assert sealing.verify_log(settings.log_path) == []
