"""Segments: sealed rows as immutable Parquet files, for scores and research releases."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.file_storage import fetch_file, file_storage
from deliberate.models import Segment, SignedTreeHead
from deliberate.sealing.leaf_hashes import COLUMNS
from deliberate.sealing.log_rows import INTEGER_COLUMNS, column_arrays, sealed_rows
from deliberate.sealing.sealer import lock_sealing

ROWS_PER_SEGMENT = 65536
SEGMENT_FOLDER = "segments"
_BINARY_COLUMNS = ("salt", "leaf")


class IncompleteLog(RuntimeError):
    """A position of the sealed log has no row; no file is written from what is left."""


def write_segments(log_path: Path, *, rest: bool = False) -> list[str]:
    """Write the full segments that do not exist yet; return their file names.

    With `rest` the remaining rows are written as a shorter segment. A file appears complete or
    not at all; after a crash between file and database row it is written again.
    """
    names = []
    while segment := _next_segment(rest):
        _write(segment, log_path / SEGMENT_FOLDER)
        names.append(segment.file_name)
    return names


def fetch_segments(log_path: Path) -> None:
    """Copy the segments to this host that it lacks: processes that verify them find them there."""
    for segment in db.session.scalars(select(Segment)).all():
        fetch_file(log_path / SEGMENT_FOLDER / segment.file_name)


def _next_segment(rest: bool) -> Segment | None:
    session: Session = db.session()
    session.rollback()
    sizes = select(SignedTreeHead.size).order_by(SignedTreeHead.size.desc())
    size = session.scalar(sizes.limit(1)) or 0
    last = session.scalar(select(Segment.last).order_by(Segment.first.desc()).limit(1))
    start = 0 if last is None else last + 1
    end = (start // ROWS_PER_SEGMENT + 1) * ROWS_PER_SEGMENT
    if start >= size or (end > size and not rest):
        return None
    return Segment(first=start, last=min(end, size) - 1)


def _write(segment: Segment, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="writing-") as temporary:
        file = Path(temporary) / segment.file_name
        write_parquet(segment.first, segment.last, file)
        segment.sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        segment.written_at = now()
        with unrecorded("segments") as session:
            lock_sealing(session)
            if session.get(Segment, segment.first) is None:
                file_storage().save(file, folder / file.name)
                session.add(segment)


def write_parquet(first: int, last: int, file: Path) -> None:
    """Write a range of sealed rows to a Parquet file and sync it to disk."""
    batches = sealed_rows(db.session.connection(), first, last + 1)
    arrays = column_arrays(chain.from_iterable(batches))
    _require_dense(arrays["seq"].tolist(), first, last)
    with duckdb.connect(":memory:") as con:
        con.execute("SET threads = 1; SET enable_progress_bar = false")
        con.register("log_rows", arrays)
        path = str(file).replace("'", "''")
        con.execute(
            f"COPY (SELECT {_select_list()} FROM log_rows ORDER BY seq) TO '{path}'"  # noqa: S608  # our own names
            " (FORMAT parquet, COMPRESSION zstd)"
        )
    with file.open("rb+") as written:
        os.fsync(written.fileno())
    file.chmod(0o440)


def _require_dense(positions: Sequence[int], first: int, last: int) -> None:
    """Raise IncompleteLog at the first position that has no row."""
    expected = range(first, last + 1)
    gap = next((n for n, seq in zip(expected, positions, strict=False) if n != seq), None)
    if gap is None and len(positions) < len(expected):
        gap = first + len(positions)
    if gap is not None:
        raise IncompleteLog(f"entry {gap} of the log is missing; run `deliberate log verify`")


def _select_list() -> str:
    return ", ".join(f"{name}::{_type(name)} AS {name}" for name in COLUMNS)


def _type(name: str) -> str:
    if name in INTEGER_COLUMNS:
        return "TINYINT" if name == "stance" else "BIGINT"
    if name == "occurred_at":
        return "TIMESTAMP"
    return "BLOB" if name in _BINARY_COLUMNS else "VARCHAR"
