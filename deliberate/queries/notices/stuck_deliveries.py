"""Counts of notices and mails that do not arrive: stuck ones, and those given up."""

from datetime import timedelta

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Delivery, Notice

STUCK_AFTER = timedelta(hours=1)
"""Notices and mails leave within minutes; one that waits longer is stuck."""
GIVEN_UP_PERIOD = timedelta(days=1)
SENT_CHANNELS = ("mail", "phone")
"""Channels by which something leaves the platform; texts count as mails do."""
NO_ADDRESS = "no address"
"""The error of a delivery to a person who removed the address: nothing is wrong."""
WITHDRAWN = "withdrawn"
"""The error of a delivery of news that were withdrawn before it left: nothing is wrong."""


def count_stuck_mails() -> int:
    """Return the number of mails and texts that wait longer than an hour."""
    statement = select(func.count(Delivery.id)).where(
        Delivery.channel.in_(SENT_CHANNELS),
        Delivery.sent_at.is_(None),
        Delivery.created_at < now() - STUCK_AFTER,
    )
    return db.session.scalar(statement) or 0


def count_stuck_notices() -> int:
    """Return the number of notices that have no deliveries after an hour."""
    statement = select(func.count(Notice.id)).where(
        Notice.done_at.is_(None),
        func.coalesce(Notice.not_before, Notice.created_at) < now() - STUCK_AFTER,
    )
    return db.session.scalar(statement) or 0


def count_given_up_mails() -> int:
    """Return the number of mails and texts that were given up within a day."""
    statement = select(func.count(Delivery.id)).where(
        Delivery.channel.in_(SENT_CHANNELS),
        Delivery.sent_at >= now() - GIVEN_UP_PERIOD,
        Delivery.error.not_in(["", NO_ADDRESS, WITHDRAWN]),
    )
    return db.session.scalar(statement) or 0
