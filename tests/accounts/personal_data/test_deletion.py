"""Deletion of an account: personal data is erased at once, the log stays complete."""

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.exports.release_builder import Pseudonyms
from deliberate.models import Interaction, PersonKey, ProposalVersion
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.passphrases import authenticate
from deliberate.operations.accounts.recovery_codes import CODE_COUNT
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import list_devices
from deliberate.queries.accounts.recovery_codes import count_recovery_codes
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.vocabulary import Role, Stance
from deliberate.vocabulary.events.accounts import DeviceEnded, PersonErased, PersonRecovered
from deliberate.vocabulary.events.proposals import ProposalWithdrawn
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


def erase(person):
    erase_account(person, factories.PASSPHRASE)


def person_with_content():
    person = factories.create_resident("Rahasia Sekali")
    proposal = factories.create_proposal(author=person)
    comment = post_comment(person, proposal, "Kata rahasia.", stance=Stance.FOR)
    post_comment(factories.create_resident(), proposal, "Balasan orang lain.", parent=comment)
    return person, proposal, comment


def test_erasure_removes_name_key_address_and_texts(app):
    person, proposal, comment = person_with_content()
    erase(person)
    factories.reload(person)
    assert (person.display_name, person.sign_in_name, person.passphrase_hash) == ("", None, None)
    assert db.session.get(PersonKey, person.id) is None
    assert (comment.body, comment.body_html, comment.salt) == ("", "", None)
    assert (proposal.title, proposal.body, proposal.salt) == (f"#{proposal.id}", "", None)
    versions = db.session.scalars(select(ProposalVersion.body)).all()
    assert versions == [""]


def test_erasure_keeps_log_rows_and_their_leaf_hashes(app, log):
    person, *_ = person_with_content()
    before, pseudonym = len(log()), person.actor_id
    erase(person)
    erased, withdrawn = log()
    assert (erased.kind, erased.actor_id) == (PersonErased.KIND, pseudonym)
    assert (withdrawn.kind, withdrawn.cause) == (ProposalWithdrawn.KIND, erased.id)
    rows = db.session.scalars(select(Interaction)).all()
    assert len(rows) == before + 2
    assert all(row.leaf == leaf(public_half(row), private_half(row)) for row in rows)


def test_release_after_erasure_has_no_pseudonym(app):
    person = factories.create_resident()
    pseudonym = person.actor_id
    assert Pseudonyms().of_all([pseudonym])[pseudonym].startswith("p")
    erase(person)
    assert Pseudonyms().of_all([pseudonym])[pseudonym] == "erased-1"


def test_erasure_keeps_counters_consistent(app):
    person, *_ = person_with_content()
    erase(person)
    factories.reload(person)
    assert list(find_counter_mismatches(db.session)) == []


def test_erasure_requires_passphrase_and_another_administrator(app, log):
    person, admin = factories.create_resident(), factories.create_staff(role=Role.ADMIN)
    log()
    with pytest.raises(InvalidCredentials):
        erase_account(person, "something else entirely")
    with pytest.raises(Refused):
        erase(admin)
    assert log() == []
    factories.create_staff(role=Role.ADMIN)
    erase(admin)
    assert admin.is_erased


def test_erasure_leaves_tombstones_and_replies_in_thread(app):
    person, proposal, _comment = person_with_content()
    other = post_comment(person, factories.create_proposal(), "Kata rahasia.", stance=Stance.FOR)
    erase(person)
    for number in (proposal.id, other.proposal_id):
        page = anonymous_client(app).get(f"/p/{number}", follow_redirects=True)
        assert page.status_code == 200
        for words in ("Rahasia Sekali", "Kata rahasia"):
            assert words not in page.text
        assert "Dihapus atas permintaan penulisnya" in page.text
    assert (
        "Balasan orang lain."
        in anonymous_client(app).get(f"/p/{proposal.id}", follow_redirects=True).text
    )
    assert "Rahasia Sekali" not in anonymous_client(app).get("/id/proposals").text


def test_erase_page_erases_account_and_signs_out(app):
    person = factories.create_resident()
    client = signed_in_client(app, person)
    assert (
        submit_form(client, "/id/account/erase", passphrase=factories.PASSPHRASE).status_code == 422
    )
    wrong = submit_form(client, "/id/account/erase", passphrase="not my passphrase", sure="y")
    assert wrong.status_code == 422
    answer = submit_form(client, "/id/account/erase", passphrase=factories.PASSPHRASE, sure="y")
    assert answer.status_code == 200 and "Akun Anda sudah dihapus" in answer.text
    assert "Masuk" in client.get("/id/account").text
    factories.reload(person)
    assert person.is_erased


def test_devices_are_listed_and_ended_by_owner_only(app, log):
    person, other = factories.create_resident(), factories.create_resident()
    here, there = signed_in_client(app, person), signed_in_client(app, person)
    log()
    page = here.get("/id/account/devices").text
    assert page.count("Keluarkan perangkat itu") == 1
    (mark,) = {d.public_id for d in list_devices(person)} - _device_id(page, person)
    address = f"/id/account/devices/{mark}/sign-out"
    assert (
        submit_form(signed_in_client(app, other), "/id/account/devices", address).status_code == 404
    )
    assert submit_form(here, "/id/account/devices", address).status_code == 303
    assert len(list_devices(person)) == 1
    assert "Keluarkan perangkat itu" not in here.get("/id/account/devices").text
    assert DeviceEnded.KIND in [entry.kind for entry in log()]
    assert there.get("/id/account/devices").status_code == 401


def _device_id(page, person):
    return {d.public_id for d in list_devices(person) if d.public_id not in page}


NEW_PASSPHRASE = "sepeda ontel lewat jembatan"


def test_recovery_code_opens_account_once(app, log):
    person = factories.create_resident()
    client, place = signed_in_client(app, person), "/id/account/devices"
    for wrong in ({}, {"passphrase": "siapa pun yang menemukan ponsel ini"}):
        answer = submit_form(client, place, "/id/account/codes", **wrong)
        assert answer.status_code == 422 and count_recovery_codes(person) == 0
    page = submit_form(client, place, "/id/account/codes", passphrase=factories.PASSPHRASE).text
    code = page.split("<code>")[1].split("</code>")[0]
    assert count_recovery_codes(person) == CODE_COUNT
    log()
    fields = {"sign_in_name": person.sign_in_name, "code": code, "new_passphrase": NEW_PASSPHRASE}
    first = anonymous_client(app).post("/id/recover", data=fields)
    assert first.status_code == 303
    assert [entry.kind for entry in log()] == [PersonRecovered.KIND]
    assert authenticate(person.sign_in_name, NEW_PASSPHRASE) is not None
    assert list_devices(person) == []
    assert anonymous_client(app).post("/id/recover", data=fields).status_code == 422


def test_recovery_message_does_not_disclose_accounts(app):
    person = factories.create_resident()
    answers = [
        anonymous_client(app)
        .post(
            "/en/recover",
            data={"sign_in_name": n, "code": "abcd", "new_passphrase": NEW_PASSPHRASE},
        )
        .text.count("The sign-in name and the code do not match.")
        for n in (person.sign_in_name, "nobody-at-all")
    ]
    assert answers[0] == answers[1] > 0


def test_breach_list_contains_accounts_stored_since(app):
    person, erased = factories.create_resident(), factories.create_resident()
    erase(erased)
    answer = app.test_cli_runner().invoke(args=["breach-list", "--since", "2020-01-01"])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert lines[1].startswith(f"{person.id},{person.sign_in_name},")
    assert lines[2].startswith(f"{erased.id},,,")
    later = app.test_cli_runner().invoke(args=["breach-list", "--since", "2199-01-01"])
    assert f"{erased.id},,," not in later.output
