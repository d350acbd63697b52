"""Composition of a mail: plain text and HTML, a stable Message-ID, one-click unsubscription."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.config import Settings
from deliberate.models import Delivery, Person
from deliberate.notifications.links import action_path, recipient_address, unsubscribe_token
from deliberate.notifications.templates import RenderedNotification
from deliberate.queries.log.tree_heads import latest_published_head
from deliberate.text import is_email_address


class InvalidAddress(ValueError):
    """No mail can be sent to the address of a person."""


def compose(delivery: Delivery, person: Person, notification: RenderedNotification) -> EmailMessage:
    """Return the mail of a delivery; every attempt has the same Message-ID.

    Raises InvalidAddress for an address to which no mail can be sent.
    """
    address = recipient_address(notification.event, person) or ""
    if not is_email_address(address):
        raise InvalidAddress("invalid address")
    settings: Settings = current_app.config["SETTINGS"]
    base = settings.base_url.rstrip("/")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = single_line_subject(notification.subject)
    mail["Message-ID"] = message_id(delivery, settings)
    unsubscribe_url = ""
    if topic := notification.event.TOPIC:
        unsubscribe_url = f"{base}/unsubscribe/{unsubscribe_token(person.id, topic)}"
        mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    url = base + (action_path(notification.event, person) or notification.path)
    with force_locale(person.language):
        paragraphs = _paragraphs(notification.sentence, url, delivery.reason, unsubscribe_url)
    mail.set_content("\n\n".join(paragraphs) + "\n")
    mail.add_alternative(_html(paragraphs, person.language, settings.brand_name), subtype="html")
    return mail


def message_id(delivery: Delivery, settings: Settings) -> str:
    """Return the Message-ID of a delivery, the same at every attempt."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return f"<{delivery.notice_key}.{delivery.person_id}@{host}>"


def single_line_subject(text: str) -> str:
    """Return a text as a subject; an encoded word in it (RFC 2047) would be decoded."""
    return " ".join(text.replace("=?", "= ?").split())[:200]


def _paragraphs(sentence: str, url: str, reason: str, unsubscribe_url: str) -> list[str]:
    head = latest_published_head()
    reasons = {
        "author": _("You get this because you wrote the proposal."),
        "commenter": _("You get this because you took part in its thread."),
        "supporter": _("You get this because you support the proposal."),
        "follower": _("You get this because you follow it."),
        "staff": _("You get this because you work for the institution."),
    }
    paragraphs = [sentence, url, reasons.get(reason, "")]
    if unsubscribe_url:
        paragraphs.append(_("No mail of this kind any more: %(address)s", address=unsubscribe_url))
    if head is not None:
        paragraphs.append(
            _("Public log: %(n)s entries, %(root)s", n=head.size, root=head.root[:12])
        )
    return [text for text in paragraphs if text]


def _html(paragraphs: list[str], language: str, brand: str) -> str:
    body = "".join(f"<p>{_linkify(text)}</p>" for text in paragraphs)
    title = escape(brand)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body>{body}</body></html>"
    )


def _linkify(text: str) -> str:
    parts = (
        f'<a href="{escape(part)}">{escape(part)}</a>' if part.startswith("http") else escape(part)
        for part in text.split(" ")
    )
    return " ".join(parts)
