"""Mails that were sent, by the Message-ID that they carry."""

import re

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Delivery

_MESSAGE_ID = re.compile(r"<?(.{1,64})\.(\d{1,18})@[^@>]{1,253}>?")


def get_mailed_delivery(message_id: str) -> Delivery | None:
    """Return the delivery of a mail by its Message-ID, which names its notice and its person."""
    match = _MESSAGE_ID.fullmatch(message_id.strip())
    if match is None:
        return None
    return db.session.scalar(
        select(Delivery).where(
            Delivery.notice_key == match[1],
            Delivery.person_id == int(match[2]),
            Delivery.channel == "mail",
            Delivery.sent_at.is_not(None),
        )
    )
