"""Letting go of what is no longer needed; nothing of it is an act, and no log row is touched."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from deliberate.clock import now
from deliberate.database import Base, TransientBase, db, transient, unrecorded
from deliberate.models import (
    AddressChange,
    Delivery,
    Device,
    Draft,
    RateLimitWindow,
    ReadingPosition,
    Report,
    SignInAttempts,
)
from deliberate.operations.proposals.attachments import throw_away
from deliberate.queries.notices.messages import ADDRESS_WAITS

READ_MESSAGES = timedelta(days=365)
DRAFTS = timedelta(days=365)
REPORT_NOTES = timedelta(days=180)
TRIES = timedelta(days=1)
READING = timedelta(days=180)


@dataclass(frozen=True)
class Old:
    """A kind of thing that is kept for a while only, and how much of it is too old."""

    name: str
    count: int


def purge_expired(*, dry_run: bool = False) -> list[Old]:
    """Delete what is too old, or only say how much it would be."""
    moment = now()
    kept: list[tuple[str, type[Base], ColumnElement[bool]]] = [
        ("read messages", Delivery, Delivery.read_at < moment - READ_MESSAGES),
        ("drafts", Draft, Draft.saved_at < moment - DRAFTS),
    ]
    passing: list[tuple[str, type[TransientBase], ColumnElement[bool]]] = [
        ("expired devices", Device, Device.expires_at < moment),
        ("counted tries", SignInAttempts, SignInAttempts.last_at < moment - TRIES),
        ("reading places", ReadingPosition, ReadingPosition.looked_at < moment - READING),
        ("counted writing", RateLimitWindow, RateLimitWindow.ends_at < moment),
        ("changes of address", AddressChange, AddressChange.asked_at < moment - ADDRESS_WAITS),
    ]
    notes = (Report.settled_at < moment - REPORT_NOTES) & (Report.note != "")
    found = [Old(name, _count(db.session, kind, old)) for name, kind, old in kept]
    found.append(Old("notes of settled reports", _count(db.session, Report, notes)))
    with transient(write=not dry_run) as store:
        for name, passed, old in passing:
            found.append(Old(name, _count(store, passed, old)))
            if not dry_run:
                store.execute(delete(passed).where(old))
    if not dry_run:
        with unrecorded("retention") as session:
            old_drafts = session.scalars(select(Draft).where(Draft.saved_at < moment - DRAFTS))
            files = [one["name"] for draft in old_drafts for one in draft.files]
            for _name, kind, old in kept:
                session.execute(delete(kind).where(old))
            session.execute(update(Report).where(notes).values(note=""))
        throw_away(files)
    return found


def _count(session: Any, kind: type[Base] | type[TransientBase], old: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.count()).select_from(kind).where(old)) or 0)
