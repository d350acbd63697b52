"""Inclusion and consistency proofs for every entry and size; forged proofs are rejected."""

import hashlib
import json

import pymerkle
import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Interaction, Subtree
from deliberate.sealing import merkle_proofs, merkle_tree, verifier
from tests import factories
from tests.sealing.log_filler import fill

SIZES = range(1, 34)


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + bytes([n])).digest() for n in range(count)]


def subtree_root_over(hashes: list[bytes]):
    return lambda level, position: verifier.compute_roots(
        hashes[position << level : (position + 1) << level], ()
    )[0]


def inclusion(hashes: list[bytes], position: int) -> list[bytes]:
    ranges = merkle_tree.inclusion_ranges(position, len(hashes))
    return [merkle_tree.range_root(range_, subtree_root_over(hashes)) for range_ in ranges]


def consistency(hashes: list[bytes], first: int) -> list[bytes]:
    ranges = merkle_tree.consistency_ranges(first, len(hashes))
    return [merkle_tree.range_root(range_, subtree_root_over(hashes)) for range_ in ranges]


def root(hashes: list[bytes]) -> bytes:
    return verifier.compute_roots(hashes, ())[0]


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_proof_verifies_for_every_entry(size):
    hashes = leaves(size)
    for position, leaf in enumerate(hashes):
        path = inclusion(hashes, position)
        assert verifier.root_from_inclusion(leaf, position, size, path) == root(hashes)


@pytest.mark.parametrize("size", SIZES)
def test_consistency_proof_verifies_for_every_smaller_tree(size):
    hashes = leaves(size)
    for first in range(1, size + 1):
        path = consistency(hashes, first)
        small, whole = root(hashes[:first]), root(hashes)
        assert verifier.is_consistent(first, small, size, whole, path)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 20, 33])
def test_proofs_equal_those_of_pymerkle(size):
    reference = pymerkle.InmemoryTree(algorithm="sha256")
    for position in range(size):
        reference.append_entry(bytes([position]))
    hashes = leaves(size)
    assert reference.get_root(size) == root(hashes)
    for position in range(size):
        reference_proof = reference.prove_inclusion(position + 1, size).serialize()["path"]
        assert set(reference_proof) == {
            hashes[position].hex(),
            *as_hex(inclusion(hashes, position)),
        }
        reference_proof = reference.prove_consistency(position + 1, size)
        pymerkle.verify_consistency(root(hashes[: position + 1]), root(hashes), reference_proof)


@pytest.mark.parametrize("size", SIZES)
def test_consistency_proof_equals_the_algorithm_of_rfc_9162(size):
    hashes = leaves(size)
    for first in range(1, size + 1):
        assert consistency(hashes, first) == subproof(first, hashes, is_whole=True)


def subproof(first: int, hashes: list[bytes], *, is_whole: bool) -> list[bytes]:
    """Return the proof by the recursive definition of RFC 9162, section 2.1.4.1."""
    if first == len(hashes):
        return [] if is_whole else [root(hashes)]
    split = verifier.split_point(len(hashes))
    left, right = hashes[:split], hashes[split:]
    if first <= split:
        return [*subproof(first, left, is_whole=is_whole), root(right)]
    return [*subproof(first - split, right, is_whole=False), root(left)]


def as_hex(hashes: list[bytes]) -> list[str]:
    return [hash_.hex() for hash_ in hashes]


def flip_a_bit(hash_: bytes) -> bytes:
    return bytes([hash_[0] ^ 1]) + hash_[1:]


@pytest.mark.parametrize("size", [2, 3, 7, 8, 20])
def test_forged_inclusion_proof_is_rejected(size):
    hashes = leaves(size)
    for position, leaf in enumerate(hashes):
        path = inclusion(hashes, position)
        forged = [
            (flip_a_bit(leaf), position, path),
            (leaf, (position + 1) % size, path),
            (leaf, position, path[:-1]),
            (leaf, position, [*path, path[-1]]),
            *(
                (leaf, position, [*path[:n], flip_a_bit(hash_), *path[n + 1 :]])
                for n, hash_ in enumerate(path)
            ),
        ]
        for hash_ in forged:
            assert not is_proven(*hash_, hashes)


def is_proven(leaf, position, path, hashes) -> bool:
    try:
        return verifier.root_from_inclusion(leaf, position, len(hashes), path) == root(hashes)
    except verifier.VerificationError:
        return False


@pytest.mark.parametrize("size", [2, 3, 7, 8, 20])
def test_forged_consistency_proof_is_rejected(size):
    hashes, other = leaves(size), [flip_a_bit(leaf) for leaf in leaves(size)]
    for first in range(1, size):
        path, small, whole = consistency(hashes, first), root(hashes[:first]), root(hashes)
        assert not verifier.is_consistent(first, root(other[:first]), size, whole, path)
        assert not verifier.is_consistent(first, small, size, root(other), path)
        assert not verifier.is_consistent(first, small, size, whole, path[:-1])
        assert not verifier.is_consistent(first, small, size, whole, [*path, path[-1]])
        assert not verifier.is_consistent(first, small, size, whole, [*map(flip_a_bit, path)])


def test_proofs_use_stored_subtrees(app):
    settings = app.config["SETTINGS"]
    fill(700)
    sealing.seal_log(settings)
    assert db.session.query(Subtree).count() == 2
    for entry in (0, 255, 256, 511, 512, 700):
        proof = json.loads(json.dumps(merkle_proofs.inclusion_proof(entry).as_json()))
        assert verifier.check_proof(proof)["size"] == 701
    sizes = (1, 255, 256, 300, 512, 700, 701)
    rows = db.session.scalars(select(Interaction.leaf).order_by(Interaction.seq))
    _root, roots = verifier.compute_roots(rows, sizes)
    for first in sizes:
        path = merkle_proofs.consistency_proof(first, 701)
        assert verifier.is_consistent(first, roots[first], 701, roots[701], path)


def test_inclusion_proof_for_an_older_head(app):
    settings = app.config["SETTINGS"]
    factories.create_resident()
    sealing.seal_log(settings)
    factories.create_resident()
    sealing.seal_log(settings)
    assert verifier.check_proof(merkle_proofs.inclusion_proof(0, 1).as_json())["size"] == 1
    with pytest.raises(merkle_proofs.NotSealed):
        merkle_proofs.inclusion_proof(1, 1)
    with pytest.raises(merkle_proofs.NotSealed):
        merkle_proofs.consistency_proof(2, 3)
