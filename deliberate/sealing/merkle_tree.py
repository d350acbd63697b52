"""The Merkle tree over the log (RFC 9162, section 2.1): appending leaves, ranges of proofs."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from deliberate.sealing.verifier import node_hash, split_point

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without entries."""
BLOCK_LEAVES = 256
BLOCK_LEVEL = 8

Range = tuple[int, int]
"""First position and the position after the last."""
Subtree = tuple[int, int, bytes]
"""Level, position within the level and root of a full subtree."""
SubtreeRoot = Callable[[int, int], bytes]
"""Return the root of the full subtree of 2^level entries at a position within its level."""


class MerkleTree:
    """A growing tree, represented by the roots of its full subtrees from left to right."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def extend(self, leaves: Sequence[bytes]) -> list[Subtree]:
        """Append leaves; return the completed full subtrees of 256, 65,536, … leaves.

        Whole blocks of 256 leaves are hashed level by level, four times faster than leaf by leaf.
        """
        completed: list[Subtree] = []
        added = 0
        while added < len(leaves):
            if self.size % BLOCK_LEAVES == 0 and len(leaves) - added >= BLOCK_LEAVES:
                root = pairwise_root(leaves[added : added + BLOCK_LEAVES])
                completed += self.add_subtree(BLOCK_LEVEL, root)
                added += BLOCK_LEAVES
            else:
                completed += self.add_subtree(0, leaves[added])
                added += 1
        return completed

    def add_subtree(self, level: int, root: bytes) -> list[Subtree]:
        """Append a full subtree; return the completed subtrees as extend() does.

        The size of the tree must be a multiple of the size of the subtree.
        """
        self.size += 1 << level
        carry, count, completed = root, self.size >> level, []
        while True:
            if level and level % BLOCK_LEVEL == 0:
                completed.append((level, (self.size >> level) - 1, carry))
            if count % 2:
                break
            carry = node_hash(self.peaks.pop(), carry)
            count //= 2
            level += 1
        self.peaks.append(carry)
        return completed

    @property
    def root(self) -> bytes:
        """Return the root, SHA-256 of nothing for the empty tree."""
        return fold(self.peaks)


def pairwise_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a full subtree over its hashes, whose number is a power of two."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0]


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over adjacent full subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def full_subtrees(entries: Range) -> Iterator[tuple[int, int]]:
    """Yield level and position of the full subtrees of a range of entries, from left to right.

    The range must begin at a multiple of the size of its first subtree.
    """
    start, end = entries
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_root(entries: Range, subtree_root: SubtreeRoot) -> bytes:
    """Return the hash of a range of entries as proofs contain it."""
    return fold([subtree_root(level, position) for level, position in full_subtrees(entries)])


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """Return the ranges whose hashes are the inclusion proof of an entry, lowest level first."""
    start, end = 0, size
    ranges: list[Range] = []
    while end - start > 1:
        middle = start + split_point(end - start)
        if position < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the ranges whose hashes are the consistency proof between two tree sizes."""
    start, end, is_whole = 0, second, True
    ranges: list[Range] = []
    while start + first != end:
        middle = start + split_point(end - start)
        if first <= middle - start:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            first, start, is_whole = first - (middle - start), middle, False
    return ([] if is_whole else [(start, end)]) + ranges[::-1]
