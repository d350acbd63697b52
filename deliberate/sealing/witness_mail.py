"""The daily mail with the newest published tree head to the witnesses of the log."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import SignedTreeHead
from deliberate.sealing.head_publishing import published_size
from deliberate.sealing.tree_heads import export_tree_head


@dataclass(frozen=True)
class WitnessMail:
    """A mail whose recipients can later prove that the log was changed."""

    to: tuple[str, ...]
    message_id: str
    """The same for the same head, so that a repeated mail replaces the first."""
    subject: str
    body: str


def compose_witness_mail(settings: Settings) -> WitnessMail | None:
    """Return the mail with the newest published head, or None without witnesses or heads."""
    to = tuple(address.strip() for address in settings.witnesses.split(",") if address.strip())
    size = published_size(db.session())
    if not to or not size:
        return None
    head = export_tree_head(db.session.get_one(SignedTreeHead, size))
    fields = head.fields
    body = (
        f"Please keep this mail. It shows what the public log of {fields['origin']} was on\n"
        f"{fields['t']}: {size} entries. If the log is ever changed, your copy proves it.\n"
        f"How to check: {fields['origin']}/log\n\n"
        f"{head.body}\nsignature {head.signature}\nkey {head.key}\n"
    )
    message_id = f"<head.{fields['root'][:32]}@{urlsplit(settings.base_url).hostname}>"
    return WitnessMail(to, message_id, f"Log head of {fields['t'][:10]}: {size} entries", body)
