"""What comes back for a mail: a failure report sets an address aside, a reply is posted."""

import re
from collections.abc import Sequence
from email.message import EmailMessage, Message
from email.utils import parseaddr

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import update

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Comment, Delivery, Notice, Person
from deliberate.notifications.return_addresses import BOUNCE, read_return_address
from deliberate.operations.notices.failing_addresses import record_failure
from deliberate.operations.site.rate_limits import TEXTS, Consumed, consume, refund
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, RefusalKind, Refused
from deliberate.queries.notices.sent_mails import get_mailed_delivery
from deliberate.recording import RequestContext

DELIVERY_STATUS = "message/delivery-status"
_ATTRIBUTION = r"(?:On|Pada|Am|Le)\b\D*\d.*(?:wrote|menulis|schrieb|écrit)\s?:"
_QUOTE = re.compile(rf"(>.*|-- ?|_{{5,}}|-{{5,}}.*|.*/unsubscribe/.*|{_ATTRIBUTION})")
_WRAPPED_ATTRIBUTION = re.compile(
    r"(?m)^((?:On|Pada|Am|Le)\b[^\d\n]*\d.*)\n"
    r"(?:((?!On\b|Pada\b|Am\b|Le\b).+)\n)?"
    r"((?!On\b|Pada\b|Am\b|Le\b).*(?:wrote|menulis|schrieb|écrit)\s?:)[^\S\n]*$"
)
"""Mail programs wrap the line that names the quoted writer."""
_FROM = re.compile(r"\*?(From|Dari|Von|De)\s?:")
_OTHER_HEADER = re.compile(
    r"\*?(Sent|Date|Dikirim|Tanggal|Gesendet|Datum|Envoyé|To|Kepada|An|À)\s?:"
)


def accept_mail(mail: EmailMessage, recipient: str) -> str:
    """Take in a mail to a signed address; return what was done with it.

    Raises Refused for a forged address and for a reply that cannot be posted, so that the mail
    server returns it to its sender.
    """
    address = read_return_address(recipient, current_app.config["SETTINGS"])
    delivery = db.session.get(Delivery, address[1]) if address else None
    if address is None or delivery is None:
        raise Refused(_("This address is not one of ours."), RefusalKind.PERSON)
    person = db.session.get_one(Person, delivery.person_id)
    if address[0] == BOUNCE:
        return _accept_failure(mail, delivery, person)
    if is_automatic(mail):
        return "ignored: an automatic reply"
    return _accept_reply(mail, delivery, person)


def is_automatic(mail: EmailMessage) -> bool:
    """Return whether a program sent a mail (RFC 3834); an answer to it could go on forever."""
    automatic = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no"
    precedence = str(mail.get("Precedence", "")).strip().lower()
    return (
        automatic
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or str(mail.get("Return-Path", "")).strip() == "<>"
        or "List-Id" in mail
    )


def _accept_failure(mail: EmailMessage, delivery: Delivery, person: Person) -> str:
    """Count a permanent failure (RFC 3464); a delay is no failure."""
    reports = (part for part in mail.walk() if part.get_content_type() == DELIVERY_STATUS)
    blocks = [block for report in reports for block in report.iter_parts()]
    failed = [block for block in blocks if str(block.get("Status", "")).strip().startswith("5.")]
    if not failed:
        return "ignored: no permanent failure"
    if not any((person.email or "").lower() in _recipients(block) for block in failed):
        return "ignored: a failure of another address"
    return _count_failure(delivery, person)


def accept_failure_report(message_id: str, recipient: str, status: str) -> str:
    """Count a permanent failure that a mail provider reports; return what was done with it.

    `status` is an enhanced status code (RFC 3463).
    """
    delivery = get_mailed_delivery(message_id)
    if delivery is None:
        return "ignored: not one of our mails"
    if not status.startswith("5."):
        return "ignored: no permanent failure"
    person = db.session.get_one(Person, delivery.person_id)
    if recipient.strip().lower() != (person.email or "").lower():
        return "ignored: a failure of another address"
    return _count_failure(delivery, person)


def _count_failure(delivery: Delivery, person: Person) -> str:
    """Count a failure of the address of a person, once for each mail: reports are repeated."""
    unreported = (Delivery.id == delivery.id) & Delivery.bounced_at.is_(None)
    report = update(Delivery).where(unreported).values(bounced_at=now()).returning(Delivery.id)
    person_id, address = person.id, person.email or ""
    with unrecorded("failures of an address") as session:
        if session.scalar(report) is None:
            return "ignored: reported before"
    record_failure(person_id, address)
    return "counted a failure"


def _recipients(block: Message) -> set[str]:
    """Return the addresses in a block of a failure report, as it was mailed to and in the end."""
    fields = (str(block.get(name, "")) for name in ("Original-Recipient", "Final-Recipient"))
    return {parseaddr(value.rpartition(";")[2])[1].lower() for value in fields if value}


def _accept_reply(mail: EmailMessage, delivery: Delivery, person: Person) -> str:
    """Post a reply to the comment of a notice, once per notice, in the name of its recipient."""
    sender = parseaddr(str(mail.get("From", "")))[1].lower()
    if person.email_confirmed_at is None or sender != (person.email or "").lower():
        raise Refused(_("Reply from the address of your account."), RefusalKind.PERSON)
    notice = db.session.get_one(Notice, delivery.notice_id)
    comment = db.session.get(Comment, notice.details.get("comment", 0))
    text = written_text(mail)
    if comment is None or not text:
        raise InvalidInput(_("Your reply has no text."))
    if not _use_up(delivery):
        raise Refused(_("You have replied by this mail already. Reply on the page."))
    context = RequestContext(language=person.language, network="")
    consumed: Consumed = []
    try:
        consumed = consume(TEXTS, "", person)
        post_comment(person, comment.proposal, text, parent=comment, context=context)
    except BaseException:
        refund(consumed)
        _release(delivery)
        raise
    return "posted a reply"


def _use_up(delivery: Delivery) -> bool:
    """Use the address of a delivery; return False if it was used before."""
    unused = (Delivery.id == delivery.id) & Delivery.replied_at.is_(None)
    use_up = update(Delivery).where(unused).values(replied_at=now()).returning(Delivery.id)
    with unrecorded("replies by mail") as session:
        return session.scalar(use_up) is not None


def _release(delivery: Delivery) -> None:
    db.session.rollback()
    with unrecorded("replies by mail") as session:
        session.execute(update(Delivery).where(Delivery.id == delivery.id).values(replied_at=None))


def written_text(mail: EmailMessage) -> str:
    """Return the text of a mail up to the quotation or the signature."""
    body = mail.get_body(("plain",))
    content = "\n".join(str(body.get_content()).splitlines()) if body is not None else ""
    lines = _WRAPPED_ATTRIBUTION.sub(_on_one_line, content).split("\n")
    kept: list[str] = []
    for index, line in enumerate(lines):
        if _QUOTE.fullmatch(line.rstrip()) or _begins_headers(lines[index : index + 4]):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _on_one_line(wrapped: re.Match[str]) -> str:
    return " ".join(part for part in wrapped.groups() if part)


def _begins_headers(lines: Sequence[str]) -> bool:
    """Return whether lines begin with the header fields of a quoted mail, as Outlook writes."""
    return bool(_FROM.match(lines[0])) and any(map(_OTHER_HEADER.match, lines[1:]))
