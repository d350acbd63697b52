"""The daily mail with the newest published tree head to the witnesses of the log."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from deliberate.config import Settings
from deliberate.database import db
from deliberate.sealing.head_publishing import latest_published_head


@dataclass(frozen=True)
class WitnessMail:
    """A mail whose recipients can later prove that the log was changed."""

    to: tuple[str, ...]
    message_id: str
    """The same for the same head, so that a repeated mail replaces the first."""
    subject: str
    body: str
    head_line: str
    """The head as one line of JSON, which the body contains and an attachment has alone."""
    file_name: str


def compose_witness_mail(settings: Settings) -> WitnessMail | None:
    """Return the mail with the newest published head, or None without witnesses or heads."""
    to = tuple(address.strip() for address in settings.witnesses.split(",") if address.strip())
    head = latest_published_head(db.session())
    if not to or head is None:
        return None
    fields, head_line = head.fields, json.dumps(head.as_json()) + "\n"
    origin, day = fields["origin"], fields["t"][:10]
    body = (
        f"Please keep this mail. It shows what the public log of {origin} was on\n"
        f"{fields['t']}: {fields['size']} entries. If the log is ever changed, your copy proves"
        " it.\n\n"
        "To check it, save this mail as a file, download verify.py and heads.jsonl from\n"
        f"{origin}/log and run:\n\n"
        "    python verify.py heads heads.jsonl --kept saved-mail.eml\n\n"
        "The tree head, also attached as a file:\n\n"
        f"{head_line}"
    )
    message_id = f"<head.{fields['root'][:32]}@{urlsplit(settings.base_url).hostname}>"
    subject = f"Log head of {day}: {fields['size']} entries"
    return WitnessMail(to, message_id, subject, body, head_line, f"log-head-{day}.jsonl")
