"""Verification of parts of the log, each on its own, in worker processes if there are many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine

from deliberate.sealing.date_verification import Fault, HeadTime, check_dates
from deliberate.sealing.leaf_hashes import LEAF, RawRow, recompute_leaves
from deliberate.sealing.log_rows import sealed_rows
from deliberate.sealing.merkle_tree import MerkleTree, Subtree

Span = tuple[int, int]
"""First position and the position after the last."""
ROWS_PER_PART = 65536
"""The size of a full subtree, so that the root of a part is a node of the whole tree."""


@dataclass
class LogPart:
    """The result for a range of entries.

    `edges` are the peaks of the subtree of the part at each requested tree size.
    """

    first: int
    faults: list[Fault] = field(default_factory=list)
    edges: dict[int, list[bytes]] = field(default_factory=dict)
    subtrees: list[Subtree] = field(default_factory=list)
    is_whole: bool = True


@cache
def worker_engine(url: str) -> Engine:
    """Return an engine of this process for a database URL."""
    return create_engine(url)


def verify_part_at(
    url: str,
    span: Span,
    sizes: Sequence[int],
    heads: Sequence[HeadTime],
    log_path: Path | None = None,
) -> LogPart:
    """Run verify_part() in a worker process."""
    with worker_engine(url).connect() as connection:
        return verify_part(connection, span, sizes, heads, log_path)


def verify_part(
    connection: Connection,
    span: Span,
    sizes: Sequence[int],
    heads: Sequence[HeadTime],
    log_path: Path | None = None,
) -> LogPart:
    """Recompute the leaves of a range of entries and the peaks of the tree at some sizes.

    `heads` are those between which the entries must be dated, from the one before the range to
    the one that covers its end. Rows of detached months are read from segments in `log_path`.
    """
    first, stop = span
    part = LogPart(first)
    leaves: list[bytes] = []
    for rows in sealed_rows(connection, first, stop, log_path):
        _add_rows(part, leaves, rows, recompute_leaves(rows))
        part.faults += check_dates(rows, heads)
    if first + len(leaves) < stop:
        part.faults.append(Fault("entries are missing", first + len(leaves)))
        part.is_whole = False
    if part.is_whole:
        _compute_edges(part, leaves, sizes)
    return part


def _add_rows(
    part: LogPart,
    leaves: list[bytes],
    rows: Sequence[RawRow],
    computed: Sequence[bytes | None],
) -> None:
    """Append the stored leaves of rows, and add faults where they are not the computed ones."""
    stored, positions = [row[LEAF] for row in rows], [row[0] for row in rows]
    expected = part.first + len(leaves)
    if computed == stored and positions == list(range(expected, expected + len(rows))):
        leaves += stored
    else:
        _add_faulty_rows(part, leaves, zip(positions, computed, stored, strict=True))


def _add_faulty_rows(
    part: LogPart, leaves: list[bytes], rows: Iterable[tuple[int, bytes | None, bytes]]
) -> None:
    """Append the leaves of rows of which some are wrong, and add a fault for each of these."""
    for position, computed, stored in rows:
        expected = part.first + len(leaves)
        if position != expected:
            is_gap = position > expected
            problem = "entries are missing" if is_gap else "two entries have the same position"
            part.faults.append(Fault(problem, min(position, expected)))
            part.is_whole = False
            leaves += [b""] * (position - expected)
        if computed != stored:
            part.faults.append(Fault("the entry was changed after sealing", position))
        leaves.append(stored)


def _compute_edges(part: LogPart, leaves: Sequence[bytes], sizes: Sequence[int]) -> None:
    tree = MerkleTree()
    for stop in sorted({*(size - part.first for size in sizes), len(leaves)}):
        completed = tree.extend(leaves[tree.size : stop])
        part.subtrees += [
            (level, position + (part.first >> level), root) for level, position, root in completed
        ]
        part.edges[part.first + stop] = list(tree.peaks)
