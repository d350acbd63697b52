"""Tampering with the log is found by verification, or with a tree head stored elsewhere.

The attacker has all the rights of the database owner and, where a test says so, the signing key.
"""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, text

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Interaction, SignedTreeHead
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.sealing.tree_heads import ExportedTreeHead, export_tree_head, sign_tree_head
from tests import factories


@pytest.fixture
def settings(app: Flask):
    """Return the settings of a log of a dozen entries with four heads and a segment."""
    for _ in range(4):
        factories.create_proposal()
        sealing.seal_log(app.config["SETTINGS"])
    sealing.write_segments(app.config["SETTINGS"].log_path, rest=True)
    return app.config["SETTINGS"]


def external_head() -> ExportedTreeHead:
    """Return the newest head as a witness stores it."""
    return export_tree_head(sealing.latest_tree_head(db.session))


def attack(*statements: str, **values: object) -> None:
    """Run statements as the database owner, without the triggers."""
    postgres = db.engine.dialect.name == "postgresql"
    with unrecorded("test settings") as session:
        if postgres:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            rows = session.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name, _sql in rows:
                session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            session.execute(text(statement), values)
        if not postgres:
            for _name, sql in rows:
                session.execute(text(sql))


def faults_of(settings, *external_heads: ExportedTreeHead) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [fault.problem for fault in sealing.verify_log(settings.log_path, external_heads)]


def rehash(position: int) -> None:
    """Set the leaf of an entry to the hash of its present content, as a careful attacker would."""
    db.session.rollback()
    db.session.expire_all()
    row = db.session.query(Interaction).filter_by(seq=position).one()
    new_leaf = leaf(public_half(row), private_half(row))
    attack(
        "UPDATE interaction SET leaf = :leaf"
        " WHERE id = (SELECT entry FROM position WHERE seq = :position)",
        leaf=new_leaf,
        position=position,
    )


THIRD = "WHERE id = (SELECT entry FROM position WHERE seq = 3)"
EDITS = {
    "edit a column": f"UPDATE interaction SET subject_id = 77 {THIRD}",
    "edit details": f"UPDATE interaction SET details = '[9]' {THIRD}",
    "change the actor": f"UPDATE interaction SET actor_id = 'somebody' {THIRD}",
    "change the role": f"UPDATE interaction SET actor_role = 'admin' {THIRD}",
    "backdate": f"UPDATE interaction SET occurred_at = '2020-01-01 00:00:00.000000' {THIRD}",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_verification_finds_an_edited_entry(settings, edit):
    assert faults_of(settings) == []
    attack(edit)
    assert "the entry was changed after sealing" in faults_of(settings)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_verification_finds_an_edited_entry_with_a_new_leaf(settings, edit):
    attack(edit)
    rehash(3)
    faults = faults_of(settings)
    assert "the entries do not match the tree head" in faults


def test_verification_finds_a_deleted_entry(settings):
    attack("DELETE FROM interaction WHERE id = (SELECT entry FROM position WHERE seq = 3)")
    assert "entries are missing" in faults_of(settings)


def test_verification_finds_an_inserted_entry(settings):
    columns = [c.key for c in Interaction.__table__.columns]
    selected = ", ".join({"id": "'0123456789abcdef'"}.get(name, name) for name in columns)
    attack(
        "UPDATE position SET seq = -seq WHERE seq >= 3",
        "UPDATE position SET seq = 1 - seq WHERE seq < 0",
        f"INSERT INTO interaction ({', '.join(columns)}) SELECT {selected} FROM interaction"
        " WHERE id = (SELECT entry FROM position WHERE seq = 2)",
        "INSERT INTO position (seq, entry) VALUES (3, '0123456789abcdef')",
    )
    rehash(3)
    faults = faults_of(settings)
    assert "the entries do not match the tree head" in faults
    assert "entries have positions that no tree head covers" in faults


def test_verification_finds_a_renumbered_entry(settings):
    attack("UPDATE position SET seq = 1000 WHERE seq = 3")
    assert "entries are missing" in faults_of(settings)


def test_verification_finds_swapped_entries(settings):
    attack(
        "UPDATE position SET seq = -1 WHERE seq = 3",
        "UPDATE position SET seq = 3 WHERE seq = 4",
        "UPDATE position SET seq = 4 WHERE seq = -1",
    )
    assert "the entries do not match the tree head" in faults_of(settings)


def test_verification_finds_a_truncated_log(settings):
    attack("DELETE FROM interaction WHERE id IN (SELECT entry FROM position WHERE seq > 5)")
    assert "entries are missing" in faults_of(settings)


def segment_of(settings):
    (file,) = (settings.log_path / "segments").iterdir()
    return file


def test_verification_finds_a_changed_segment(settings):
    file = segment_of(settings)
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)
    assert [problem.split(".parquet ")[1] for problem in faults_of(settings)] == ["was changed"]


def test_verification_finds_a_rewritten_segment(settings):
    attack(EDITS["edit a column"])
    stored = db.session.scalar(select(Interaction.leaf).where(Interaction.seq == 3))
    segment_of(settings).unlink()
    attack("DELETE FROM segment")
    sealing.write_segments(settings.log_path, rest=True)
    attack(
        "UPDATE interaction SET subject_id = (SELECT min(subject_id) FROM interaction)"
        " WHERE id = (SELECT entry FROM position WHERE seq = 3) AND leaf = :stored",
        stored=stored,
    )
    assert any(
        "segment" in what and "differs from the sealed log" in what for what in faults_of(settings)
    )


def test_verification_finds_a_missing_segment(settings):
    segment_of(settings).unlink()
    (fault,) = faults_of(settings)
    assert "is missing" in fault


def test_verification_finds_a_changed_tree_head(settings):
    attack("UPDATE signed_tree_head SET body = replace(body, '\"size\":', '\"size\": ')")
    assert "a tree head has an invalid signature" in faults_of(settings)


def test_verification_finds_a_tree_head_signed_by_another_key(settings):
    *_, before, newest = db.session.query(SignedTreeHead).order_by(SignedTreeHead.size)
    tree = sealing.MerkleTree(newest.size, [bytes.fromhex(peak) for peak in newest.peaks])
    other_key = sealing.load_signing_key(settings.log_path, "2" * 64)
    forged = sign_tree_head(tree, before, other_key, settings.base_url, now())
    attack("DELETE FROM signed_tree_head WHERE size = :size", size=newest.size)
    with unrecorded("test settings") as session:
        session.add(forged)
    assert faults_of(settings) == ["a tree head was signed by an unexpected key"]


def unseal(settings, size: int) -> None:
    """Undo the sealing above a size, as an owner with the signing key could."""
    attack(
        "INSERT INTO unsealed_entry SELECT entry FROM position WHERE seq >= :size",
        "DELETE FROM position WHERE seq >= :size",
        "DELETE FROM signed_tree_head WHERE size > :size",
        "DELETE FROM segment",
        size=size,
    )
    segment_of(settings).unlink()


DELETE_UNSEALED = (
    "DELETE FROM interaction WHERE id IN (SELECT entry FROM unsealed_entry)",
    "DELETE FROM unsealed_entry",
)


def faults_without_and_with(settings, head: ExportedTreeHead) -> tuple[list[str], list[str]]:
    return faults_of(settings), faults_of(settings, head)


def test_external_head_reveals_a_log_truncated_with_its_heads(settings):
    stored, size = (
        external_head(),
        db.session.query(SignedTreeHead.size).order_by(SignedTreeHead.size).first()[0],
    )
    unseal(settings, size)
    attack(*DELETE_UNSEALED)
    without, with_head = faults_without_and_with(settings, stored)
    assert without == []
    assert with_head == ["the log is shorter than an external tree head"]


def test_external_head_reveals_a_log_rewritten_with_the_key(settings):
    stored = external_head()
    attack(EDITS["edit a column"])
    rehash(3)
    unseal(settings, 0)
    sealing.seal_log(settings)
    without, with_head = faults_without_and_with(settings, stored)
    assert without == []
    assert with_head == ["the log does not match an external tree head"]


def test_external_head_reveals_a_fork(settings):
    stored, size = (
        external_head(),
        db.session.query(SignedTreeHead.size).order_by(SignedTreeHead.size).first()[0],
    )
    unseal(settings, size)
    attack(*DELETE_UNSEALED)
    while db.session.query(Interaction).count() < stored.fields["size"]:
        factories.create_resident()
        sealing.seal_log(settings)
    without, with_head = faults_without_and_with(settings, stored)
    assert without == []
    assert with_head == ["the log does not match an external tree head"]


def test_external_head_of_an_intact_log_gives_no_fault(settings):
    assert faults_of(settings, external_head()) == []


def test_external_head_of_another_log_is_no_fault_but_cannot_be_compared(settings):
    key = sealing.current_signing_key(settings)
    newest = sealing.latest_tree_head(db.session)
    tree = sealing.MerkleTree(newest.size, [bytes.fromhex(peak) for peak in newest.peaks])
    foreign = sign_tree_head(tree, None, key, "https://elsewhere.example", now())
    foreign_head = export_tree_head(foreign)
    forged_head = replace(foreign_head, signature="00" * 64)
    split = sealing.split_external_heads(
        db.session(), [foreign_head, forged_head], settings.base_url
    )
    assert split.comparable == [forged_head]
    assert "of another log: https://elsewhere.example" in split.reasons[0]


def test_external_head_with_invalid_signature_is_a_fault(settings):
    forged = replace(external_head(), signature="00" * 64)
    assert faults_of(settings, forged) == ["an external tree head has an invalid signature"]


def test_fault_has_position_and_time(settings):
    attack(EDITS["edit details"])
    (fault, *_) = sealing.verify_log()
    (first, *_) = db.session.query(SignedTreeHead).order_by(SignedTreeHead.size)
    assert (fault.position, fault.since) == (3, json.loads(first.body)["t"])
