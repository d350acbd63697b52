"""The bytes of a mail as they leave by the socket, read back by a parser of their own."""

import base64
import quopri
import re
from dataclasses import replace
from datetime import datetime
from email.header import decode_header

import pytest

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, FailingAddress, Notice, Person, Proposal
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.mail import compose
from deliberate.notifications.return_addresses import read_return_address
from deliberate.notifications.smtp import Mailer
from deliberate.notifications.templates import load_context, render_notification
from deliberate.operations.accounts.email_addresses import change_email
from deliberate.operations.notices.failing_addresses import MAX_FAILURES
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import ResponseDecision
from tests import factories
from tests.client import anonymous_client
from tests.notices.mail_server import running_mail_server

HOSTS = ["ikn.go.id", "suara.warga-kota-nusantara-sepaku.kta.go.id", "a" * 55 + ".warga.id"]
FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r]|\r\n[ \t])*)\r\n")


@pytest.fixture
def set_settings(app, monkeypatch):
    def change(**values):
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **values))

    return change


def with_address(person, address="", language="id"):
    with unrecorded("test settings") as session:
        person.email = address or f"p{person.id}@example.org"
        person.email_confirmed_at, person.language = now(), language
        session.add(person)
    return person


def parse(data):
    """Return the header fields and the decoded parts of a mail, by RFC 5322 and RFC 2046."""
    head, body = data.split(b"\r\n\r\n", 1)
    fields = {}
    for name, value in FIELD.findall(head + b"\r\n"):
        fields[name.decode().lower()] = (
            re.sub(rb"\r\n(?=[ \t])", b"", value).strip().decode("ascii")
        )
    boundary = re.search(r'boundary="([^"]+)"', fields["content-type"])[1].encode()
    parts = []
    for part in body.split(b"--" + boundary)[1:-1]:
        part_head, content = part.split(b"\r\n\r\n", 1)
        encoding = re.search(rb"(?i)transfer-encoding: *(\S+)", part_head)
        decode = {b"base64": base64.b64decode, b"quoted-printable": quopri.decodestring}
        decoded = decode.get(encoding[1].lower() if encoding else b"", bytes)(content)
        kind = re.search(rb"(?i)content-type: *([^;\s]+)", part_head)[1].decode()
        parts.append((kind, decoded.decode()))
    return fields, parts


def decoded(value):
    return "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part
        for part, charset in decode_header(value)
    )


@pytest.fixture
def mails(app, monkeypatch):
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)


def send_to(server):
    return send_due(Mailer(f"smtp://127.0.0.1:{server.port}?tls=no", 1))


def publish(author, language="id"):
    institution = factories.create_institution("sarpras")
    with unrecorded("test settings") as session:
        institution.name = "Dinas Pekerjaan Umum dan Perumahan “Nusantara” – bidang halte 🚏"
        session.add(institution)
    proposal = factories.create_proposal(factories.create_process(institution), author)
    officer = factories.create_staff(institution)
    publish_response(officer, proposal, ResponseDecision.ACCEPTED, "Ya", "Dibangun.")
    return proposal, officer


@pytest.mark.sqlite
@pytest.mark.parametrize("host", HOSTS, ids=[str(len(host)) for host in HOSTS])
def test_mail_has_readable_headers_one_link_and_one_click_for_every_length_of_host(
    app, mails, set_settings, host
):
    set_settings(base_url=f"https://{host}", brand_name="Suara Warga", mail_from=f"a@{host}")
    author = with_address(factories.create_resident())
    proposal, _officer = publish(author)
    fan_out()
    with running_mail_server([]) as server:
        assert send_to(server) == 1
    (data,) = server.contents
    fields, parts = parse(data)
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert re.fullmatch(rf"<[^\s<>@=?]+@{re.escape(host)}>", fields["message-id"])
    assert fields["auto-submitted"] == "auto-generated"
    assert datetime.strptime(fields["date"], "%a, %d %b %Y %H:%M:%S %z")
    assert "Suara Warga" in decoded(fields["from"]) and f"<a@{host}>" in fields["from"]
    subject = decoded(fields["subject"])
    assert "Nusantara” – bidang halte 🚏: Diterima" in subject and f"#{proposal.id}" in subject
    assert fields["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    unsubscribe_url = re.fullmatch(
        rf"<(https://{host}/unsubscribe/\S+)>", fields["list-unsubscribe"]
    )
    assert unsubscribe_url
    assert [kind for kind, _text in parts] == ["text/plain", "text/html"]
    plain, html = (text for _kind, text in parts)
    page = f"https://{host}/id/responses/{proposal.id}"
    for text in (plain, html):
        assert page in text and "Suara Warga" in text and "karena menulis usulan" in text
        assert unsubscribe_url[1] in text
    assert len(html.encode()) <= 10_000
    path = unsubscribe_url[1].removeprefix(f"https://{host}")
    answer = anonymous_client(app).post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200


@pytest.mark.sqlite
def test_address_that_rejects_three_mails_is_set_aside_until_it_is_given_again(
    app, mails, set_settings
):
    set_settings(mail_domain="surat.kota.id")
    author = with_address(factories.create_resident())
    proposal, officer = publish(author)
    for _ in range(MAX_FAILURES):
        fan_out()
        with running_mail_server(["refuse"]) as server:
            send_to(server)
        assert read_return_address(server.senders[0], app.config["SETTINGS"])[0] == "bounce"
        publish_again(officer, proposal)
    db.session.rollback()
    assert db.session.get(FailingAddress, author.id).set_aside_at is not None
    assert db.session.get(Person, author.id).email_confirmed_at is None
    fan_out()
    with running_mail_server([]) as server:
        assert send_to(server) == 0
    assert change_email(db.session.get(Person, author.id), author.email)
    fan_out()
    with running_mail_server([]) as server:
        assert send_to(server) == 1
    assert db.session.get(FailingAddress, author.id) is None


def publish_again(officer, proposal):
    text = f"Dibangun {now()}."
    decision = ResponseDecision.ACCEPTED
    publish_response(officer, proposal, decision, "Ya", text, note="Baru")


def mail_of(person, kind, details=None, reason="author", **subject):
    """Return the text of a mail of a kind to a person, in English."""
    with unrecorded("test notices") as session:
        notice = Notice(key=f"test.{kind}", kind=kind, details=details or {}, **subject)
        session.add(notice)
        session.flush()
        delivery = Delivery(
            notice_id=notice.id,
            notice_key=notice.key,
            person_id=person.id,
            channel="mail",
            reason=reason,
        )
        session.add(delivery)
    rendered = render_notification(notice, load_context([notice]), "en", person)
    return compose(delivery, person, rendered).get_body(("plain",)).get_content()


def test_mail_on_a_process_says_that_the_reader_took_part_in_it(app):
    person = with_address(factories.create_resident(), language="en")
    process = factories.create_process()
    text = mail_of(person, "process.changed", process_id=process.id)
    assert "because you took part in this process" in text and "proposal" not in text


def test_mail_on_a_moderated_text_says_that_the_reader_wrote_it(app):
    person = with_address(factories.create_resident(), language="en")
    proposal = factories.create_proposal()
    details = {"subject": "comment", "id": 1}
    text = mail_of(person, "moderation.kept", details, proposal_id=proposal.id)
    assert "because you wrote the text" in text


@pytest.mark.parametrize(("passed", "words"), [(1, "approved"), (0, "changes are needed")])
def test_mail_on_a_checked_response_says_how_it_was_judged(app, passed, words):
    person = with_address(factories.create_resident(), language="en")
    proposal = factories.create_proposal()
    text = mail_of(person, "desk.checked", {"passed": passed}, proposal_id=proposal.id)
    assert f"”: {words}." in text


def test_weekly_mail_names_each_thing_once_and_leaves_out_what_concerns_the_account(app):
    person = with_address(factories.create_resident(), language="en")
    process = factories.create_process()
    first, second = factories.create_proposal(process), factories.create_proposal(process)
    subjects = [
        ("proposal.qualified", {"proposal_id": first.id}),
        ("proposal.acknowledged", {"proposal_id": first.id}),
        ("recovery.asked", {}),
        ("proposal.qualified", {"proposal_id": second.id}),
    ]
    with unrecorded("test notices") as session:
        session.get(Proposal, second.id).title = "Lampu"
        for number, (kind, subject) in enumerate(subjects):
            notice = Notice(key=f"week.{number}", kind=kind, **subject)
            session.add(notice)
            session.flush()
            session.add(
                Delivery(
                    notice_id=notice.id,
                    notice_key=notice.key,
                    person_id=person.id,
                    channel="account",
                )
            )
    details = {"after": 0, "up_to": 10**6, "count": 3}
    text = mail_of(person, "digest.week", details, "account", person_id=person.id)
    lines = text.splitlines()
    assert [lines.count(title) for title in ("Bangku di tiap halte", "Lampu")] == [1, 1]
    assert text.count("http") == 4 and "passphrase" not in text  # three pages, and to stop it
