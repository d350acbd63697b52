"""Erasing one's account: everything personal goes at once, the log stays whole."""

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.exports.release import Pseudonyms
from deliberate.models import Interaction, PersonKey, ProposalVersion
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.accounts import recovery_codes as recovery_code_operations
from deliberate.operations.accounts.accounts import authenticate
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts import accounts as account_queries
from deliberate.queries.site.counter_check import wrong_counters
from deliberate.vocabulary import Kind, Role, Stance
from tests import factories
from tests.client import send, signed_in, visitor


def erase(person):
    deletion_operations.erase_account(person, factories.PASSPHRASE)


def somebody_who_wrote():
    person = factories.resident("Rahasia Sekali")
    proposal = factories.a_proposal(author=person)
    comment = comment_operations.post_comment(person, proposal, "Kata rahasia.", stance=Stance.FOR)
    comment_operations.post_comment(
        factories.resident(), proposal, "Balasan orang lain.", parent=comment
    )
    return person, proposal, comment


def test_name_key_address_and_text_go_at_once(app):
    person, proposal, comment = somebody_who_wrote()
    erase(person)
    factories.again(person)
    assert (person.display_name, person.sign_in_name, person.passphrase_hash) == ("", None, None)
    assert db.session.get(PersonKey, person.id) is None
    assert (comment.body, comment.body_html, comment.salt) == ("", "", None)
    assert (proposal.title, proposal.body, proposal.salt) == (f"#{proposal.id}", "", None)
    versions = db.session.scalars(select(ProposalVersion.body)).all()
    assert versions == [""]


def test_the_log_keeps_every_row_and_each_still_matches_its_leaf(app, log):
    person, *_ = somebody_who_wrote()
    before, pseudonym = len(log()), person.actor_id
    erase(person)
    erased, withdrawn = log()
    assert (erased.kind, erased.actor_id) == (Kind.PERSON_ERASED, pseudonym)
    assert (withdrawn.kind, withdrawn.cause) == (Kind.PROPOSAL_WITHDRAWN, erased.id)
    rows = db.session.scalars(select(Interaction)).all()
    assert len(rows) == before + 2
    assert all(row.leaf == leaf(public_half(row), private_half(row)) for row in rows)


def test_releases_to_come_show_a_number_in_its_place(app):
    person = factories.resident()
    pseudonym = person.actor_id
    assert Pseudonyms().of(pseudonym).startswith("p")
    erase(person)
    assert Pseudonyms().of(pseudonym) == "erased-1"


def test_counters_are_right_afterwards(app):
    person, *_ = somebody_who_wrote()
    erase(person)
    factories.again(person)
    assert list(wrong_counters(db.session)) == []


def test_only_with_the_passphrase_and_never_the_last_administrator(app, log):
    person, admin = factories.resident(), factories.staff(role=Role.ADMIN)
    log()
    with pytest.raises(InvalidCredentials):
        deletion_operations.erase_account(person, "something else entirely")
    with pytest.raises(Refused):
        erase(admin)
    assert log() == []
    factories.staff(role=Role.ADMIN)
    erase(admin)
    assert admin.is_erased


def test_tombstones_stand_in_the_thread_and_replies_stay(app):
    person, proposal, _comment = somebody_who_wrote()
    other = comment_operations.post_comment(
        person, factories.a_proposal(), "Kata rahasia.", stance=Stance.FOR
    )
    erase(person)
    for number in (proposal.id, other.proposal_id):
        page = visitor(app).get(f"/p/{number}", follow_redirects=True)
        assert page.status_code == 200
        for words in ("Rahasia Sekali", "Kata rahasia"):
            assert words not in page.text
        assert "Dihapus atas permintaan penulisnya" in page.text
    assert (
        "Balasan orang lain." in visitor(app).get(f"/p/{proposal.id}", follow_redirects=True).text
    )
    assert "Rahasia Sekali" not in visitor(app).get("/id/proposals").text


def test_one_erases_the_account_on_its_page_and_is_signed_out(app):
    person = factories.resident()
    client = signed_in(app, person)
    assert send(client, "/id/account/erase", passphrase=factories.PASSPHRASE).status_code == 422
    wrong = send(client, "/id/account/erase", passphrase="not my passphrase", sure="y")
    assert wrong.status_code == 422
    answer = send(client, "/id/account/erase", passphrase=factories.PASSPHRASE, sure="y")
    assert answer.status_code == 200 and "Akun Anda sudah dihapus" in answer.text
    assert "Masuk" in client.get("/id/account").text
    factories.again(person)
    assert person.is_erased


def test_devices_are_listed_and_signed_out_by_their_owner_alone(app, log):
    person, other = factories.resident(), factories.resident()
    here, there = signed_in(app, person), signed_in(app, person)
    log()
    page = here.get("/id/account/devices").text
    assert page.count("Keluarkan perangkat ini") == 1
    (mark,) = {d.mark for d in account_queries.devices_of(person)} - _mark_of(page, person)
    address = f"/id/account/devices/{mark}/sign-out"
    assert send(signed_in(app, other), "/id/account/devices", address).status_code == 404
    assert send(here, "/id/account/devices", address).status_code == 303
    assert len(account_queries.devices_of(person)) == 1
    assert "Keluarkan perangkat ini" not in here.get("/id/account/devices").text
    assert Kind.DEVICE_ENDED in [entry.kind for entry in log()]
    assert there.get("/id/account/devices").status_code == 200


def _mark_of(page, person):
    return {d.mark for d in account_queries.devices_of(person) if d.mark not in page}


NEW = "sepeda ontel lewat jembatan"


def test_a_code_shown_once_opens_the_account_once(app, log):
    person = factories.resident()
    client, place = signed_in(app, person), "/id/account/devices"
    for wrong in ({}, {"passphrase": "siapa pun yang menemukan ponsel ini"}):
        answer = send(client, place, "/id/account/codes", **wrong)
        assert answer.status_code == 422 and account_queries.codes_left(person) == 0
    page = send(client, place, "/id/account/codes", passphrase=factories.PASSPHRASE).text
    code = page.split("<code>")[1].split("</code>")[0]
    assert account_queries.codes_left(person) == recovery_code_operations.CODES
    log()
    fields = {"sign_in_name": person.sign_in_name, "code": code, "new_passphrase": NEW}
    first = visitor(app).post("/id/recover", data=fields)
    assert first.status_code == 303
    assert [entry.kind for entry in log()] == [Kind.PERSON_RECOVERED]
    assert authenticate(person.sign_in_name, NEW) is not None
    assert account_queries.devices_of(person) == []
    assert visitor(app).post("/id/recover", data=fields).status_code == 422


def test_recovery_says_the_same_whether_or_not_the_account_exists(app):
    person = factories.resident()
    answers = [
        visitor(app)
        .post("/en/recover", data={"sign_in_name": n, "code": "abcd", "new_passphrase": NEW})
        .text.count("These words do not belong together.")
        for n in (person.sign_in_name, "nobody-at-all")
    ]
    assert answers[0] == answers[1] > 0


def test_those_concerned_by_a_breach_are_listed(app):
    person, gone = factories.resident(), factories.resident()
    erase(gone)
    answer = app.test_cli_runner().invoke(args=["breach-list", "--since", "2020-01-01"])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert lines[1].startswith(f"{person.id},{person.sign_in_name},")
    assert lines[2].startswith(f"{gone.id},,,")
    later = app.test_cli_runner().invoke(args=["breach-list", "--since", "2199-01-01"])
    assert f"{gone.id},,," not in later.output


def test_retention_says_what_it_would_delete_and_then_deletes_it(app, clock):
    person = factories.resident()
    signed_in(app, person)
    clock.shift(60 * 60 * 24 * 40)
    dry = app.test_cli_runner().invoke(args=["retention", "--dry-run"])
    assert "1  expired devices" in dry.output and "nothing was deleted" in dry.output
    app.test_cli_runner().invoke(args=["retention"])
    again = app.test_cli_runner().invoke(args=["retention", "--dry-run"])
    assert "0  expired devices" in again.output
