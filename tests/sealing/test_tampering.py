"""The fourteen tamperings: each is found, by somebody who holds one head of the log.

The attacker has all the rights of the database's owner, and where it says so the key as well.
"""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.models import Interaction, SignedTreeHead
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.sealing.heads import SignedHead, new_head, signed
from tests import factories


@pytest.fixture
def settings(app: Flask):
    """A log of a dozen entries under four heads, with a segment, and nobody watching."""
    for _ in range(4):
        factories.a_proposal()
        sealing.seal_log(app.config["SETTINGS"])
    sealing.write_segments(app.config["SETTINGS"].log_path, rest=True)
    return app.config["SETTINGS"]


def kept_head() -> SignedHead:
    """The newest head, as somebody outside has it."""
    return signed(sealing.latest_head(db.session))


def attack(*statements: str, **values: object) -> None:
    """Run statements as the database's owner, who drops what stands in the way."""
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


def found(settings, *outside: SignedHead) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [fault.what for fault in sealing.verify(settings.log_path, outside)]


def rehash(number: int) -> None:
    """Give an entry the leaf of what it holds now, as a careful attacker would."""
    db.session.rollback()
    db.session.expire_all()
    row = db.session.query(Interaction).filter_by(seq=number).one()
    made = leaf(public_half(row), private_half(row))
    attack("UPDATE interaction SET leaf = :leaf WHERE seq = :number", leaf=made, number=number)


EDITS = {
    "edit a column": "UPDATE interaction SET subject_id = 77 WHERE seq = 3",
    "edit details": "UPDATE interaction SET details = '{\"terms\"\\:9}' WHERE seq = 3",
    "change the actor": "UPDATE interaction SET actor_id = 'somebody' WHERE seq = 3",
    "change the role": "UPDATE interaction SET actor_role = 'admin' WHERE seq = 3",
    "backdate": "UPDATE interaction SET occurred_at = '2020-01-01 00:00:00.000000' WHERE seq = 3",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_entry_is_found(settings, edit):
    assert found(settings) == []
    attack(edit)
    assert "the entry is not what was sealed" in found(settings)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_entry_with_a_new_leaf_is_found(settings, edit):
    attack(edit)
    rehash(3)
    faults = found(settings)
    assert "entries are not those that the head was signed over" in faults


def test_a_deleted_entry_is_found(settings):
    attack("DELETE FROM interaction WHERE seq = 3")
    assert "entries are missing" in found(settings)


def test_an_inserted_entry_is_found(settings):
    columns = [c.key for c in Interaction.__table__.columns]
    asked = {"id": "'0123456789abcdef'", "seq": "3", "form_key": "NULL"}
    picked = ", ".join(asked.get(name, name) for name in columns)
    attack(
        "UPDATE interaction SET seq = -seq WHERE seq >= 3",
        "UPDATE interaction SET seq = 1 - seq WHERE seq < 0",
        f"INSERT INTO interaction ({', '.join(columns)})"
        f" SELECT {picked} FROM interaction WHERE seq = 2",
    )
    rehash(3)
    faults = found(settings)
    assert "entries are not those that the head was signed over" in faults
    assert "entries have numbers that no head covers" in faults


def test_a_renumbered_entry_is_found(settings):
    attack("UPDATE interaction SET seq = 1000 WHERE seq = 3")
    assert "entries are missing" in found(settings)


def test_swapped_entries_are_found(settings):
    attack(
        "UPDATE interaction SET seq = -1 WHERE seq = 3",
        "UPDATE interaction SET seq = 3 WHERE seq = 4",
        "UPDATE interaction SET seq = 4 WHERE seq = -1",
    )
    assert "entries are not those that the head was signed over" in found(settings)


def test_a_cut_tail_is_found(settings):
    attack("DELETE FROM interaction WHERE seq > 5")
    assert "entries are missing" in found(settings)


def segment_of(settings):
    (file,) = (settings.log_path / "segments").iterdir()
    return file


def test_an_altered_segment_is_found(settings):
    file = segment_of(settings)
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)
    assert [what.split(".parquet ")[1] for what in found(settings)] == ["is not what was written"]


def test_a_segment_written_anew_with_its_hash_is_found(settings):
    attack(EDITS["edit a column"])
    kept = db.session.execute(text("SELECT leaf FROM interaction WHERE seq = 3")).scalar_one()
    segment_of(settings).unlink()
    attack("DELETE FROM segment")
    sealing.write_segments(settings.log_path, rest=True)
    attack(
        "UPDATE interaction SET subject_id = (SELECT min(subject_id) FROM interaction)"
        " WHERE seq = 3 AND leaf = :kept",
        kept=kept,
    )
    assert any("segment" in what and "not what was sealed" in what for what in found(settings))


def test_a_missing_segment_is_found(settings):
    segment_of(settings).unlink()
    (fault,) = found(settings)
    assert "is missing" in fault


def test_an_altered_head_is_found(settings):
    attack("UPDATE head SET body = replace(body, '\"size\":', '\"size\": ')")
    assert "a head's signature does not hold" in found(settings)


def test_a_head_signed_anew_by_another_key_is_found(settings):
    *_, before, newest = db.session.query(SignedTreeHead).order_by(SignedTreeHead.size)
    tree = sealing.Tree(newest.size, [bytes.fromhex(peak) for peak in newest.peaks])
    other = sealing.signing_key(settings.log_path, "2" * 64)
    forged = new_head(tree, before, other, settings.base_url)
    attack("DELETE FROM head WHERE size = :size", size=newest.size)
    with unrecorded("test settings") as session:
        session.add(forged)
    assert found(settings) == ["a head is signed by a key that was not named"]


# --- three that only a head kept outside shows ----------------------------------------------------


def unseal(settings, size: int) -> None:
    """Take back all that was sealed above a size, as only its owner with the key could."""
    attack(
        "UPDATE interaction SET seq = NULL WHERE seq >= :size",
        "DELETE FROM head WHERE size > :size",
        "DELETE FROM segment",
        size=size,
    )
    segment_of(settings).unlink()


def without_and_with(settings, head: SignedHead) -> tuple[list[str], list[str]]:
    return found(settings), found(settings, head)


def test_a_tail_cut_with_its_heads_is_found_by_a_head_kept_outside(settings):
    kept, size = (
        kept_head(),
        db.session.query(SignedTreeHead.size).order_by(SignedTreeHead.size).first()[0],
    )
    unseal(settings, size)
    attack("DELETE FROM interaction WHERE seq IS NULL")
    without, with_head = without_and_with(settings, kept)
    assert without == []
    assert with_head == ["the log is shorter than a head kept outside"]


def test_a_log_written_anew_with_the_key_is_found_by_a_head_kept_outside(settings):
    kept = kept_head()
    attack(EDITS["edit a column"])
    rehash(3)
    unseal(settings, 0)
    sealing.seal_log(settings)
    without, with_head = without_and_with(settings, kept)
    assert without == []
    assert with_head == ["the log is not the one that a head kept outside was signed over"]


def test_a_fork_is_found_by_a_head_kept_outside(settings):
    kept, size = (
        kept_head(),
        db.session.query(SignedTreeHead.size).order_by(SignedTreeHead.size).first()[0],
    )
    unseal(settings, size)
    attack("DELETE FROM interaction WHERE seq IS NULL")
    while db.session.query(Interaction).count() < kept.said["size"]:
        factories.resident()
        sealing.seal_log(settings)
    without, with_head = without_and_with(settings, kept)
    assert without == []
    assert with_head == ["the log is not the one that a head kept outside was signed over"]


# --- heads from outside that are no witness ------------------------------------------------------


def test_a_head_kept_outside_that_holds_changes_nothing(settings):
    assert found(settings, kept_head()) == []


def test_a_head_of_another_log_is_named(settings):
    key = sealing.own_key(settings)
    newest = sealing.latest_head(db.session)
    tree = sealing.Tree(newest.size, [bytes.fromhex(peak) for peak in newest.peaks])
    elsewhere = signed(new_head(tree, None, key, "https://elsewhere.example"))
    assert found(settings, elsewhere) == [
        "the head kept outside is of another log: https://elsewhere.example"
    ]


def test_a_forged_head_from_outside_is_named(settings):
    forged = replace(kept_head(), signature="00" * 64)
    assert found(settings, forged) == ["the signature of a head kept outside does not hold"]


def test_a_fault_says_where_and_since_when(settings):
    attack(EDITS["edit details"])
    (fault, *_) = sealing.verify()
    (first, *_) = db.session.query(SignedTreeHead).order_by(SignedTreeHead.size)
    assert (fault.where, fault.since) == (3, json.loads(first.body)["t"])
