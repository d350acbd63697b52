"""Detaching months of the log: private rows leave the table, segments and two backups have them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.file_storage import fetch_file
from deliberate.models import DetachedPartition, Segment
from deliberate.models.log.detached import LEAVING_KINDS, read_raw_rows
from deliberate.sealing.leaf_hashes import LEAF, recompute_leaves
from deliberate.sealing.log_rows import raw_columns
from deliberate.sealing.merkle_proofs import leaf_hashes_between
from deliberate.sealing.partitions import first_id, forbid_truncate, is_partitioned
from deliberate.sealing.sealer import lock_sealing
from deliberate.sealing.segment_verification import SegmentRecord, verify_segment
from deliberate.sealing.segments import SEGMENT_FOLDER

MONTHS_IN_TABLE = 12
"""A month can leave the table a year after its end: what looks for recent acts reads the table."""
BACKUPS = 2


class NotDetachable(RuntimeError):
    """A month of the log must stay in the table, or cannot be put back."""


@dataclass(frozen=True)
class BackedUpLog:
    """What a verified backup has of the log: its entries, and its segments with their hashes."""

    name: str
    made_at: str
    entries: int
    segments: Mapping[str, str]


def detach_month(name: str, log_path: Path, backups: Sequence[BackedUpLog]) -> int:
    """Let the private rows of a month leave the table of the log; return how many.

    They are read from the segments from then on. All rows of the month remain in a table named as
    the partition with `_detached` behind it, until the operator drops that. Raises NotDetachable
    with the first reason why the month must stay.
    """
    with unrecorded("partitions of the log") as session:
        if not is_partitioned(session):
            raise NotDetachable("the log has no partitions: run `deliberate log partition` first")
        lock_sealing(session)
        lowest, highest = _bounds(session, name)
        month = _covered_month(session, name, (lowest, highest), log_path)
        _require_backups(session, month, backups)
        leaving = _count(session, name, "kind = ANY(:kinds)")
        _run(session, "LOCK TABLE interaction IN ACCESS EXCLUSIVE MODE")
        _run(session, f"ALTER TABLE interaction DETACH PARTITION {name}")
        _rename(session, name, f"{name}_detached")
        _run(session, f"CREATE TABLE {name} (LIKE interaction)")
        _run(
            session,
            f"INSERT INTO {name} SELECT * FROM {name}_detached WHERE NOT kind = ANY(:kinds)",  # noqa: S608  # checked name
        )
        _attach(session, name, lowest, highest)
        forbid_truncate(session, name)
        session.add(month)
    return leaving


def attach_month(name: str, log_path: Path) -> None:
    """Put the rows of a detached month back into the table. Raises NotDetachable."""
    with unrecorded("partitions of the log") as session:
        month = session.get(DetachedPartition, name)
        if month is None:
            raise NotDetachable(f"{name} is not detached")
        if session.scalar(text("SELECT to_regclass(:name)"), {"name": f"{name}_detached"}) is None:
            raise NotDetachable(f"the table {name}_detached is missing: restore it from a backup")
        _require_same_rows(session, month, log_path)
        _run(session, "LOCK TABLE interaction IN ACCESS EXCLUSIVE MODE")
        _run(session, f"ALTER TABLE interaction DETACH PARTITION {name}")
        _run(session, f"DROP TABLE {name}")
        _rename(session, f"{name}_detached", name)
        _attach(session, name, month.lowest, month.highest)
        session.delete(month)


def _attach(session: Session, name: str, lowest: str, highest: str) -> None:
    start = f"'{lowest}'" if lowest else "MINVALUE"
    span = f"FROM ({start}) TO ('{highest}')"
    _run(session, f"ALTER TABLE interaction ATTACH PARTITION {name} FOR VALUES {span}")


def _rename(session: Session, name: str, new_name: str) -> None:
    """Rename a table and its indexes, so that its successor can have their names."""
    indexes = session.scalars(
        text("SELECT indexname FROM pg_indexes WHERE tablename = :name"), {"name": name}
    ).all()
    _run(session, f"ALTER TABLE {name} RENAME TO {new_name}")
    for index in indexes:
        is_leaving = new_name.endswith("_detached")
        renamed = f"{index}_detached" if is_leaving else index.removesuffix("_detached")
        _run(session, f'ALTER INDEX "{index}" RENAME TO "{renamed}"')


def _bounds(session: Session, name: str) -> tuple[str, str]:
    """Return the lowest id of a partition, empty without one, and the id above its highest."""
    query = (
        "SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'interaction'::regclass AND c.relname = :name"
    )
    bound = session.scalar(text(query), {"name": name})
    if bound is None:
        raise NotDetachable(f"the log has no partition {name}")
    if detached := session.get(DetachedPartition, name):
        raise NotDetachable(f"{name} is detached already, since {detached.detached_at:%Y-%m-%d}")
    ids = re.findall(r"'([0-9a-f]{32})'", bound)
    moment = now()
    if ids[-1] > first_id(moment.year - 1, moment.month):
        raise NotDetachable(f"{name} ended less than {MONTHS_IN_TABLE} months ago")
    return (ids[0] if len(ids) > 1 else "", ids[-1])


def _covered_month(
    session: Session, name: str, ids: tuple[str, str], log_path: Path
) -> DetachedPartition:
    """Return the record of a month, if segments that hold cover all its rows."""
    spans = text(
        f"SELECT count(*), count(p.seq), min(p.seq), max(p.seq) FROM {name} i"  # noqa: S608  # checked name
        " LEFT JOIN position p ON p.entry = i.id"
    )
    rows, sealed, first, last = session.execute(spans).one()
    if not rows:
        raise NotDetachable(f"{name} has no rows")
    if rows != sealed:
        raise NotDetachable(f"{rows - sealed} rows of {name} are not sealed yet")
    expected = first
    for segment in _segments(session, first, last):
        if segment.first > expected:
            break
        file = log_path / SEGMENT_FOLDER / segment.file_name
        fetch_file(file)
        record = SegmentRecord(segment.first, segment.last, segment.sha256, file)
        for fault in verify_segment(session.connection(), record):
            raise NotDetachable(f"{fault.problem}, entry {fault.position}")
        expected = segment.last + 1
    if expected <= last:
        raise NotDetachable(
            f"no segment has entry {expected}; {name} has the entries {first} to {last}"
        )
    lowest, highest = ids
    return DetachedPartition(
        name=name, lowest=lowest, highest=highest, first=first, last=last, detached_at=now()
    )


def _segments(session: Session, first: int, last: int) -> Sequence[Segment]:
    query = select(Segment).where(Segment.last >= first, Segment.first <= last)
    return session.scalars(query.order_by(Segment.first)).all()


def _require_backups(
    session: Session, month: DetachedPartition, backups: Sequence[BackedUpLog]
) -> None:
    """Require two backups of different times that have all entries and segments of a month."""
    needed = {
        segment.file_name: segment.sha256 for segment in _segments(session, month.first, month.last)
    }
    for backup in backups:
        _require_month(backup, month, needed)
    if len({backup.made_at for backup in backups}) < BACKUPS:
        raise NotDetachable("two backups of different times are needed: --backup FILE, twice")


def _require_month(
    backup: BackedUpLog, month: DetachedPartition, segments: Mapping[str, str]
) -> None:
    """Require the entries of a month and its segments in a backup. Raises NotDetachable."""
    if backup.entries <= month.last:
        raise NotDetachable(
            f"{backup.name} has {backup.entries} entries, {month.name} ends with entry {month.last}"
        )
    for file_name, digest in segments.items():
        if backup.segments.get(file_name) != digest:
            raise NotDetachable(f"{backup.name} lacks the segment {file_name}")


def _require_same_rows(session: Session, month: DetachedPartition, log_path: Path) -> None:
    """Require that a table to attach has exactly the entries of its month, each unchanged."""
    query = text(
        f"SELECT p.seq, {raw_columns('postgresql')} FROM {month.name}_detached i"  # noqa: S608  # constant names
        " JOIN position p ON p.entry = i.id ORDER BY p.seq"
    )
    rows = session.connection().execute(query).cursor.fetchall()
    for row, leaf in zip(rows, recompute_leaves(rows), strict=True):
        if leaf != row[LEAF] or leaf_hashes_between(session, row[0], row[0] + 1, log_path) != [
            leaf
        ]:
            raise NotDetachable(f"{month.name}_detached differs from the log, entry {row[0]}")
    ids = {"lowest": month.lowest, "highest": month.highest}
    within = "id >= $lowest AND id < $highest"
    left = read_raw_rows(session.connection(), log_path, within, ids, columns=("seq",))
    if len(rows) != len(left) + _count(session, month.name, "true"):
        raise NotDetachable(f"{month.name}_detached lacks entries of its month")


def _count(session: Session, table: str, condition: str) -> int:
    query = text(f"SELECT count(*) FROM {table} WHERE {condition}")  # noqa: S608  # checked name
    return int(session.scalar(query, _KINDS if ":kinds" in condition else {}) or 0)


_KINDS = {"kinds": list(LEAVING_KINDS)}


def _run(session: Session, statement: str) -> None:
    session.execute(text(statement), _KINDS if ":kinds" in statement else {})
