"""One mail: plain text first, a small twin in HTML, one name for ever, a way out in one click."""

from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.config import Settings
from deliberate.models import Delivery, Person
from deliberate.notifications.links import address_for, path_of, token_of
from deliberate.notifications.templates import RenderedNotification
from deliberate.queries.log import published_head


def compose(
    delivery: Delivery, person: Person, story: RenderedNotification, topic: str
) -> EmailMessage:
    """The mail of a delivery; the same delivery always gives the same Message-ID."""
    settings: Settings = current_app.config["SETTINGS"]
    base = settings.base_url.rstrip("/")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = address_for(story.kind, person) or ""
    mail["Subject"] = _one_line(story.subject)
    mail["Message-ID"] = message_id(delivery, settings)
    if topic:
        way_out = f"{base}/unsubscribe/{token_of(person.id, topic)}"
        mail["List-Unsubscribe"] = f"<{way_out}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    path = path_of(story.kind, person) or story.path
    with force_locale(person.language):
        lines = _lines(story, path, base, delivery.why, way_out if topic else "")
    mail.set_content("\n\n".join(lines) + "\n")
    mail.add_alternative(_html(lines, person.language, settings.brand_name), subtype="html")
    return mail


def message_id(delivery: Delivery, settings: Settings) -> str:
    """The name of a mail, the same at every try."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    return f"<{delivery.act}.{delivery.person_id}@{host}>"


def _one_line(words: str) -> str:
    return " ".join(words.split())[:200]


def _lines(story: RenderedNotification, path: str, base: str, why: str, way_out: str) -> list[str]:
    head = published_head()
    because = {
        "author": _("You get this because you wrote the proposal."),
        "commenter": _("You get this because you took part in its thread."),
        "supporter": _("You get this because you support the proposal."),
        "follower": _("You get this because you follow it."),
        "staff": _("You get this because you work for the institution."),
    }
    lines = [story.sentence, base + path, because.get(why, "")]
    if way_out:
        lines.append(_("No mail of this kind any more: %(address)s", address=way_out))
    if head is not None:
        lines.append(_("Public log: %(n)s entries, %(root)s", n=head.size, root=head.root[:12]))
    return [line for line in lines if line]


def _html(lines: list[str], language: str, brand: str) -> str:
    shown = "".join(f"<p>{_linked(line)}</p>" for line in lines)
    title = escape(brand)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body>{shown}</body></html>"
    )


def _linked(line: str) -> str:
    words = (
        f'<a href="{escape(word)}">{escape(word)}</a>' if word.startswith("http") else escape(word)
        for word in line.split(" ")
    )
    return " ".join(words)
