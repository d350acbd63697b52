"""Inclusion and consistency proofs over the sealed log (RFC 9162, section 2.1).

Roots of full subtrees are stored for every eighth level (0.4 % of the entries), so a proof reads
at most 256 rows of a level, whatever the size of the log.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.models import Interaction, Position, SignedTreeHead, Subtree
from deliberate.models.log.detached import log_path, read_raw_rows
from deliberate.sealing.merkle_tree import (
    BLOCK_LEVEL,
    Range,
    consistency_ranges,
    inclusion_ranges,
    pairwise_root,
    range_root,
)
from deliberate.sealing.tree_heads import ExportedTreeHead, export_tree_head


class NotSealed(LookupError):
    """No tree head covers the entry, or no tree head has this size."""


@dataclass(frozen=True)
class InclusionProof:
    """The proof that an entry is in the log of a tree head: its leaf and the audit path."""

    entry: int
    leaf: bytes
    path: list[bytes]
    head: ExportedTreeHead

    def as_json(self) -> dict[str, Any]:  # Any: JSON values
        """Return the proof as files and pages contain it; verify.py reads it."""
        return {
            "entry": self.entry,
            "head": self.head.as_json(),
            "leaf": self.leaf.hex(),
            "path": [part.hex() for part in self.path],
        }


def inclusion_proof(entry: int, size: int | None = None) -> InclusionProof:
    """Return the proof that an entry is in the log of the tree head of a size (None: newest).

    Raises NotSealed.
    """
    newest = select(SignedTreeHead).order_by(SignedTreeHead.size.desc()).limit(1)
    head = db.session.scalar(
        newest if size is None else select(SignedTreeHead).where(SignedTreeHead.size == size)
    )
    if head is None or not 0 <= entry < head.size:
        raise NotSealed(f"no tree head covers entry {entry}")
    path = [_range_root(part) for part in inclusion_ranges(entry, head.size)]
    return InclusionProof(entry, _subtree_root(0, entry), path, export_tree_head(head))


def consistency_proof(first: int, second: int) -> list[bytes]:
    """Return the proof that the log of `first` entries is a prefix of that of `second`.

    Raises NotSealed unless 0 < first <= second and the second is sealed.
    """
    newest = db.session.scalar(
        select(SignedTreeHead.size).order_by(SignedTreeHead.size.desc()).limit(1)
    )
    if not 0 < first <= second <= (newest or 0):
        raise NotSealed(f"the log has no tree heads of {first} and {second} entries in this order")
    return [_range_root(part) for part in consistency_ranges(first, second)]


def _range_root(entries: Range) -> bytes:
    return range_root(entries, _subtree_root)


def _subtree_root(level: int, position: int) -> bytes:
    """Return the root of a full subtree from the nearest stored level at or below its own."""
    above = level % BLOCK_LEVEL
    return pairwise_root(_stored_hashes(level - above, position << above, (position + 1) << above))


def _stored_hashes(level: int, first: int, stop: int) -> list[bytes]:
    if level == 0:
        hashes = leaf_hashes_between(db.session(), first, stop, log_path())
    else:
        rows = db.session.scalars(
            select(Subtree.root)
            .where(Subtree.level == level, Subtree.position >= first, Subtree.position < stop)
            .order_by(Subtree.position)
        )
        hashes = list(rows)
    if len(hashes) != stop - first:
        raise NotSealed(f"entries {first << level} to {(stop << level) - 1} are incomplete")
    return hashes


def leaf_hashes_between(session: Session, first: int, stop: int, log_path: Path) -> list[bytes]:
    """Return the leaf hashes of a range of positions, in order."""
    stored = session.execute(
        select(Position.seq, Interaction.leaf)
        .join(Interaction, Interaction.id == Position.entry)
        .where(Position.seq >= first, Position.seq < stop)
        .order_by(Position.seq)
    ).all()
    leaves = {seq: bytes(leaf) for seq, leaf in stored}
    if len(leaves) < stop - first:
        span = {"first": first, "stop": stop}
        within = "seq >= $first AND seq < $stop"
        detached = read_raw_rows(session.connection(), log_path, within, span, ("seq", "leaf"))
        leaves = {seq: bytes(leaf) for seq, leaf in detached} | leaves
    return [leaves[seq] for seq in sorted(leaves)]
