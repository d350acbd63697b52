"""Coming back by a mailed link, and moving to another address with a yes of both mailboxes."""

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
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import email_addresses as email_addresse_operations
from deliberate.operations.accounts import password_reset as password_reset_operations
from deliberate.operations.accounts.password_reset import (
    person_meant,
    reset_passphrase,
    send_pending_resets,
)
from deliberate.operations.accounts.sign_in import (
    CodeNeeded,
    InvalidCredentials,
    TooManyAttempts,
    sign_in_by_passphrase,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_on_device
from deliberate.queries.notices.messages import address_change_of
from tests import factories
from tests.accounts.test_second_factor import SHORT, with_factor

HOME = "203.0.113.5"
NEW = "tujuh perahu biru di teluk"


@pytest.fixture(autouse=True)
def mails(app):
    """An installation with a mail server and an address of its own."""
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(
        kept, mail_url="smtp://127.0.0.1:1", base_url="https://deliberate.example"
    )
    yield
    app.config["SETTINGS"] = kept


def reachable(email: str = "dwi@example.org", *, is_confirmed: bool = True) -> Person:
    person = factories.resident()
    email_addresse_operations.change_email(person, email)
    if is_confirmed:
        assert email_addresse_operations.confirm_address(person.id, email)
    return person


def wish(words: str, network: str = HOME) -> int:
    password_reset_operations.request_password_reset(words, network=network)
    return send_pending_resets()


def mailed(kind: str) -> list:
    """The mails of a kind, as they would be sent."""
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
    return [compose(d, p, render_notification(n, known, p.language), "") for d, n, p in rows]


def link_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"https://deliberate\.example/\S+", text).group()


@pytest.mark.parametrize("words", ["dwi@example.org", "DWI@Example.org ", "name"])
def test_a_confirmed_address_gets_a_link_by_name_or_address(app, clock, words):
    person = reachable()
    assert wish(person.sign_in_name if words == "name" else words) == 1
    (mail,) = mailed("recovery.asked")
    assert mail["To"] == "dwi@example.org"
    assert link_in(mail).startswith("https://deliberate.example/id/recover/mail/")
    assert person_meant(link_in(mail).rsplit("/", 1)[1]) == person


def test_an_unconfirmed_address_gets_the_confirmation_and_resets_nothing(app, clock):
    person = reachable(is_confirmed=False)
    assert wish("dwi@example.org") == 1
    assert mailed("recovery.asked") == []
    assert len(mailed("address.given")) == 2
    with pytest.raises(InvalidCredentials):
        person_meant(links.recovery_token(person))


def test_names_that_do_not_exist_are_noted_the_same_and_tell_nobody(app, clock, log):
    person = factories.resident()
    log()
    for words in ("nobody", "nobody@example.org", person.sign_in_name):
        assert wish(words) == 0
    assert (log(), mailed("recovery.asked")) == ([], [])


def test_asking_again_at_once_sends_no_second_mail(app, clock):
    reachable()
    assert (wish("dwi@example.org"), wish("dwi@example.org")) == (1, 0)
    clock.shift(timedelta(minutes=11))
    assert wish("dwi@example.org") == 1


def test_a_mailbox_of_many_accounts_gets_none(app, clock):
    for _ in range(4):
        reachable()
    assert wish("dwi@example.org") == 0


def test_a_few_wishes_then_one_waits_wherever_the_name_is_anybodys(app, clock):
    for name in ("nobody", reachable().sign_in_name):
        for _ in range(3):
            password_reset_operations.request_password_reset(name, network=HOME)
        with pytest.raises(TooManyAttempts):
            password_reset_operations.request_password_reset(name, network=HOME)


def test_the_link_changes_the_passphrase_once_and_signs_out_everywhere(app, clock, log):
    person = reachable()
    device, token = account_operations.sign_in(person), links.recovery_token(person)
    log()
    with pytest.raises(Refused):
        reset_passphrase(person, token, "pendek")
    reset_passphrase(person, token, NEW)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("passphrase.reset", {})
    assert person_on_device(device) is None
    assert sign_in_by_passphrase(person.sign_in_name, NEW, network=HOME)
    with pytest.raises(InvalidCredentials):
        reset_passphrase(person, token, "delapan layang di langit")


def test_the_link_holds_for_an_hour(app, clock):
    token = links.recovery_token(reachable())
    clock.shift(timedelta(minutes=59))
    assert person_meant(token)
    clock.shift(timedelta(minutes=2))
    with pytest.raises(InvalidCredentials):
        person_meant(token)


def test_the_link_of_an_address_left_meanwhile_is_worth_nothing(app, clock):
    person = reachable()
    token = links.recovery_token(person)
    email_addresse_operations.move_address(person, "lain@example.org")
    with pytest.raises(InvalidCredentials):
        person_meant(token)


def test_forged_links_lead_nowhere(app, clock):
    person = reachable()
    for token in ("", "x.y.z", links.address_token(person), links.token_of(person.id, "response")):
        with pytest.raises(InvalidCredentials):
            person_meant(token)


def test_a_second_factor_stays_and_allows_eight_characters(app, clock):
    person = reachable()
    with_factor(person)
    reset_passphrase(person, links.recovery_token(person), SHORT)
    with pytest.raises(CodeNeeded):
        sign_in_by_passphrase(person.sign_in_name, SHORT, network=HOME)


# --- another address -----------------------------------------------------------------------------


def test_a_confirmed_address_is_left_with_a_yes_of_both(app, clock, log):
    person = reachable()
    log()
    assert not email_addresse_operations.change_email(person, "baru@example.org")
    factories.again(person)
    assert (person.email, log()) == ("dwi@example.org", [])
    (old,), (new,) = mailed("address.left"), mailed("address.new")
    assert (old["To"], new["To"]) == ("dwi@example.org", "baru@example.org")
    assert email_addresse_operations.confirm_address(person.id, "baru@example.org")
    factories.again(person)
    assert (person.email, log()) == ("dwi@example.org", [])
    assert email_addresse_operations.leave_address(
        *links.read_leaving_token(link_in(old).rsplit("/", 1)[1])
    )
    (entry,) = log()
    assert (entry.kind, entry.details) == ("email.changed", {"given": 1})
    factories.again(person)
    assert (person.email, person.email_confirmed_at is None) == ("baru@example.org", False)
    assert address_change_of(person) is None


def test_the_old_mailbox_alone_moves_nothing(app, clock, log):
    person = reachable()
    email_addresse_operations.change_email(person, "baru@example.org")
    log()
    assert email_addresse_operations.leave_address(person.id, "dwi@example.org", "baru@example.org")
    factories.again(person)
    assert (person.email, log()) == ("dwi@example.org", [])


def test_taking_a_confirmed_address_away_asks_its_mailbox(app, clock):
    person = reachable()
    assert not email_addresse_operations.change_email(person, "")
    assert mailed("address.new") == []
    assert email_addresse_operations.leave_address(person.id, "dwi@example.org", "")
    factories.again(person)
    assert person.email is None


def test_a_yes_to_an_older_wish_or_after_a_week_counts_for_nothing(app, clock):
    person = reachable()
    email_addresse_operations.change_email(person, "satu@example.org")
    email_addresse_operations.change_email(person, "dua@example.org")
    assert not email_addresse_operations.leave_address(
        person.id, "dwi@example.org", "satu@example.org"
    )
    assert not email_addresse_operations.confirm_address(person.id, "satu@example.org")
    clock.shift(timedelta(days=8))
    assert not email_addresse_operations.leave_address(
        person.id, "dwi@example.org", "dua@example.org"
    )


def test_an_unconfirmed_address_is_changed_at_once(app, clock):
    person = reachable(is_confirmed=False)
    assert email_addresse_operations.change_email(person, "baru@example.org")
    factories.again(person)
    assert (person.email, person.email_confirmed_at) == ("baru@example.org", None)


def test_an_erased_account_keeps_no_wish_and_gets_no_mail(app, clock):
    from deliberate.operations.accounts.deletion import erase_account

    person = reachable()
    email_addresse_operations.change_email(person, "baru@example.org")
    token = links.recovery_token(person)
    erase_account(person, factories.PASSPHRASE)
    assert address_change_of(person) is None
    assert wish("dwi@example.org") == 0
    with pytest.raises(InvalidCredentials):
        person_meant(token)


def test_the_host_of_a_request_is_in_no_mail(app, clock):
    person = reachable()
    client = app.test_client()
    client.post("/en/recover/mail", data={"who": person.email}, headers={"Host": "evil.example"})
    send_pending_resets()
    (mail,) = mailed("recovery.asked")
    assert "evil.example" not in mail.as_string()
