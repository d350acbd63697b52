"""Sealing: dense positions, the Merkle tree, signed tree heads, the signing key."""

import hashlib

import pytest
from sqlalchemy import select, text

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Interaction, SignedTreeHead
from tests import factories


@pytest.fixture
def key(app):
    return sealing.load_signing_key(app.config["SETTINGS"].log_path, "1" * 64)


def root_of(leaves: list[bytes]) -> bytes:
    """Return the root by the recursive definition of RFC 9162, section 2.1.1."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sealing.node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


@pytest.mark.parametrize("size", range(40))
def test_merkle_tree_root_equals_the_definition_of_rfc_9162(size):
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    tree = sealing.MerkleTree()
    for leaf in leaves:
        tree.add_subtree(0, leaf)
    assert tree.root == root_of(leaves)


def test_sealing_assigns_positions_in_order_of_ids(app, key):
    for _ in range(5):
        factories.create_resident()
    assert sealing.seal_batch(key, "test", limit=2) == 2
    assert sealing.seal_all(key, "test") == 3
    rows = db.session.scalars(select(Interaction).order_by(Interaction.id))
    assert [row.seq for row in rows] == [0, 1, 2, 3, 4]


def test_sealed_log_verifies(app, key):
    for _ in range(7):
        factories.create_resident()
        sealing.seal_batch(key, "test")
    assert sealing.verify_log() == []


def test_tree_head_names_the_previous_one(app, key):
    for _ in range(2):
        factories.create_resident()
        sealing.seal_batch(key, "test")
    first, second = db.session.scalars(select(SignedTreeHead).order_by(SignedTreeHead.size))
    assert first.prev == sealing.NO_PREVIOUS_HEAD
    assert second.prev == hashlib.sha256(first.body.encode()).hexdigest()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE signed_tree_head SET root = 'x'",
        "UPDATE signed_tree_head SET signature = '00'",
        "UPDATE signed_tree_head SET prev = 'x'",
        "DELETE FROM signed_tree_head WHERE size = 1",
    ],
)
def test_verification_finds_a_missing_tree_head(app, key, tampering):
    for _ in range(2):
        factories.create_resident()
        sealing.seal_batch(key, "test")
    with unrecorded("test settings") as session:
        session.execute(text(tampering))
    assert sealing.verify_log()


def test_signing_key_is_created_once(tmp_path):
    first = sealing.load_signing_key(tmp_path)
    assert sealing.public_key_hex(first) == sealing.public_key_hex(
        sealing.load_signing_key(tmp_path)
    )
    assert (tmp_path / "signing.pem").stat().st_mode & 0o777 == 0o600
