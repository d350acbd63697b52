"""Password reset by a mailed link, and e-mail changes confirmed by both mailboxes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Delivery, Notice, Person
from deliberate.notifications import links
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.mail import compose
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.accounts.email_addresses import (
    apply_email_change,
    approve_email_change,
    change_email,
    confirm_email,
)
from deliberate.operations.accounts.password_reset import (
    request_password_reset,
    reset_passphrase,
    resolve_reset_token,
    send_pending_resets,
)
from deliberate.operations.accounts.sign_in import (
    InvalidCredentials,
    SecondFactorRequired,
    sign_in_by_passphrase,
)
from deliberate.operations.site.rate_limits import TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.notices.messages import pending_email_change
from tests import factories
from tests.accounts.test_second_factor import SHORT_PASSPHRASE, person_with_factor

NETWORK = "203.0.113.5"
NEW_PASSPHRASE = "tujuh perahu biru di teluk"


@pytest.fixture(autouse=True)
def mails(app):
    """Configure a mail server and a base URL."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        kept, mail_url="smtp://127.0.0.1:1", base_url="https://deliberate.example"
    )
    yield
    app.config["SETTINGS"] = kept


def person_with_email(email: str = "dwi@example.org", *, is_confirmed: bool = True) -> Person:
    person = factories.create_resident()
    change_email(person, email)
    if is_confirmed:
        assert confirm_email(person.id, email)
    return person


def request_reset(identifier: str, network: str = NETWORK) -> int:
    request_password_reset(identifier, network=network)
    return send_pending_resets()


def mails_of(kind: str) -> list:
    """Return the mails of a kind as they would be sent."""
    fan_out()
    db.session.rollback()
    rows = db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.channel == "mail", Notice.kind == kind)
        .order_by(Delivery.id)
    ).all()
    known = load_context(notice for _delivery, notice, _person in rows)
    return [compose(d, p, render_notification(n, known, p.language)) for d, n, p in rows]


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"https://deliberate\.example/\S+", text).group()


@pytest.mark.parametrize("identifier", ["dwi@example.org", "DWI@Example.org ", "name"])
def test_reset_link_is_mailed_to_confirmed_address(app, clock, identifier):
    person = person_with_email()
    assert request_reset(person.sign_in_name if identifier == "name" else identifier) == 1
    (mail,) = mails_of("recovery.asked")
    assert mail["To"] == "dwi@example.org"
    assert link_in(mail).startswith("https://deliberate.example/id/recover/mail/")
    assert resolve_reset_token(link_in(mail).rsplit("/", 1)[1]) == person


def test_unconfirmed_address_gets_confirmation_mail_only(app, clock):
    person = person_with_email(is_confirmed=False)
    assert request_reset("dwi@example.org") == 1
    assert mails_of("recovery.asked") == []
    assert len(mails_of("address.given")) == 2
    with pytest.raises(InvalidCredentials):
        resolve_reset_token(links.recovery_token(person))


def test_reset_request_for_unknown_name_is_stored_and_mails_nobody(app, clock, log):
    person = factories.create_resident()
    log()
    for identifier in ("nobody", "nobody@example.org", person.sign_in_name):
        assert request_reset(identifier) == 0
    assert (log(), mails_of("recovery.asked")) == ([], [])


def test_repeated_reset_request_sends_one_mail(app, clock):
    person_with_email()
    assert (request_reset("dwi@example.org"), request_reset("dwi@example.org")) == (1, 0)
    clock.shift(timedelta(minutes=11))
    assert request_reset("dwi@example.org") == 1


def test_mailbox_of_many_accounts_gets_no_mail(app, clock):
    for _ in range(4):
        person_with_email()
    assert request_reset("dwi@example.org") == 0


def test_reset_requests_are_limited_for_known_and_unknown_names(app, clock):
    for name in ("nobody", person_with_email().sign_in_name):
        for _ in range(3):
            request_password_reset(name, network=NETWORK)
        with pytest.raises(TooManyAttempts):
            request_password_reset(name, network=NETWORK)


def test_reset_link_works_once_and_signs_out_all_devices(app, clock, log):
    person = person_with_email()
    device, token = sign_in(person), links.recovery_token(person)
    log()
    with pytest.raises(Refused):
        reset_passphrase(person, token, "pendek")
    reset_passphrase(person, token, NEW_PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("passphrase.reset", {})
    assert get_person_by_device_token(device) is None
    assert sign_in_by_passphrase(
        person.sign_in_name, NEW_PASSPHRASE, context=factories.request_from(NETWORK)
    )
    with pytest.raises(InvalidCredentials):
        reset_passphrase(person, token, "delapan layang di langit")


def test_reset_link_expires_after_an_hour(app, clock):
    token = links.recovery_token(person_with_email())
    clock.shift(timedelta(minutes=59))
    assert resolve_reset_token(token)
    clock.shift(timedelta(minutes=2))
    with pytest.raises(InvalidCredentials):
        resolve_reset_token(token)


def test_reset_link_is_invalid_after_email_change(app, clock):
    person = person_with_email()
    token = links.recovery_token(person)
    apply_email_change(person, "lain@example.org")
    with pytest.raises(InvalidCredentials):
        resolve_reset_token(token)


def test_forged_reset_link_is_invalid(app, clock):
    person = person_with_email()
    for token in (
        "",
        "x.y.z",
        links.address_token(person),
        links.unsubscribe_token(person.id, "response"),
    ):
        with pytest.raises(InvalidCredentials):
            resolve_reset_token(token)


def test_reset_keeps_second_factor_and_allows_eight_characters(app, clock):
    person = person_with_email()
    person_with_factor(person)
    reset_passphrase(person, links.recovery_token(person), SHORT_PASSPHRASE)
    with pytest.raises(SecondFactorRequired):
        sign_in_by_passphrase(
            person.sign_in_name, SHORT_PASSPHRASE, context=factories.request_from(NETWORK)
        )


def test_confirmed_email_changes_after_both_mailboxes_confirm(app, clock, log):
    person = person_with_email()
    log()
    assert not change_email(person, "baru@example.org")
    factories.reload(person)
    assert (person.email, log()) == ("dwi@example.org", [])
    (old,), (new,) = mails_of("address.left"), mails_of("address.new")
    assert (old["To"], new["To"]) == ("dwi@example.org", "baru@example.org")
    assert confirm_email(person.id, "baru@example.org")
    factories.reload(person)
    assert (person.email, log()) == ("dwi@example.org", [])
    assert approve_email_change(*links.read_address_change_token(link_in(old).rsplit("/", 1)[1]))
    (entry,) = log()
    assert (entry.kind, entry.details) == ("email.changed", {"given": 1})
    factories.reload(person)
    assert (person.email, person.email_confirmed_at is None) == ("baru@example.org", False)
    assert pending_email_change(person) is None


def test_email_change_needs_new_mailbox(app, clock, log):
    person = person_with_email()
    change_email(person, "baru@example.org")
    log()
    assert approve_email_change(person.id, "dwi@example.org", "baru@example.org")
    factories.reload(person)
    assert (person.email, log()) == ("dwi@example.org", [])


def test_removing_confirmed_email_needs_its_mailbox(app, clock):
    person = person_with_email()
    assert not change_email(person, "")
    assert mails_of("address.new") == []
    assert approve_email_change(person.id, "dwi@example.org", "")
    factories.reload(person)
    assert person.email is None


def test_confirmation_of_replaced_or_expired_email_change_is_ignored(app, clock):
    person = person_with_email()
    change_email(person, "satu@example.org")
    change_email(person, "dua@example.org")
    assert not approve_email_change(person.id, "dwi@example.org", "satu@example.org")
    assert not confirm_email(person.id, "satu@example.org")
    clock.shift(timedelta(days=8))
    assert not approve_email_change(person.id, "dwi@example.org", "dua@example.org")


def test_unconfirmed_email_changes_at_once(app, clock):
    person = person_with_email(is_confirmed=False)
    assert change_email(person, "baru@example.org")
    factories.reload(person)
    assert (person.email, person.email_confirmed_at) == ("baru@example.org", None)


def test_erased_account_has_no_email_change_and_gets_no_mail(app, clock):
    from deliberate.operations.accounts.deletion import erase_account

    person = person_with_email()
    change_email(person, "baru@example.org")
    token = links.recovery_token(person)
    erase_account(person, factories.PASSPHRASE)
    assert pending_email_change(person) is None
    assert request_reset("dwi@example.org") == 0
    with pytest.raises(InvalidCredentials):
        resolve_reset_token(token)


def test_mailed_links_ignore_host_header(app, clock):
    person = person_with_email()
    client = app.test_client()
    client.post(
        "/en/recover/mail", data={"identifier": person.email}, headers={"Host": "evil.example"}
    )
    send_pending_resets()
    (mail,) = mails_of("recovery.asked")
    assert "evil.example" not in mail.as_string()
