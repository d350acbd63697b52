"""Parts of the log that are verified on their own, in processes of their own if there are many."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
from sqlalchemy import Connection, Engine, create_engine, text

from deliberate.sealing.leaves import LEAF, PUBLIC_KINDS, leaves_of
from deliberate.sealing.rows import sealed_rows
from deliberate.sealing.tree import Tree

ROWS_A_PART = 65536
"""As many as a full subtree has, so that parts join to the whole tree by their roots."""


@dataclass(frozen=True)
class Fault:
    """Something in the log that is not as it was sealed: what, at which entry, since when.

    `since` is when that entry was sealed or that head made: the change came after it.
    """

    what: str
    where: int | None = None
    since: str = ""


@dataclass
class Part:
    """What a range of entries holds: faults, the edge at each size asked for, full subtrees."""

    first: int
    faults: list[Fault] = field(default_factory=list)
    edges: dict[int, list[bytes]] = field(default_factory=dict)
    subtrees: list[tuple[int, int, bytes]] = field(default_factory=list)
    is_whole: bool = True


@dataclass(frozen=True)
class WrittenSegment:
    """A segment as the database knows it."""

    first: int
    last: int
    sha256: str
    file: Path


@cache
def _engine(url: str) -> Engine:
    return create_engine(url)


def read_part_at(url: str, first: int, stop: int, sizes: Sequence[int]) -> Part:
    """read_part() over a connection of this process's own."""
    with _engine(url).connect() as connection:
        return read_part(connection, first, stop, sizes)


def read_part(connection: Connection, first: int, stop: int, sizes: Sequence[int]) -> Part:
    """Recompute the leaves of a range of entries, and the tree's right edge at some sizes."""
    part = Part(first)
    leaves: list[bytes] = []
    is_sqlite = connection.dialect.name == "sqlite"
    for rows in sealed_rows(connection, first, stop):
        found, kept = leaves_of(rows, is_sqlite=is_sqlite), [row[LEAF] for row in rows]
        expected = first + len(leaves)
        numbers = [row[0] for row in rows]
        if found == kept and numbers == list(range(expected, expected + len(rows))):
            leaves += kept
        else:
            _join_slowly(part, leaves, zip(numbers, found, kept, strict=True))
    if first + len(leaves) < stop:
        part.faults.append(Fault("entries are missing", first + len(leaves)))
        part.is_whole = False
    if part.is_whole:
        _grow(part, leaves, sizes)
    return part


def _join_slowly(
    part: Part, leaves: list[bytes], rows: Iterable[tuple[int, bytes | None, bytes]]
) -> None:
    """Add rows of which something is wrong to the leaves, and say of each what it is."""
    for number, found, kept in rows:
        expected = part.first + len(leaves)
        if number != expected:
            what = "entries are missing" if number > expected else "two entries have one number"
            part.faults.append(Fault(what, min(number, expected)))
            part.is_whole = False
            leaves += [b""] * (number - expected)
        if found != kept:
            part.faults.append(Fault("the entry is not what was sealed", number))
        leaves.append(kept)


def _grow(part: Part, leaves: Sequence[bytes], sizes: Sequence[int]) -> None:
    tree = Tree()
    for stop in sorted({*(size - part.first for size in sizes), len(leaves)}):
        completed = tree.extend(leaves[tree.size : stop])
        part.subtrees += [
            (level, place + (part.first >> level), root) for level, place, root in completed
        ]
        part.edges[part.first + stop] = list(tree.peaks)


# --- segments ------------------------------------------------------------------------------------


def read_segment_at(url: str, segment: WrittenSegment) -> list[Fault]:
    """read_segment() over a connection of this process's own."""
    with _engine(url).connect() as connection:
        return read_segment(connection, segment)


def read_segment(connection: Connection, segment: WrittenSegment) -> list[Fault]:
    """Compare a segment with its hash, its leaves with its rows, and both with the database."""
    try:
        content = segment.file.read_bytes()
    except OSError:
        return [Fault(f"the segment {segment.file.name} is missing", segment.first)]
    if hashlib.sha256(content).hexdigest() != segment.sha256:
        return [Fault(f"the segment {segment.file.name} is not what was written", segment.first)]
    try:
        return list(_compare(connection, segment))
    except duckdb.Error:
        return [Fault(f"the segment {segment.file.name} cannot be read", segment.first)]


_LEAVES = text("SELECT seq, leaf FROM interaction WHERE seq BETWEEN :first AND :last ORDER BY seq")


def _compare(connection: Connection, segment: WrittenSegment) -> Iterator[Fault]:
    span = {"first": segment.first, "last": segment.last}
    sealed = {number: bytes(leaf) for number, leaf in connection.execute(_LEAVES, span)}
    given = {"file": str(segment.file), "kinds": sorted(PUBLIC_KINDS)}
    with duckdb.connect(":memory:") as con:
        con.execute("SET threads = 1; SET enable_progress_bar = false")
        rows = con.execute(_RECOMPUTED, given).fetchall()
    for number, found, kept in rows:
        if found != kept or sealed.get(number) != kept:
            yield Fault(f"the segment {segment.file.name} is not what was sealed", number)
    missing = sealed.keys() - {number for number, _found, _kept in rows}
    if missing:
        yield Fault(f"the segment {segment.file.name} lacks entries", min(missing))


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
"""The halves of a row of a segment as canonical JSON; `moment` as the private half has it."""
MOMENT = "strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%f') || 'Z'"

_RECOMPUTED = f"""
WITH given AS (
  SELECT *, list_contains($kinds, kind) AS is_public, {MOMENT} AS moment
  FROM read_parquet($file)
), halves AS (
  SELECT seq, leaf, {PUBLIC_HALF} AS public, {PRIVATE_HALF} AS private
  FROM given
)
SELECT seq,
       unhex(sha256('\\x00'::BLOB || unhex(sha256(public)) || unhex(sha256(private)))) AS found,
       leaf
FROM halves ORDER BY seq
"""  # noqa: S608  # built from names of our own
