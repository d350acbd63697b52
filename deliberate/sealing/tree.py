"""The Merkle tree over the log (RFC 9162, section 2.1): growing it, and what proofs are made of."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from deliberate.sealing.verifier import node, split_point

EMPTY = sha256(b"").digest()
"""The root of a tree without entries."""
BLOCK = 256

Range = tuple[int, int]
SubtreeRoot = Callable[[int, int], bytes]
"""Gives the root of the place-th full subtree of 2^level entries."""


class Tree:
    """The right edge of a growing tree: enough to add leaves and give the root at any time."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaves; gives (level, place, root) of each full subtree of 256, 65,536, … completed.

        Whole blocks of 256 are hashed level by level, four times faster than leaf by leaf.
        """
        completed: list[tuple[int, int, bytes]] = []
        done = 0
        while done < len(leaves):
            if self.size % BLOCK == 0 and len(leaves) - done >= BLOCK:
                completed += self.add_subtree(8, pairwise_root(leaves[done : done + BLOCK]))
                done += BLOCK
            else:
                completed += self.add_subtree(0, leaves[done])
                done += 1
        return completed

    def add(self, leaf_hash: bytes) -> None:
        """Add one leaf; amortised one hash."""
        self.add_subtree(0, leaf_hash)

    def add_subtree(self, level: int, root: bytes) -> list[tuple[int, int, bytes]]:
        """Add a full subtree whose place is the next one of its level; gives what extend() does."""
        self.size += 1 << level
        carry, count, completed = root, self.size >> level, []
        while True:
            if level and level % 8 == 0:
                completed.append((level, (self.size >> level) - 1, carry))
            if count % 2:
                break
            carry = node(self.peaks.pop(), carry)
            count //= 2
            level += 1
        self.peaks.append(carry)
        return completed

    @property
    def root(self) -> bytes:
        """The tree's root; SHA-256 of nothing for the empty tree."""
        return fold(self.peaks)


def pairwise_root(hashes: Sequence[bytes]) -> bytes:
    """The root of a full subtree over its hashes, a power of two of them."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0]


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over full subtrees that stand side by side, the largest first."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node(peak, root)
    return root


def full_subtrees(entries: Range) -> Iterator[tuple[int, int]]:
    """(level, place) of the full subtrees that make up a range of entries, from left to right.

    The range begins where a subtree of its length may begin.
    """
    start, end = entries
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_root(entries: Range, subtree_root: SubtreeRoot) -> bytes:
    """The hash of a range of entries as it stands in proofs."""
    return fold([subtree_root(level, place) for level, place in full_subtrees(entries)])


def inclusion_ranges(number: int, size: int) -> list[Range]:
    """The ranges whose hashes prove one entry to be in a tree of that size, lowest first."""
    start, end = 0, size
    found: list[Range] = []
    while end - start > 1:
        middle = start + split_point(end - start)
        if number < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The ranges whose hashes prove that a tree of one size begins one of another size."""
    start, end, is_whole = 0, second, True
    found: list[Range] = []
    while start + first != end:
        middle = start + split_point(end - start)
        if first <= middle - start:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            first, start, is_whole = first - (middle - start), middle, False
    return ([] if is_whole else [(start, end)]) + found[::-1]
