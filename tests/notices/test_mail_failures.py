"""Reports of failed mails by a mail provider: signed, counted once, refused otherwise."""

import json
from dataclasses import replace

import pytest

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, FailingAddress, Notice, Person
from deliberate.notifications.mail import message_id
from deliberate.notifications.signatures import MAX_AGE_SECONDS, sign
from tests import factories
from tests.client import anonymous_client, signed_in_client

SECRET, ADDRESS = "s" * 40, "warga@example.org"


@pytest.fixture
def mails(app, monkeypatch):
    """Return three mails that were sent to one person."""
    settings = replace(app.config["SETTINGS"], mail_webhook_secret=SECRET)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    person = factories.create_resident()
    with unrecorded("test mails") as session:
        person.email, person.email_confirmed_at = ADDRESS, now()
        session.add(person)
        for number in range(3):
            notice = Notice(key=f"test.{number}", kind="resident.verified", person_id=person.id)
            session.add(notice)
            session.flush()
            session.add(
                Delivery(
                    notice_id=notice.id,
                    notice_key=notice.key,
                    person_id=person.id,
                    channel="mail",
                    sent_at=now(),
                )
            )
    mails = db.session.query(Delivery).order_by(Delivery.id).all()
    return [message_id(mail, settings) for mail in mails]


def post(app, body, secret=SECRET, seconds=None):
    time = seconds if seconds is not None else int(now().timestamp())
    return anonymous_client(app).post(
        "/mail/failures",
        data=body,
        headers={
            "X-Deliberate-Time": str(time),
            "X-Deliberate-Signature": sign(secret, time, body),
        },
    )


def report(mail, recipient=ADDRESS, status="5.1.1"):
    fields = {"message_id": mail, "recipient": recipient, "status": status}
    return json.dumps(fields).encode()


def failures():
    db.session.rollback()
    row = db.session.query(FailingAddress).one_or_none()
    return row.failures if row is not None else 0


def test_third_failed_mail_sets_the_address_aside_and_the_account_says_so(app, mails):
    for mail in mails:
        assert post(app, report(mail)).json == {"result": "counted a failure"}
    db.session.rollback()
    person = db.session.query(Person).filter_by(email=ADDRESS).one()
    assert person.email_confirmed_at is None
    page = signed_in_client(app, person).get("/en/account/messages/choices").text
    assert "Your address rejects our mails" in page


def test_report_that_is_repeated_counts_once(app, mails):
    for _ in range(4):
        assert post(app, report(mails[0])).status_code == 200
    assert failures() == 1


@pytest.mark.parametrize(
    "fields", [{"recipient": "lain@example.org"}, {"status": "4.2.2"}], ids=["address", "delay"]
)
def test_report_of_another_address_or_of_a_delay_does_not_count(app, mails, fields):
    assert post(app, report(mails[0], **fields)).json["result"].startswith("ignored")
    assert failures() == 0


def test_report_with_another_signature_or_of_an_earlier_time_is_refused(app, mails):
    assert post(app, report(mails[0]), secret="t" * 40).status_code == 403
    old = int(now().timestamp()) - MAX_AGE_SECONDS - 5
    assert post(app, report(mails[0]), seconds=old).status_code == 403
    assert anonymous_client(app).post("/mail/failures", data=report(mails[0])).status_code == 403
    assert failures() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"message_id": 5}', b"\xff" * 20])
def test_report_that_cannot_be_read_is_refused(app, mails, body):
    assert post(app, body).status_code == 400


def test_report_of_a_mail_that_was_never_sent_does_not_count(app, mails):
    assert post(app, report("<x.1@localhost>")).json["result"].startswith("ignored")
    assert failures() == 0


def test_reports_are_not_found_where_no_secret_is_configured(app):
    assert post(app, report("<x.1@localhost>")).status_code == 404
