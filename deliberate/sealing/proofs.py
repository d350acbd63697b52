"""Proofs over the sealed log: one entry lies in it, one head continues another.

Roots of full subtrees are kept for every eighth level (0.4 % of the entries), so a proof reads at
most 256 rows of a level: the same work at 10 million entries as at 100.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, SignedTreeHead, Subtree
from deliberate.sealing.heads import SignedHead, signed
from deliberate.sealing.tree import (
    Range,
    consistency_ranges,
    inclusion_ranges,
    pairwise_root,
    range_root,
)

STEP = 8


class NotSealed(LookupError):
    """No head covers the entry, or there is no head of that size."""


@dataclass(frozen=True)
class Proof:
    """That an entry lies in the log a head was signed over: its leaf, and the hashes beside it."""

    entry: int
    leaf: bytes
    path: list[bytes]
    head: SignedHead

    def as_json(self) -> dict[str, Any]:
        """The proof as files and pages have it; verify.py reads it."""
        return {
            "entry": self.entry,
            "head": self.head.as_json(),
            "leaf": self.leaf.hex(),
            "path": [part.hex() for part in self.path],
        }


def prove(entry: int, size: int | None = None) -> Proof:
    """The proof that an entry lies in the log as a head of that size signed it (newest: None).

    Raises NotSealed.
    """
    newest = select(SignedTreeHead).order_by(SignedTreeHead.size.desc()).limit(1)
    head = db.session.scalar(
        newest if size is None else select(SignedTreeHead).where(SignedTreeHead.size == size)
    )
    if head is None or not 0 <= entry < head.size:
        raise NotSealed(f"no head covers entry {entry}")
    path = [_range_root(part) for part in inclusion_ranges(entry, head.size)]
    return Proof(entry, _subtree_root(0, entry), path, signed(head))


def consistency(first: int, second: int) -> list[bytes]:
    """The hashes that prove the log of `first` entries to begin the log of `second`.

    Raises NotSealed unless 0 < first <= second and the second is sealed.
    """
    newest = (
        db.session.scalar(select(SignedTreeHead.size).order_by(SignedTreeHead.size.desc()).limit(1))
        or 0
    )
    if not 0 < first <= second <= newest:
        raise NotSealed(f"the log has no {first} and {second} entries in this order")
    return [_range_root(part) for part in consistency_ranges(first, second)]


def root_at(size: int) -> bytes:
    """The root over the first entries, whether or not a head was made at that size."""
    return _range_root((0, size))


def _range_root(entries: Range) -> bytes:
    return range_root(entries, _subtree_root)


def _subtree_root(level: int, place: int) -> bytes:
    """The root of a full subtree, from the roots kept at the eighth level below it or itself."""
    above = level % STEP
    return pairwise_root(_kept(level - above, place << above, (place + 1) << above))


def _kept(level: int, first: int, stop: int) -> list[bytes]:
    if level == 0:
        found = db.session.scalars(
            select(Interaction.leaf)
            .where(Interaction.seq >= first, Interaction.seq < stop)
            .order_by(Interaction.seq)
        )
    else:
        found = db.session.scalars(
            select(Subtree.root)
            .where(Subtree.level == level, Subtree.place >= first, Subtree.place < stop)
            .order_by(Subtree.place)
        )
    hashes = list(found)
    if len(hashes) != stop - first:
        raise NotSealed(f"entries {first << level} to {(stop << level) - 1} are not all there")
    return hashes
