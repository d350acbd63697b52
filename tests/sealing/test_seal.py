"""The log is numbered without gaps, hashed into a tree and signed."""

import hashlib

import pytest
from sqlalchemy import select, text

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Interaction, SignedTreeHead
from tests import factories


@pytest.fixture
def key(app):
    return sealing.signing_key(app.config["SETTINGS"].log_path, "1" * 64)


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sealing.node(root_of(leaves[:split]), root_of(leaves[split:]))


@pytest.mark.parametrize("size", range(40))
def test_the_growing_tree_has_the_root_of_the_standard(size):
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    tree = sealing.Tree()
    for one in leaves:
        tree.add(one)
    assert tree.root == root_of(leaves)


def test_sealing_numbers_rows_in_the_order_of_writing(app, key):
    for _ in range(5):
        factories.resident()
    assert sealing.seal(key, "test", limit=2) == 2
    assert sealing.seal_all(key, "test") == 3
    rows = db.session.scalars(select(Interaction).order_by(Interaction.id))
    assert [row.seq for row in rows] == [0, 1, 2, 3, 4]


def test_a_sealed_log_verifies(app, key):
    for _ in range(7):
        factories.resident()
        sealing.seal(key, "test")
    assert sealing.verify() == []


def test_heads_name_the_head_before_them(app, key):
    for _ in range(2):
        factories.resident()
        sealing.seal(key, "test")
    first, second = db.session.scalars(select(SignedTreeHead).order_by(SignedTreeHead.size))
    assert first.prev == sealing.FIRST
    assert second.prev == hashlib.sha256(first.body.encode()).hexdigest()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE head SET root = 'x'",
        "UPDATE head SET signature = '00'",
        "UPDATE head SET prev = 'x'",
        "DELETE FROM head WHERE size = 1",
    ],
)
def test_a_changed_head_is_found(app, key, tampering):
    for _ in range(2):
        factories.resident()
        sealing.seal(key, "test")
    with unrecorded("test settings") as session:
        session.execute(text(tampering))
    assert sealing.verify()


def test_the_key_is_made_once_and_read_again(tmp_path):
    first = sealing.signing_key(tmp_path)
    assert sealing.public_key(first) == sealing.public_key(sealing.signing_key(tmp_path))
    assert (tmp_path / "signing.pem").stat().st_mode & 0o777 == 0o600
