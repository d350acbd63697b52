"""Mail to the platform: replies become comments, failure reports count, the rest is refused."""

from dataclasses import replace
from email import message_from_string
from email.policy import default

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.commands.notices import mail as mail_command
from deliberate.database import db, unrecorded
from deliberate.models import Comment, Delivery, FailingAddress
from deliberate.notifications.channels import mail as mail_channel
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.return_addresses import return_address
from deliberate.operations.notices.incoming_mail import accept_mail, written_text
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Stance
from tests import factories

ADDRESS = "warga@example.org"


@pytest.fixture
def delivery(app, monkeypatch):
    """Return the delivery by mail of the notice of a reply."""
    monkeypatch.setattr(mail_channel, "is_mail_configured", lambda: True)
    settings = replace(app.config["SETTINGS"], mail_domain="surat.kota.id")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    reader, proposal = factories.create_resident(), factories.create_proposal()
    with unrecorded("test settings") as session:
        reader.email, reader.email_confirmed_at = ADDRESS, now()
        session.add(reader)
    comment = post_comment(reader, proposal, "Panas.", stance=Stance.FOR)
    post_comment(factories.create_resident(), proposal, "Benar?", parent=comment)
    fan_out()
    return db.session.scalars(select(Delivery).where(Delivery.channel == "mail")).one()


@pytest.fixture
def address(app, delivery):
    return lambda purpose: return_address(purpose, delivery.id, app.config["SETTINGS"])


def mail(text="Ya, benar.\n\nPada 3 Mar 2026 Kota menulis:\n> Benar?\n", sender=ADDRESS, **fields):
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    return message_from_string(f"From: Warga <{sender}>\nTo: x@y\n{head}\n{text}", policy=default)


def count_comments():
    db.session.rollback()
    return db.session.scalar(select(func.count(Comment.id)))


def test_reply_by_mail_is_posted_once_without_its_quotation(delivery, address):
    assert accept_mail(mail(), address("reply").upper()) == "posted a reply"
    newest = db.session.scalars(select(Comment).order_by(Comment.id.desc())).first()
    assert (newest.body, newest.author_id, newest.depth) == ("Ya, benar.", delivery.person_id, 2)
    with pytest.raises(Refused):
        accept_mail(mail(), address("reply"))
    assert count_comments() == 3


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, 29 Nov 2026 at 10.00 Kota <warga@example.org>\nwrote:\n\n> Benar?",
        "Pada Sen, 29 Nov 2026 pukul 10.00 Kota\nNusantara\n<a@b.id> menulis:\n\n> Benar?",
        "From: Kota <a@b.id>\nSent: 29 Nov\nTo: warga@example.org\nSubject: Balasan\n\nBenar?",
        "*Dari:* Kota <a@b.id>\n*Tanggal:* 29 Nov\n\nBenar?",
        "Berhenti: https://kota.id/unsubscribe/abc",
    ],
)
def test_quotation_of_a_mail_program_is_cut_and_what_was_written_before_stays(quotation):
    written = "Pada intinya:\nOn balance: yes\nDari: saya\n\nAm 3. Mai war ich dort."
    assert written_text(mail(f"{written}\n{quotation}\n")) == written


@pytest.mark.parametrize(
    ("sent", "forge"),
    [
        (mail(sender="lain@example.org"), str),
        (mail(text="\n> Benar?\n"), str),
        (mail(), lambda address: address.replace("-", "-0")),
        (mail(), lambda address: address.replace("reply+", "reply+9")),
        (mail(), lambda address: address.replace("reply", "bounce")),
    ],
    ids=["other sender", "no text", "signature", "delivery", "purpose"],
)
def test_reply_that_is_forged_or_empty_is_refused_and_can_be_sent_again(
    delivery, address, sent, forge
):
    with pytest.raises(Refused):
        accept_mail(sent, forge(address("reply")))
    assert count_comments() == 2
    assert accept_mail(mail(), address("reply")) == "posted a reply"


@pytest.mark.parametrize(
    "field", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}]
)
def test_automatic_reply_is_ignored(delivery, address, field):
    assert accept_mail(mail(**field), address("reply")).startswith("ignored")
    assert count_comments() == 2


REPORT = """\
From: mailer-daemon@example.org
To: x@y
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Not delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; example.org

Final-Recipient: rfc822; {address}
Action: failed
Status: {status}
--b--
"""


def test_report_of_a_permanent_failure_counts_of_the_address_alone_counts(delivery, address):
    for status, failed in (
        ("4.2.2", ADDRESS),
        ("5.1.1", "salah@example.org"),
        ("5.1.1", ADDRESS.title()),
    ):
        report = REPORT.format(status=status, address=failed)
        accept_mail(message_from_string(report, policy=default), address("bounce"))
    db.session.rollback()
    row = db.session.get(FailingAddress, delivery.person_id)
    assert (row.failures, row.address, row.set_aside_at) == (1, ADDRESS, None)


def test_mail_is_tried_again_while_the_database_is_not_available(app, monkeypatch):
    def fail(*_arguments):
        raise OperationalError("", {}, Exception("locked"))

    monkeypatch.setattr(mail_command, "accept_mail", fail)
    result = app.test_cli_runner().invoke(mail_command.command, ["reply+1@surat.kota.id"], input="")
    assert result.exit_code == mail_command.TEMPORARY_FAILURE


def test_unexpected_error_is_one_line_without_the_text_of_the_mail(app, monkeypatch):
    def fail(*_arguments):
        raise LookupError("unknown charset of a secret text")

    monkeypatch.setattr(mail_command, "accept_mail", fail)
    result = app.test_cli_runner().invoke(mail_command.command, ["reply+1@surat.kota.id"], input="")
    assert result.exit_code == 1
    assert result.stderr.startswith("deliberate: mail: LookupError in test_incoming_mail.py:")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr
