"""Composition of a mail: plain text and HTML, a stable Message-ID, one-click unsubscription."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime, parseaddr
from html import escape
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from deliberate.config import Settings
from deliberate.models import Delivery, Person
from deliberate.notifications.channels.adapter import InvalidAddress
from deliberate.notifications.links import (
    DIGEST,
    action_path,
    recipient_address,
    unsubscribe_token,
)
from deliberate.notifications.quotes import mark_quotes
from deliberate.notifications.return_addresses import REPLY, return_address
from deliberate.notifications.templates import RenderedNotification, render_digest
from deliberate.queries.log.tree_heads import latest_published_head
from deliberate.text import is_email_address
from deliberate.vocabulary.notices import DigestNotice, NoticePage, ReplyNotice

MAX_SUBJECT = 200
_PAGES_OF_PROCESSES = frozenset(
    {
        NoticePage.POLL,
        NoticePage.PROCESS,
        NoticePage.NEWS,
        NoticePage.QUESTIONNAIRES,
        NoticePage.DOCUMENT,
    }
)
_OF_PROPOSALS = frozenset({"author", "commenter", "supporter"})
"""Reasons that name a proposal, of which a notice on a process or poll has none."""


class _VerbatimHeader(UnstructuredHeader, BaseHeader):
    """A header written in one line as it is: programs read it, and an encoded word breaks it.

    The standard library encodes a word that is longer than a line (RFC 2047), which is not allowed
    in these headers, so that a long host name would end the one-click unsubscription.
    """

    def fold(self, *, policy: Policy) -> str:
        """Return the header in one line; RFC 5322 allows 998 characters."""
        return f"{self.name}: {self}{policy.linesep}"


def _verbatim_policy() -> "EmailPolicy[EmailMessage]":
    headers = HeaderRegistry()
    for name in ("message-id", "list-unsubscribe", "list-unsubscribe-post", "list-id"):
        headers.map_to_type(name, _VerbatimHeader)
    return EmailPolicy(header_factory=headers, linesep="\r\n")


_POLICY = _verbatim_policy()


@dataclass(frozen=True)
class _Item:
    """An item of a mail: what it is about in a weekly mail, one sentence and one link."""

    notification: RenderedNotification
    thing: str
    url: str

    @property
    def sentence(self) -> str:
        """Return what happened."""
        return self.notification.sentence

    @property
    def marked_sentence(self) -> Markup:
        """Return what happened as HTML in which quoted texts name their languages."""
        return mark_quotes(self.sentence, self.notification.quotes)

    @property
    def marked_thing(self) -> Markup:
        """Return what it is about as HTML that names its language."""
        return mark_quotes(self.thing, [(self.thing, self.notification.thing_language)])


@dataclass(frozen=True)
class _Body:
    """The content of a mail, of which plain text and HTML are made."""

    site: str
    intro: str
    items: list[_Item]
    reason: str
    reply_hint: str
    unsubscribe_url: str
    log: str


def compose(delivery: Delivery, person: Person, notification: RenderedNotification) -> EmailMessage:
    """Return the mail of a delivery; every attempt has the same Message-ID.

    Raises InvalidAddress for an address to which no mail can be sent.
    """
    address = recipient_address(notification.event, person) or ""
    if not is_email_address(address):
        raise InvalidAddress("invalid address")
    settings: Settings = current_app.config["SETTINGS"]
    unsubscribe_url = _unsubscribe_url(person, notification, settings)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _sender(settings)
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = single_line_subject(notification.subject)
    mail["Date"] = format_datetime(delivery.created_at)
    mail["Message-ID"] = message_id(delivery, settings)
    mail["Auto-Submitted"] = "auto-generated"
    if isinstance(notification.event, ReplyNotice) and settings.mail_domain:
        mail["Reply-To"] = Address(addr_spec=return_address(REPLY, delivery.id, settings))
    if unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    with force_locale(person.language):
        body = _body(delivery, person, notification, unsubscribe_url, settings)
        mail.set_content(_plain_text(body))
        mail.add_alternative(_html(body, person.language), subtype="html")
    return mail


def _sender(settings: Settings) -> Address:
    """Return the address of the platform with the name of the site."""
    name, address = parseaddr(settings.mail_from)
    return Address(display_name=name or settings.brand_name, addr_spec=address)


def _unsubscribe_url(person: Person, notification: RenderedNotification, settings: Settings) -> str:
    topic = DIGEST if isinstance(notification.event, DigestNotice) else notification.event.TOPIC
    if topic is None:
        return ""
    return f"{_base(settings)}/unsubscribe/{unsubscribe_token(person.id, topic)}"


def _base(settings: Settings) -> str:
    return settings.base_url.rstrip("/")


def message_id(delivery: Delivery, settings: Settings) -> str:
    """Return the Message-ID of a delivery, the same at every attempt."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return f"<{delivery.notice_key}.{delivery.person_id}@{host}>"


def single_line_subject(text: str) -> str:
    """Return a text as a subject; an encoded word in it (RFC 2047) would be decoded."""
    return " ".join(text.replace("=?", "= ?").split())[:MAX_SUBJECT]


def _body(
    delivery: Delivery,
    person: Person,
    notification: RenderedNotification,
    unsubscribe_url: str,
    settings: Settings,
) -> _Body:
    base, head = _base(settings), latest_published_head()
    if isinstance(notification.event, DigestNotice):
        intro = notification.sentence
        items = [
            _Item(row, row.thing, base + row.path)
            for row in render_digest(notification.event, person)
        ]
    else:
        path = action_path(notification.event, person) or notification.path
        intro, items = "", [_Item(notification, "", base + path)]
    return _Body(
        site=settings.brand_name,
        intro=intro,
        items=items,
        reason=_reason(delivery, notification),
        reply_hint=_reply_hint(notification, settings),
        unsubscribe_url=unsubscribe_url,
        log=_("Public log: %(n)s entries, %(root)s", n=head.size, root=head.root[:12])
        if head
        else "",
    )


def _reason(delivery: Delivery, notification: RenderedNotification) -> str:
    """Return in words why a person receives a mail."""
    if isinstance(notification.event, DigestNotice):
        why: str = _("You get this once a week because you took part or follow something.")
        return why
    reasons: dict[str, str] = {
        "author": _("You get this because you wrote the proposal."),
        "commenter": _("You get this because you took part in its thread."),
        "supporter": _("You get this because you support the proposal."),
        "contributor": _("You get this because you contributed to a draft text."),
        "voter": _("You get this because you voted in this process."),
        "follower": _("You get this because you follow it."),
        "staff": _("You get this because you work for the institution."),
        "moderator": _("You get this because you are a moderator."),
        "account": _("You get this because it concerns your account."),
    }
    if notification.event.PAGE in _PAGES_OF_PROCESSES and delivery.reason in _OF_PROPOSALS:
        return str(_("You get this because you took part in this process."))
    if notification.event.PAGE == NoticePage.APPEAL:
        return str(_("You get this because you wrote the text."))
    return reasons.get(delivery.reason, reasons["account"])


def _reply_hint(notification: RenderedNotification, settings: Settings) -> str:
    """Return how to reply by mail, where a reply becomes a comment."""
    if not isinstance(notification.event, ReplyNotice) or not settings.mail_domain:
        return ""
    hint: str = _("Reply to this mail, and your text is posted publicly below the comment. Once.")
    return hint


def _plain_text(body: _Body) -> str:
    paragraphs = [body.intro]
    for item, is_first in _items(body):
        between = "\n" if item.thing else "\n\n"
        paragraphs += [item.thing if is_first else "", f"{item.sentence}{between}{item.url}"]
    paragraphs += [body.reply_hint, f"{body.site}. {body.reason}", _stop_text(body), body.log]
    return "\n\n".join(text for text in paragraphs if text) + "\n"


def _items(body: _Body) -> Iterator[tuple[_Item, bool]]:
    """Yield each item and whether it is the first one about its thing, which has a heading."""
    previous = None
    for item in body.items:
        yield item, item.notification.thing_key != previous
        previous = item.notification.thing_key


def _stop_text(body: _Body) -> str:
    if not body.unsubscribe_url:
        return ""
    text: str = _("No mail of this kind any more: %(address)s", address=body.unsubscribe_url)
    return text


_STYLE = "font:16px/1.5 sans-serif;max-width:36em;margin:0 auto;padding:16px;overflow-wrap:anywhere"


def _html(body: _Body, language: str) -> str:
    open_text, stop_text = _("Open the page"), _("No mail of this kind any more")
    parts = [f"<p><b>{escape(body.site)}</b></p>", _paragraph(body.intro)]
    for item, is_first in _items(body):
        if is_first and item.thing:
            parts.append(f"<h2 style='font-size:1em'>{item.marked_thing}</h2>")
        parts += [f"<p>{item.marked_sentence}</p>", f"<p>{_link(item.url, open_text)}</p>"]
    parts += [_paragraph(body.reply_hint), "<hr>", _paragraph(body.reason)]
    if body.unsubscribe_url:
        parts.append(f"<p>{_link(body.unsubscribe_url, stop_text)}</p>")
    parts.append(_paragraph(body.log))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(body.site)}</title></head>"
        f"<body style='{_STYLE}'>{''.join(parts)}</body></html>"
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _link(url: str, text: str) -> str:
    return f"<a href='{escape(url)}'>{escape(text)}</a>"
