"""Segments: sealed rows as immutable Parquet files, for scores, releases and their readers."""

import hashlib
import os
import tempfile
from itertools import chain
from pathlib import Path

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Segment, SignedTreeHead
from deliberate.sealing.leaves import COLUMNS
from deliberate.sealing.rows import NUMBERS, as_columns, sealed_rows
from deliberate.sealing.sealer import lock_sealing

ROWS_A_SEGMENT = 65536
FOLDER = "segments"
_BYTES = ("salt", "leaf")


def write_segments(log_path: Path, *, rest: bool = False) -> list[str]:
    """Write each full segment that is due, and with `rest` what is left; gives the files' names.

    A file appears whole under its name or not at all; after a crash between the file and the
    database's word of it the file is made once more.
    """
    written = []
    while due := _due(rest):
        _write(due, log_path / FOLDER)
        written.append(due.file_name)
    return written


def _due(rest: bool) -> Segment | None:
    session: Session = db.session()
    session.rollback()
    size = (
        session.scalar(select(SignedTreeHead.size).order_by(SignedTreeHead.size.desc()).limit(1))
        or 0
    )
    last = session.scalar(select(Segment.last).order_by(Segment.first.desc()).limit(1))
    start = 0 if last is None else last + 1
    end = (start // ROWS_A_SEGMENT + 1) * ROWS_A_SEGMENT
    if start >= size or (end > size and not rest):
        return None
    return Segment(first=start, last=min(end, size) - 1)


def _write(due: Segment, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="writing-") as passing:
        file = Path(passing) / due.file_name
        write_part(due.first, due.last, file)
        due.sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        due.written_at = now()
        with unrecorded("segments") as session:
            lock_sealing(session)
            if session.get(Segment, due.first) is None:
                file.replace(folder / file.name)
                _settle(folder)
                session.add(due)


def write_part(first: int, last: int, file: Path) -> None:
    """Write a range of sealed rows as Parquet, as a segment holds them, and settle it on disk."""
    batches = sealed_rows(db.session.connection(), first, last + 1)
    rows = chain.from_iterable(batches)
    with duckdb.connect(":memory:") as con:
        con.execute("SET threads = 1; SET enable_progress_bar = false")
        con.register("given", as_columns(rows))
        place = str(file).replace("'", "''")
        con.execute(
            f"COPY (SELECT {_typed()} FROM given ORDER BY seq) TO '{place}'"  # noqa: S608
            " (FORMAT parquet, COMPRESSION zstd)"
        )
    with file.open("rb+") as written:
        os.fsync(written.fileno())
    file.chmod(0o440)


def _typed() -> str:
    return ", ".join(f"{name}::{_type(name)} AS {name}" for name in COLUMNS)


def _type(name: str) -> str:
    if name in NUMBERS:
        return "TINYINT" if name == "stance" else "BIGINT"
    return "TIMESTAMP" if name == "occurred_at" else "BLOB" if name in _BYTES else "VARCHAR"


def _settle(folder: Path) -> None:
    """Make the new name outlive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
