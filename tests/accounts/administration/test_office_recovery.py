"""Account recovery at an office: two officers, a code that works once, an owner who can stop it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Notice, OfficeRecovery
from deliberate.notifications import fanout
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.links import read_recovery_stop_token
from deliberate.notifications.mail import compose
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.accounts.email_addresses import change_email, confirm_email
from deliberate.operations.accounts.office_recovery import (
    begin_recovery,
    confirm_recovery,
    stop_recovery,
)
from deliberate.operations.accounts.passphrases import authenticate
from deliberate.operations.accounts.recovery_codes import recover_account
from deliberate.operations.accounts.roles import grant_role
from deliberate.operations.accounts.second_factor import (
    issue_pending_sign_in,
    resolve_pending_sign_in,
)
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.accounts.office_recovery import (
    find_account,
    get_active_recovery,
    list_pending_recoveries,
)
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.queries.notices.messages import list_newest_mails
from deliberate.vocabulary import IdentityProof, Role
from tests import factories
from tests.accounts.test_second_factor import person_with_factor

NEW_PASSPHRASE = "air tenang menghanyutkan kota"
NETWORK = "203.0.113.5"


@pytest.fixture
def office(app, clock):
    return factories.create_institution("desa")


@pytest.fixture
def officers(office):
    return factories.create_staff(office), factories.create_staff(office)


@pytest.fixture
def person(app, clock):
    return factories.create_resident("Bu Rini")


def issue_code(officers, person) -> str:
    first, second = officers
    recovery = begin_recovery(first, person, IdentityProof.DOCUMENT)
    return confirm_recovery(second, recovery, IdentityProof.KNOWN)


def recover(person, code):
    return recover_account(
        person.sign_in_name, code, NEW_PASSPHRASE, context=factories.request_from(NETWORK)
    )


def test_office_recovery_by_two_officers_opens_account(officers, person, log):
    token = sign_in(person)
    log()
    code = issue_code(officers, person)
    recover(person, code.upper())
    begun, confirmed, recovered = log()
    assert [e.kind for e in (begun, confirmed, recovered)] == [
        "recovery.begun",
        "recovery.confirmed",
        "person.recovered",
    ]
    assert (begun.details, confirmed.details) == ({"proof": "document"}, {"proof": "known"})
    assert (begun.actor_id, confirmed.actor_id) == tuple(o.actor_id for o in officers)
    assert (recovered.actor_id, recovered.details) == (person.actor_id, {"by": "office"})
    assert authenticate(person.sign_in_name, NEW_PASSPHRASE) == person
    assert get_person_by_device_token(token) is None


def test_office_recovery_code_works_once(officers, person):
    code = issue_code(officers, person)
    recover(person, code)
    with pytest.raises(InvalidCredentials):
        recover(person, code)


def test_first_officer_cannot_confirm_recovery(officers, person, log):
    recovery = begin_recovery(officers[0], person, IdentityProof.KNOWN)
    log()
    with pytest.raises(Refused):
        confirm_recovery(officers[0], recovery, IdentityProof.KNOWN)
    assert log() == []
    factories.reload(recovery)
    assert recovery.code_hash == ""


def test_officer_of_another_office_cannot_confirm_recovery(officers, person, log):
    recovery = begin_recovery(officers[0], person, IdentityProof.KNOWN)
    elsewhere = factories.create_staff()
    log()
    with pytest.raises(Refused):
        confirm_recovery(elsewhere, recovery, IdentityProof.KNOWN)
    assert log() == []


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.STAFF, Role.SYSTEM}])
def test_only_staff_begin_and_confirm_recovery(officers, office, person, log, role):
    other = factories.create_staff(office, role)
    recovery = begin_recovery(officers[0], person, IdentityProof.KNOWN)
    log()
    with pytest.raises(Refused):
        begin_recovery(other, person, IdentityProof.KNOWN)
    with pytest.raises(Refused):
        confirm_recovery(other, recovery, IdentityProof.KNOWN)
    assert log() == []


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.RESIDENT, Role.SYSTEM}])
def test_accounts_with_role_are_not_recovered_at_office(officers, log, role):
    target = factories.create_staff(role=role)
    log()
    with pytest.raises(Refused):
        begin_recovery(officers[0], target, IdentityProof.KNOWN)
    assert log() == []


def test_role_granted_meanwhile_invalidates_recovery(officers, person):
    code = issue_code(officers, person)
    grant_role(None, person, Role.MODERATOR)
    with pytest.raises(Refused):
        recover(person, code)
    assert authenticate(person.sign_in_name, factories.PASSPHRASE) == person


def test_recovery_expires_after_two_hours_and_code_after_a_day(officers, person, office, clock):
    recovery = begin_recovery(officers[0], person, IdentityProof.KNOWN)
    clock.shift(timedelta(hours=2, seconds=1))
    assert list_pending_recoveries(office.id) == []
    with pytest.raises(Refused):
        confirm_recovery(officers[1], recovery, IdentityProof.KNOWN)
    code = issue_code(officers, person)
    clock.shift(timedelta(hours=24, seconds=1))
    with pytest.raises(InvalidCredentials):
        recover(person, code)


def test_owner_stops_recovery_and_code_is_invalid(officers, person, log):
    code = issue_code(officers, person)
    log()
    stop_recovery(person, get_active_recovery(person))
    (entry,) = log()
    assert (entry.kind, entry.details) == ("recovery.stopped", {"own": 1})
    with pytest.raises(InvalidCredentials):
        recover(person, code)


def test_stranger_cannot_stop_recovery(officers, person, log):
    recovery = begin_recovery(officers[0], person, IdentityProof.KNOWN)
    log()
    for stranger in (
        factories.create_resident(),
        factories.create_staff(),
        factories.create_staff(role=Role.MODERATOR),
    ):
        log()
        with pytest.raises(Refused):
            stop_recovery(stranger, recovery)
        assert log() == []
    stop_recovery(officers[1], recovery)
    assert get_active_recovery(person) is None


def test_new_recovery_stops_earlier_one(officers, person):
    code = issue_code(officers, person)
    begin_recovery(officers[0], person, IdentityProof.KNOWN)
    with pytest.raises(InvalidCredentials):
        recover(person, code)


def test_office_recovery_code_is_bound_to_account(officers, person):
    other = factories.create_resident()
    code = issue_code(officers, person)
    issue_code(officers, other)
    with pytest.raises(InvalidCredentials):
        recover(other, code)


def test_owner_is_notified_of_both_recovery_steps(officers, person):
    issue_code(officers, person)
    recipient = db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)).all()
    assert recipient == ["recovery.begun", "recovery.confirmed"]


def test_office_recovery_code_is_stored_as_hash(officers, person):
    code = issue_code(officers, person)
    (row,) = db.session.scalars(select(OfficeRecovery))
    assert code.replace("-", "") not in row.code_hash and len(row.code_hash) == 64


def test_office_recovery_keeps_second_factor(officers, person):
    person_with_factor(person)
    recover(person, issue_code(officers, person))
    assert second_factor_added_at(person) is not None
    pending_token = issue_pending_sign_in(person)
    assert resolve_pending_sign_in(pending_token) == person


def test_erased_account_cannot_be_found_or_recovered(officers, person):
    name = person.sign_in_name
    erase_account(person, factories.PASSPHRASE)
    assert find_account(name) is None
    with pytest.raises(Refused):
        begin_recovery(officers[0], person, IdentityProof.KNOWN)


def test_account_is_found_by_exact_name_or_id_only(app, person):
    assert find_account(person.sign_in_name.upper()) == person
    assert find_account(f"#{person.id}") == person
    for identifier in ("", "Bu Rini", person.sign_in_name[:-1], str(person.id), "#", "#²", "%"):
        assert find_account(identifier) is None


def test_recovery_mail_links_to_stop_page(officers, person, monkeypatch):
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)
    change_email(person, "rini@contoh.id")
    confirm_email(person.id, "rini@contoh.id")
    begin_recovery(officers[0], person, IdentityProof.KNOWN)
    fanout.fan_out()
    delivery, notice, recipient = list_newest_mails(1)[0]
    story = render_notification(notice, load_context([notice]), "en")
    mail = compose(delivery, recipient, story)
    body = mail.get_body(("plain",)).get_content()
    assert (mail["To"], notice.kind) == ("rini@contoh.id", "recovery.begun")
    (token,) = re.findall(r"/id/recover/office/(\S+)", body)
    assert read_recovery_stop_token(token) == person.id
    assert "wrote the proposal" not in body and "menulis usulan" not in body


def test_data_download_contains_office_recoveries(officers, person):
    code = issue_code(officers, person)
    (recipient,) = get_account_data(person)["help_at_offices"]
    assert recipient["confirmed_at"] is not None
    assert not {"code_hash", "begun_by_id", "confirmed_by_id"} & set(recipient)
    assert code not in str(recipient)
