"""Test backups: restored into an empty installation they verify and lose only later acts."""

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


def act_ids():
    db.session.rollback()
    return set(db.session.scalars(select(Interaction.id)))


def test_backup_restores_everything_up_to_its_creation(
    installation, backup, empty_installation, log
):
    before = act_ids()
    assert backup("create", installation.file)[0] == 0
    comment_operations.post_comment(
        factories.create_resident(), installation.proposal, "Sesudahnya.", stance=Stance.FOR
    )
    db.session.remove()
    code, output = backup(
        "restore", installation.file, "--without-erasures", app=empty_installation
    )
    assert (code, "is restored" in output) == (0, True), output
    with empty_installation.app_context():
        assert act_ids() == before
        assert db.session.scalars(select(Comment.body)).all() == ["Karena teduh."]
        assert sealing.verify_log(empty_installation.config["SETTINGS"].log_path) == []
        comment_operations.post_comment(
            factories.create_resident(),
            db.session.get_one(type(installation.proposal), 1),
            "Lagi.",
            stance=Stance.FOR,
        )
        db.session.remove()
    assert (empty_installation.config["SETTINGS"].upload_path / "a1b2").read_bytes() == b"gambar"


def test_backup_is_consistent_while_people_write(app, installation, backup, tmp_path):
    def write_comments():
        person = get_person_by_sign_in_name("warga-sibuk")
        proposal = db.session.get_one(type(installation.proposal), installation.proposal.id)
        while True:
            comment_operations.post_comment(person, proposal, "Satu lagi.", stance=Stance.FOR)

    join("warga-sibuk", "Warga Sibuk", factories.PASSPHRASE)
    writers = [in_another_process(app, write_comments) for _ in range(2)]
    try:
        for number in range(3):
            file = tmp_path / f"{number}.tar.gz"
            sealing.seal_log(installation.settings)
            sealed_count = len(act_ids())
            assert backup("create", file)[0] == 0
            code, output = backup("verify", file, "--json")
            assert (code, json.loads(output)["faults"]) == (0, []), output
            assert json.loads(output)["log"]["entries"] >= sealed_count - 60
    finally:
        for writer in writers:
            writer.kill()
            writer.join()


def test_backup_verifies_against_a_published_tree_head(installation, backup, tmp_path):
    heads_file = tmp_path / "heads.jsonl"
    heads_file.write_text(
        json.dumps(export_tree_head(sealing.latest_tree_head(db.session())).as_json()) + "\n"
    )
    backup("create", installation.file)
    assert backup("verify", installation.file, "--heads", heads_file)[0] == 0


def test_backup_that_is_older_than_a_tree_head_cannot_be_compared(installation, backup, tmp_path):
    backup("create", installation.file)
    factories.create_resident()
    sealing.seal_log(installation.settings)
    heads_file = tmp_path / "heads.jsonl"
    heads_file.write_text(
        json.dumps(export_tree_head(sealing.latest_tree_head(db.session())).as_json()) + "\n"
    )
    code, output = backup("verify", installation.file, "--heads", heads_file)
    assert (code, "is newer than this copy" in output) == (2, True)


def test_backup_restore_erases_accounts_erased_since(installation, backup, empty_installation):
    person = factories.create_resident("Yang Pergi")
    person_id, actor_id = person.id, person.actor_id
    comment_operations.post_comment(
        person, installation.proposal, "Kata-kata saya.", stance=Stance.FOR
    )
    backup("create", installation.file)
    erase_account(person, factories.PASSPHRASE)
    write_erasure_list(installation.settings)
    erasures = installation.settings.log_path / "erasures.jsonl"
    assert json.loads(erasures.read_text())["person"] == person_id
    assert not any(text in erasures.read_text() for text in (actor_id, "Pergi"))
    db.session.remove()
    code, output = backup(
        "restore", installation.file, "--erasures", erasures, app=empty_installation
    )
    assert (code, "erased again: 1" in output) == (0, True), output
    with empty_installation.app_context():
        restored = db.session.get_one(Person, person_id)
        assert (restored.is_erased, restored.display_name, restored.key) == (True, "", None)
        assert "Kata-kata saya." not in db.session.scalars(select(Comment.body)).all()
        last = db.session.scalars(select(Interaction).order_by(Interaction.id.desc())).first()
        assert (last.kind, last.actor_role) == ("person.erased", "system")
        assert sealing.verify_log(empty_installation.config["SETTINGS"].log_path) == []
        db.session.remove()


@pytest.mark.sqlite
def test_backup_restore_ignores_an_erasure_older_than_the_account(
    installation, backup, empty_installation, tmp_path
):
    newer = factories.create_resident()
    erasures = tmp_path / "erasures.jsonl"
    erasures.write_text(json.dumps({"person": newer.id, "at": "2020-01-01T00:00:00+00:00"}))
    backup("create", installation.file)
    db.session.remove()
    code, output = backup(
        "restore", installation.file, "--erasures", erasures, app=empty_installation
    )
    assert (code, "erased again: 0" in output) == (0, True), output


def test_backup_contains_no_sessions(installation, backup, empty_installation):
    token = sign_in(factories.create_resident())
    backup("create", installation.file)
    db.session.remove()
    backup("restore", installation.file, "--without-erasures", app=empty_installation)
    with empty_installation.app_context():
        assert get_person_by_device_token(token) is None
        db.session.remove()
