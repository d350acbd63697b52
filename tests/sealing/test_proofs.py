"""Proofs hold for every entry and every pair of sizes, and a forged one never does."""

import hashlib
import json

import pymerkle
import pytest

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Subtree
from deliberate.sealing import proofs, tree, verifier
from tests import factories
from tests.sealing.log_filler import fill

SIZES = range(1, 34)


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + bytes([n])).digest() for n in range(count)]


def subtree_root_over(hashes: list[bytes]):
    return lambda level, place: verifier.roots_over(
        hashes[place << level : (place + 1) << level], ()
    )[0]


def inclusion(hashes: list[bytes], number: int) -> list[bytes]:
    ranges = tree.inclusion_ranges(number, len(hashes))
    return [tree.range_root(part, subtree_root_over(hashes)) for part in ranges]


def consistency(hashes: list[bytes], first: int) -> list[bytes]:
    ranges = tree.consistency_ranges(first, len(hashes))
    return [tree.range_root(part, subtree_root_over(hashes)) for part in ranges]


def root(hashes: list[bytes]) -> bytes:
    return verifier.roots_over(hashes, ())[0]


@pytest.mark.parametrize("size", SIZES)
def test_every_entry_is_proven_to_lie_in_the_tree(size):
    hashes = leaves(size)
    for number, leaf in enumerate(hashes):
        path = inclusion(hashes, number)
        assert verifier.root_by_inclusion(leaf, number, size, path) == root(hashes)


@pytest.mark.parametrize("size", SIZES)
def test_every_smaller_tree_is_proven_to_begin_the_tree(size):
    hashes = leaves(size)
    for first in range(1, size + 1):
        path = consistency(hashes, first)
        small, whole = root(hashes[:first]), root(hashes)
        assert verifier.is_consistent(first, small, size, whole, path)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 20, 33])
def test_proofs_are_those_of_pymerkle(size):
    reference = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(size):
        reference.append_entry(bytes([number]))
    hashes = leaves(size)
    assert reference.get_root(size) == root(hashes)
    for number in range(size):
        theirs = reference.prove_inclusion(number + 1, size).serialize()["path"]
        assert set(theirs) == {hashes[number].hex(), *as_hex(inclusion(hashes, number))}
        theirs = reference.prove_consistency(number + 1, size)
        pymerkle.verify_consistency(root(hashes[: number + 1]), root(hashes), theirs)


@pytest.mark.parametrize("size", SIZES)
def test_consistency_proofs_are_those_of_the_standard(size):
    hashes = leaves(size)
    for first in range(1, size + 1):
        assert consistency(hashes, first) == subproof(first, hashes, is_whole=True)


def subproof(first: int, hashes: list[bytes], *, is_whole: bool) -> list[bytes]:
    """RFC 9162 section 2.1.4.1, word for word."""
    if first == len(hashes):
        return [] if is_whole else [root(hashes)]
    split = verifier.split_point(len(hashes))
    left, right = hashes[:split], hashes[split:]
    if first <= split:
        return [*subproof(first, left, is_whole=is_whole), root(right)]
    return [*subproof(first - split, right, is_whole=False), root(left)]


def as_hex(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def flipped(one: bytes) -> bytes:
    return bytes([one[0] ^ 1]) + one[1:]


@pytest.mark.parametrize("size", [2, 3, 7, 8, 20])
def test_a_forged_inclusion_proof_is_refused(size):
    hashes = leaves(size)
    for number, leaf in enumerate(hashes):
        path = inclusion(hashes, number)
        forged = [
            (flipped(leaf), number, path),
            (leaf, (number + 1) % size, path),
            (leaf, number, path[:-1]),
            (leaf, number, [*path, path[-1]]),
            *(
                (leaf, number, [*path[:n], flipped(one), *path[n + 1 :]])
                for n, one in enumerate(path)
            ),
        ]
        for one in forged:
            assert not is_proven(*one, hashes)


def is_proven(leaf, number, path, hashes) -> bool:
    try:
        return verifier.root_by_inclusion(leaf, number, len(hashes), path) == root(hashes)
    except verifier.Wrong:
        return False


@pytest.mark.parametrize("size", [2, 3, 7, 8, 20])
def test_a_forged_consistency_proof_is_refused(size):
    hashes, other = leaves(size), [flipped(leaf) for leaf in leaves(size)]
    for first in range(1, size):
        path, small, whole = consistency(hashes, first), root(hashes[:first]), root(hashes)
        assert not verifier.is_consistent(first, root(other[:first]), size, whole, path)
        assert not verifier.is_consistent(first, small, size, root(other), path)
        assert not verifier.is_consistent(first, small, size, whole, path[:-1])
        assert not verifier.is_consistent(first, small, size, whole, [*path, path[-1]])
        assert not verifier.is_consistent(first, small, size, whole, [*map(flipped, path)])


# --- in the house --------------------------------------------------------------------------------


def test_proofs_are_made_from_kept_subtrees(app):
    settings = app.config["SETTINGS"]
    fill(700)
    sealing.seal_log(settings)
    assert db.session.query(Subtree).count() == 2
    for entry in (0, 255, 256, 511, 512, 700):
        proof = json.loads(json.dumps(proofs.prove(entry).as_json()))
        assert verifier.check_proof(proof)["size"] == 701
    for first in (1, 255, 256, 300, 512, 700, 701):
        path = proofs.consistency(first, 701)
        roots = proofs.root_at(first), proofs.root_at(701)
        assert verifier.is_consistent(first, roots[0], 701, roots[1], path)


def test_a_proof_against_an_older_head(app):
    settings = app.config["SETTINGS"]
    factories.resident()
    sealing.seal_log(settings)
    factories.resident()
    sealing.seal_log(settings)
    assert verifier.check_proof(proofs.prove(0, 1).as_json())["size"] == 1
    with pytest.raises(proofs.NotSealed):
        proofs.prove(1, 1)
    with pytest.raises(proofs.NotSealed):
        proofs.consistency(2, 3)
