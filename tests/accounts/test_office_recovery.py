"""Coming back at an office: two officers, a code that opens once, an owner who can stop it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Notice, OfficeRecovery
from deliberate.notifications import fanout
from deliberate.notifications.links import read_stop_token
from deliberate.notifications.mail import compose
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import email_addresses as email_addresse_operations
from deliberate.operations.accounts import office_recovery as office_recovery_operations
from deliberate.operations.accounts import second_factor as second_factor_operations
from deliberate.operations.accounts.accounts import authenticate
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.recovery_codes import recover_account
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_on_device
from deliberate.queries.accounts.office_recovery import (
    account_at_desk,
    recoveries_waiting,
    recovery_of,
)
from deliberate.queries.accounts.participation import everything_of
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.queries.notices.messages import newest_mails
from deliberate.vocabulary import Proof, Role
from tests import factories
from tests.accounts.test_second_factor import with_factor

NEW = "air tenang menghanyutkan kota"
HOME = "203.0.113.5"


@pytest.fixture
def office(app, clock):
    return factories.an_institution("desa")


@pytest.fixture
def officers(office):
    return factories.staff(office), factories.staff(office)


@pytest.fixture
def person(app, clock):
    return factories.resident("Bu Rini")


def a_code(officers, person) -> str:
    first, second = officers
    recovery = office_recovery_operations.begin_recovery(first, person, Proof.DOCUMENT)
    return office_recovery_operations.confirm_recovery(second, recovery, Proof.KNOWN)


def comes_back(person, code):
    return recover_account(person.sign_in_name, code, NEW, network=HOME)


def test_two_officers_open_an_account_for_its_owner(officers, person, log):
    token = account_operations.sign_in(person)
    log()
    code = a_code(officers, person)
    comes_back(person, code.upper())
    begun, confirmed, recovered = log()
    assert [e.kind for e in (begun, confirmed, recovered)] == [
        "recovery.begun",
        "recovery.confirmed",
        "person.recovered",
    ]
    assert (begun.details, confirmed.details) == ({"proof": "document"}, {"proof": "known"})
    assert (begun.actor_id, confirmed.actor_id) == tuple(o.actor_id for o in officers)
    assert (recovered.actor_id, recovered.details) == (person.actor_id, {"by": "office"})
    assert authenticate(person.sign_in_name, NEW) == person
    assert person_on_device(token) is None


def test_a_code_opens_once(officers, person):
    code = a_code(officers, person)
    comes_back(person, code)
    with pytest.raises(InvalidCredentials):
        comes_back(person, code)


def test_nobody_confirms_what_they_began(officers, person, log):
    recovery = office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    log()
    with pytest.raises(Refused):
        office_recovery_operations.confirm_recovery(officers[0], recovery, Proof.KNOWN)
    assert log() == []
    factories.again(recovery)
    assert recovery.code_hash == ""


def test_a_colleague_of_another_office_does_not_confirm(officers, person, log):
    recovery = office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    elsewhere = factories.staff()
    log()
    with pytest.raises(Refused):
        office_recovery_operations.confirm_recovery(elsewhere, recovery, Proof.KNOWN)
    assert log() == []


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.STAFF, Role.SYSTEM}])
def test_staff_alone_begin_and_confirm(officers, office, person, log, role):
    other = factories.staff(office, role)
    recovery = office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    log()
    with pytest.raises(Refused):
        office_recovery_operations.begin_recovery(other, person, Proof.KNOWN)
    with pytest.raises(Refused):
        office_recovery_operations.confirm_recovery(other, recovery, Proof.KNOWN)
    assert log() == []


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.RESIDENT, Role.SYSTEM}])
def test_accounts_of_people_who_work_here_are_not_opened_so(officers, log, role):
    target = factories.staff(role=role)
    log()
    with pytest.raises(Refused):
        office_recovery_operations.begin_recovery(officers[0], target, Proof.KNOWN)
    assert log() == []


def test_whoever_gets_a_role_meanwhile_keeps_the_account_shut(officers, person):
    code = a_code(officers, person)
    account_operations.grant_role(None, person, Role.MODERATOR)
    with pytest.raises(Refused):
        comes_back(person, code)
    assert authenticate(person.sign_in_name, factories.PASSPHRASE) == person


def test_it_waits_two_hours_and_the_code_a_day(officers, person, office, clock):
    recovery = office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    clock.shift(timedelta(hours=2, seconds=1))
    assert recoveries_waiting(office.id) == []
    with pytest.raises(Refused):
        office_recovery_operations.confirm_recovery(officers[1], recovery, Proof.KNOWN)
    code = a_code(officers, person)
    clock.shift(timedelta(hours=24, seconds=1))
    with pytest.raises(InvalidCredentials):
        comes_back(person, code)


def test_its_owner_stops_it_and_the_code_opens_nothing(officers, person, log):
    code = a_code(officers, person)
    log()
    office_recovery_operations.stop_recovery(person, recovery_of(person))
    (entry,) = log()
    assert (entry.kind, entry.details) == ("recovery.stopped", {"own": 1})
    with pytest.raises(InvalidCredentials):
        comes_back(person, code)


def test_strangers_stop_nothing(officers, person, log):
    recovery = office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    log()
    for stranger in (factories.resident(), factories.staff(), factories.staff(role=Role.MODERATOR)):
        log()
        with pytest.raises(Refused):
            office_recovery_operations.stop_recovery(stranger, recovery)
        assert log() == []
    office_recovery_operations.stop_recovery(officers[1], recovery)
    assert recovery_of(person) is None


def test_beginning_again_ends_what_was_begun_before(officers, person):
    code = a_code(officers, person)
    office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    with pytest.raises(InvalidCredentials):
        comes_back(person, code)


def test_a_code_is_for_one_account(officers, person):
    other = factories.resident()
    code = a_code(officers, person)
    a_code(officers, other)
    with pytest.raises(InvalidCredentials):
        comes_back(other, code)


def test_the_owner_is_told_of_both_steps(officers, person):
    a_code(officers, person)
    told = db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)).all()
    assert told == ["recovery.begun", "recovery.confirmed"]


def test_of_the_code_a_hash_alone_is_kept(officers, person):
    code = a_code(officers, person)
    (row,) = db.session.scalars(select(OfficeRecovery))
    assert code.replace("-", "") not in row.code_hash and len(row.code_hash) == 64


def test_a_second_factor_stays(officers, person):
    with_factor(person)
    comes_back(person, a_code(officers, person))
    assert factor_since(person) is not None
    half = second_factor_operations.issue_pending_sign_in(person)
    assert second_factor_operations.resolve_pending_sign_in(half) == person


def test_an_erased_account_is_found_and_opened_by_nobody(officers, person):
    name = person.sign_in_name
    erase_account(person, factories.PASSPHRASE)
    assert account_at_desk(name) is None
    with pytest.raises(Refused):
        office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)


def test_an_account_is_found_by_its_whole_name_or_number_alone(app, person):
    assert account_at_desk(person.sign_in_name.upper()) == person
    assert account_at_desk(f"#{person.id}") == person
    for words in ("", "Bu Rini", person.sign_in_name[:-1], str(person.id), "#", "#²", "%"):
        assert account_at_desk(words) is None


def test_the_mail_leads_to_the_page_that_stops_it(officers, person, monkeypatch):
    monkeypatch.setattr(fanout, "is_mail_configured", lambda: True)
    email_addresse_operations.change_email(person, "rini@contoh.id")
    email_addresse_operations.confirm_address(person.id, "rini@contoh.id")
    office_recovery_operations.begin_recovery(officers[0], person, Proof.KNOWN)
    fanout.fan_out()
    delivery, notice, told = newest_mails(1)[0]
    story = render_notification(notice, load_context([notice]), "en")
    mail = compose(delivery, told, story, "")
    body = mail.get_body(("plain",)).get_content()
    assert (mail["To"], notice.kind) == ("rini@contoh.id", "recovery.begun")
    (token,) = re.findall(r"/id/recover/office/(\S+)", body)
    assert read_stop_token(token) == person.id
    assert "wrote the proposal" not in body and "menulis usulan" not in body


def test_the_owner_takes_along_what_offices_did(officers, person):
    code = a_code(officers, person)
    (told,) = everything_of(person)["help_at_offices"]
    assert told["confirmed_at"] is not None
    assert not {"code_hash", "begun_by_id", "confirmed_by_id"} & set(told)
    assert code not in str(told)
