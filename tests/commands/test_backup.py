"""A backup of a house in use restores elsewhere, verifies, and loses at most what came after."""

import json

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Comment, Interaction, Person
from deliberate.operations.accounts.deletion import erase_account, write_erasure_list
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.accounts.registration import join
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.sealing.tree_heads import export_tree_head
from deliberate.vocabulary import Stance
from tests import factories
from tests.sealing.subprocesses import in_another_process


def acts():
    db.session.rollback()
    return set(db.session.scalars(select(Interaction.id)))


def test_backup_restores_everything_up_to_its_creation(house, backup, elsewhere, log):
    before = acts()
    assert backup("create", house.file)[0] == 0
    comment_operations.post_comment(
        factories.create_resident(), house.proposal, "Sesudahnya.", stance=Stance.FOR
    )
    db.session.remove()
    code, said = backup("restore", house.file, "--without-erasures", app=elsewhere)
    assert (code, "is restored" in said) == (0, True), said
    with elsewhere.app_context():
        assert acts() == before
        assert db.session.scalars(select(Comment.body)).all() == ["Karena teduh."]
        assert sealing.verify_log(elsewhere.config["SETTINGS"].log_path) == []
        comment_operations.post_comment(
            factories.create_resident(),
            db.session.get_one(type(house.proposal), 1),
            "Lagi.",
            stance=Stance.FOR,
        )
        db.session.remove()
    assert (elsewhere.config["SETTINGS"].upload_path / "a1b2").read_bytes() == b"gambar"


def test_backup_is_consistent_while_people_write(app, house, backup, tmp_path):
    def write_on():
        person = get_person_by_sign_in_name("warga-sibuk")
        proposal = db.session.get_one(type(house.proposal), house.proposal.id)
        while True:
            comment_operations.post_comment(person, proposal, "Satu lagi.", stance=Stance.FOR)

    join("warga-sibuk", "Warga Sibuk", factories.PASSPHRASE)
    writers = [in_another_process(app, write_on) for _ in range(2)]
    try:
        for number in range(3):
            file = tmp_path / f"{number}.tar.gz"
            sealing.seal_log(house.settings)
            least = len(acts())
            assert backup("create", file)[0] == 0
            code, said = backup("verify", file, "--json")
            assert (code, json.loads(said)["faults"]) == (0, []), said
            assert json.loads(said)["log"]["entries"] >= least - 60
    finally:
        for writer in writers:
            writer.kill()
            writer.join()


def test_backup_verifies_against_a_published_tree_head(house, backup, tmp_path):
    kept = tmp_path / "heads.jsonl"
    kept.write_text(
        json.dumps(export_tree_head(sealing.latest_tree_head(db.session())).as_json()) + "\n"
    )
    backup("create", house.file)
    assert backup("verify", house.file, "--heads", kept)[0] == 0
    factories.create_resident()
    sealing.seal_log(house.settings)
    kept.write_text(
        json.dumps(export_tree_head(sealing.latest_tree_head(db.session())).as_json()) + "\n"
    )
    code, said = backup("verify", house.file, "--heads", kept)
    assert (code, "shorter than an external tree head" in said) == (1, True)


def test_backup_restore_erases_accounts_erased_since(house, backup, elsewhere):
    leaver = factories.create_resident("Yang Pergi")
    number, pseudonym = leaver.id, leaver.actor_id
    comment_operations.post_comment(leaver, house.proposal, "Kata-kata saya.", stance=Stance.FOR)
    backup("create", house.file)
    erase_account(leaver, factories.PASSPHRASE)
    write_erasure_list(house.settings)
    listed = house.settings.log_path / "erasures.jsonl"
    assert json.loads(listed.read_text())["person"] == number
    assert not any(word in listed.read_text() for word in (pseudonym, "Pergi"))
    db.session.remove()
    code, said = backup("restore", house.file, "--erasures", listed, app=elsewhere)
    assert (code, "erased again: 1" in said) == (0, True), said
    with elsewhere.app_context():
        person = db.session.get_one(Person, number)
        assert (person.is_erased, person.display_name, person.key) == (True, "", None)
        assert "Kata-kata saya." not in db.session.scalars(select(Comment.body)).all()
        last = db.session.scalars(select(Interaction).order_by(Interaction.id.desc())).first()
        assert (last.kind, last.actor_role) == ("person.erased", "system")
        assert sealing.verify_log(elsewhere.config["SETTINGS"].log_path) == []
        db.session.remove()


@pytest.mark.sqlite
def test_backup_restore_ignores_an_erasure_older_than_the_account(
    house, backup, elsewhere, tmp_path
):
    younger = factories.create_resident()
    listed = tmp_path / "erasures.jsonl"
    listed.write_text(json.dumps({"person": younger.id, "at": "2020-01-01T00:00:00+00:00"}))
    backup("create", house.file)
    db.session.remove()
    code, said = backup("restore", house.file, "--erasures", listed, app=elsewhere)
    assert (code, "erased again: 0" in said) == (0, True), said


def test_backup_contains_no_sessions(house, backup, elsewhere):
    token = sign_in(factories.create_resident())
    backup("create", house.file)
    db.session.remove()
    backup("restore", house.file, "--without-erasures", app=elsewhere)
    with elsewhere.app_context():
        assert get_person_by_device_token(token) is None
        db.session.remove()
