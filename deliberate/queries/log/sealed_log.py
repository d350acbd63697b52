"""The sealed log as CitiVoice reads it: Parquet segments, then rows of the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Text, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from deliberate import citivoice  # names are loaded, with numpy, where they are used
from deliberate.database import db
from deliberate.file_storage import fetch_file
from deliberate.models import DetachedPartition, Interaction, Position, Segment
from deliberate.models.log.detached import SegmentMissing
from deliberate.queries.log.tree_heads import latest_tree_head

ROWS_PER_QUERY = 50_000


def load_process_log(
    log_path: Path, process_id: int | None = None, below: int | None = None
) -> citivoice.Log:
    """Return the sealed log: segments, then the rows after the last segment.

    Segments contain every process; the rows after them are those of the process (None: of all)
    and of KINDS_OF_EVERY_PROCESS. `below` limits the rows to the size of a tree head.
    `citivoice.reduce` selects in the same way.
    """
    end = below if below is not None else _sealed_size()
    files, covered = segment_files(log_path, end)
    rows = citivoice.Log.from_columns(_rows_after(covered, end, process_id))
    return citivoice.Log.from_files(*files) + rows


def segment_files(log_path: Path, below: int) -> tuple[list[Path], int]:
    """Return the existing segments, gapless from the first entry, and their number of rows."""
    session: Session = db.session()
    files, covered = [], 0
    for segment in session.scalars(
        select(Segment).where(Segment.first < below).order_by(Segment.first)
    ):
        file = log_path / "segments" / segment.file_name
        if segment.first != covered or not fetch_file(file):
            _require_rows(session, segment.first)
            break
        files.append(file)
        covered = segment.last + 1
    return files, covered


def _require_rows(session: Session, first: int) -> None:
    """Raise SegmentMissing if rows from a position on left the table: they are nowhere else."""
    month = session.scalar(select(DetachedPartition).where(DetachedPartition.last >= first))
    if month is not None:
        raise SegmentMissing(
            f"entries of {month.name} left the database, and the segment with entry"
            f" {max(first, month.first)} is missing in the folder of the log"
        )


def _sealed_size() -> int:
    head = latest_tree_head()
    return head.size if head else 0


def _is_read(process_id: int | None) -> ColumnElement[bool]:
    """Return the condition of the entries that the scores of a process are computed from."""
    if process_id is None:
        return true()
    return or_(
        Interaction.process_id == process_id, Interaction.kind.in_(citivoice.KINDS_OF_EVERY_PROCESS)
    )


def _rows_after(
    first: int, below: int, process_id: int | None
) -> Iterator[dict[str, list[Any]]]:  # Any: log columns have many types
    session: Session = db.session()
    names = [name for name in citivoice.COLUMNS if name != "details"]
    columns = [Position.seq if name == "seq" else getattr(Interaction, name) for name in names]
    stored_details = type_coerce(Interaction.details, Text)
    for start in range(first, below, ROWS_PER_QUERY):
        stop = min(start + ROWS_PER_QUERY, below)
        query = (
            select(*columns, stored_details)
            .join(Position, Position.entry == Interaction.id)
            .where(Position.seq >= start, Position.seq < stop, _is_read(process_id))
            .order_by(Position.seq)
        )
        rows = session.execute(query).all()
        if rows:
            lists = map(list, zip(*rows, strict=True))
            yield dict(zip([*names, "details"], lists, strict=True))
