"""Verification of segments: file hash, leaf hashes recomputed in DuckDB, and the database."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlalchemy import Connection, text

from deliberate.models.log.detached import read_raw_rows
from deliberate.sealing.date_verification import Fault
from deliberate.sealing.leaf_hashes import PUBLIC_KINDS
from deliberate.sealing.part_verification import worker_engine

_STORED_LEAVES = text(
    "SELECT seq, leaf FROM position JOIN interaction ON interaction.id = position.entry"
    " WHERE seq BETWEEN :first AND :last ORDER BY seq"
)


@dataclass(frozen=True)
class SegmentRecord:
    """What the database stores of a segment, and the path of its file."""

    first: int
    last: int
    sha256: str
    file: Path


def verify_segment_at(url: str, segment: SegmentRecord) -> list[Fault]:
    """Run verify_segment() in a worker process."""
    with worker_engine(url).connect() as connection:
        return verify_segment(connection, segment)


def verify_segment(connection: Connection, segment: SegmentRecord) -> list[Fault]:
    """Compare a segment with its hash, its leaves with its rows, and both with the database."""
    name = segment.file.name
    try:
        content = segment.file.read_bytes()
    except OSError:
        return [Fault(f"the segment {name} is missing", segment.first)]
    if hashlib.sha256(content).hexdigest() != segment.sha256:
        return [Fault(f"the segment {name} was changed", segment.first)]
    try:
        return list(_compare(connection, segment))
    except duckdb.Error:
        return [Fault(f"the segment {name} cannot be read", segment.first)]


def _compare(connection: Connection, segment: SegmentRecord) -> Iterator[Fault]:
    name = segment.file.name
    span = {"first": segment.first, "last": segment.last}
    sealed = {position: bytes(leaf) for position, leaf in connection.execute(_STORED_LEAVES, span)}
    rows = _recompute(segment)
    detached = _detached_positions(connection, segment)
    for position, computed, stored in rows:
        is_expected = sealed.get(position) == stored or (
            position in detached and position not in sealed
        )
        if computed != stored or not is_expected:
            yield Fault(f"the segment {name} differs from the sealed log", position)
    missing = sealed.keys() - {position for position, _computed, _stored in rows}
    if missing:
        yield Fault(f"the segment {name} lacks entries", min(missing))


def _recompute(segment: SegmentRecord) -> list[tuple[int, bytes, bytes]]:
    """Return the position of each row of a segment with its leaf hash, computed and stored."""
    parameters = {"file": str(segment.file), "kinds": sorted(PUBLIC_KINDS)}
    with duckdb.connect(":memory:") as con:
        con.execute("SET threads = 1; SET enable_progress_bar = false")
        return con.execute(_RECOMPUTED_LEAVES, parameters).fetchall()


def _detached_positions(connection: Connection, segment: SegmentRecord) -> set[int]:
    """Return the positions of a segment whose rows left the table with their month."""
    span = {"first": segment.first, "last": segment.last}
    rows = read_raw_rows(
        connection,
        segment.file.parents[1],
        "seq BETWEEN $first AND $last",
        span,
        columns=("seq",),
    )
    return {seq for (seq,) in rows}


def _text(name: str) -> str:
    return f"coalesce(to_json({name})::VARCHAR, 'null')"


PUBLIC_HALF = f"""
    '{{"account_class":' || {_text("account_class")} || ',"actor_role":' || {_text("actor_role")}
    || ',"cause":' || coalesce('"' || sha256(cause) || '"', 'null')
    || ',"content":' || {_text("content")}
    || ',"details":' || CASE WHEN is_public THEN details ELSE 'null' END
    || ',"hour":"' || moment[:13] || ':00:00Z","institution":' || {_text("institution_id")}
    || ',"kind":' || {_text("kind")} || ',"origin":' || {_text("origin")}
    || ',"parent":' || {_text("parent_id")} || ',"process":' || {_text("process_id")}
    || ',"proposal":' || {_text("proposal_id")} || ',"stance":' || {_text("stance")}
    || ',"subject":[' || {_text("subject_type")} || ',' || {_text("subject_id")} || ']}}'"""
PRIVATE_HALF = f"""
    '{{"actor":' || {_text("actor_id")}
    || ',"details":' || CASE WHEN is_public THEN 'null' ELSE details END
    || ',"id":' || {_text("id")} || ',"salt":"' || lower(hex(salt))
    || '","time":"' || moment || '"}}'"""
"""SQL for the halves of a segment row as canonical JSON, with MOMENT as `moment`."""
MOMENT = "strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%f') || 'Z'"
"""SQL for the time in the private half."""

_RECOMPUTED_LEAVES = f"""
WITH log_rows AS (
  SELECT *, list_contains($kinds, kind) AS is_public, {MOMENT} AS moment
  FROM read_parquet($file)
), halves AS (
  SELECT seq, leaf, {PUBLIC_HALF} AS public, {PRIVATE_HALF} AS private
  FROM log_rows
)
SELECT seq,
       unhex(sha256('\\x00'::BLOB || unhex(sha256(public)) || unhex(sha256(private)))) AS computed,
       leaf
FROM halves ORDER BY seq
"""  # noqa: S608  # built from constant names
