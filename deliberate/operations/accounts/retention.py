"""Retention: delete data that is no longer needed. Nothing of it is an act or a log row."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import Base, TransientBase, db, transient, unrecorded
from deliberate.models import (
    Delivery,
    Device,
    Draft,
    EmailChange,
    RateLimitWindow,
    ReadingPosition,
    Report,
)
from deliberate.operations.proposals.file_store import delete_files
from deliberate.queries.notices.messages import EMAIL_CHANGE_LIFETIME

READ_MESSAGES = timedelta(days=365)
DRAFTS = timedelta(days=365)
REPORT_NOTES = timedelta(days=180)
READING = timedelta(days=180)


@dataclass(frozen=True)
class ExpiredCount:
    """A kind of data with a retention period, and the number of rows past it."""

    name: str
    count: int


def purge_expired(*, dry_run: bool = False) -> list[ExpiredCount]:
    """Delete rows past their retention period, unless `dry_run`; return how many there are."""
    moment = now()
    persistent: list[tuple[str, type[Base], ColumnElement[bool]]] = [
        ("read messages", Delivery, Delivery.read_at < moment - READ_MESSAGES),
        ("drafts", Draft, Draft.saved_at < moment - DRAFTS),
    ]
    temporary: list[tuple[str, type[TransientBase], ColumnElement[bool]]] = [
        ("expired devices", Device, Device.expires_at < moment),
        ("reading positions", ReadingPosition, ReadingPosition.viewed_at < moment - READING),
        ("rate limit counters", RateLimitWindow, RateLimitWindow.ends_at < moment),
        ("e-mail changes", EmailChange, EmailChange.requested_at < moment - EMAIL_CHANGE_LIFETIME),
    ]
    session = db.session()
    notes = (Report.resolved_at < moment - REPORT_NOTES) & (Report.note != "")
    counts = [
        ExpiredCount(name, _count(session, model, is_expired))
        for name, model, is_expired in persistent
    ]
    counts.append(ExpiredCount("notes of settled reports", _count(session, Report, notes)))
    with transient(write=not dry_run) as store:
        for name, model, is_expired in temporary:
            counts.append(ExpiredCount(name, _count(store, model, is_expired)))
            if not dry_run:
                store.execute(delete(model).where(is_expired))
    if not dry_run:
        with unrecorded("retention") as writing:
            old_drafts = writing.scalars(select(Draft).where(Draft.saved_at < moment - DRAFTS))
            files = [file["name"] for draft in old_drafts for file in draft.files]
            for _name, table, is_expired in persistent:
                writing.execute(delete(table).where(is_expired))
            writing.execute(update(Report).where(notes).values(note=""))
        delete_files(files)
    return counts


def _count(
    session: Session,
    model: type[Base] | type[TransientBase],
    is_expired: ColumnElement[bool],
) -> int:
    return int(session.scalar(select(func.count()).select_from(model).where(is_expired)) or 0)
