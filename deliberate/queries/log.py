"""What pages, scores and exports read of the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Text, or_, select, type_coerce
from sqlalchemy.orm import Session

from deliberate.citivoice.log import COLUMNS, Log
from deliberate.clock import now
from deliberate.database import canonical, db
from deliberate.models import Interaction, PublishedTreeHead, Segment, SignedTreeHead
from deliberate.models.log.interaction import hash_half, private_half, public_half, waiting_first
from deliberate.vocabulary import Kind, Visibility

ROWS_AT_ONCE = 50_000
EVERYWHERE = (Kind.ACCOUNT_RECLASSIFIED.value, Kind.GROUP_DECLARED.value)
"""Kinds that scores of every process read, whatever process their rows name."""
PUBLIC_KINDS = tuple(kind.value for kind in Kind if kind.visibility is Visibility.PUBLIC)


@dataclass(frozen=True)
class TreeHeadSummary:
    """The newest head as pages show it."""

    size: int
    root: str


def newest_head() -> TreeHeadSummary | None:
    """Size and root of the newest head, or None before the first."""
    found = db.session.execute(
        select(SignedTreeHead.size, SignedTreeHead.root)
        .order_by(SignedTreeHead.size.desc())
        .limit(1)
    ).first()
    return TreeHeadSummary(found.size, found.root) if found else None


@dataclass(frozen=True)
class PublicationRow:
    """A head given out, as pages show it."""

    size: int
    root: str
    key: str
    signature: str
    made_at: datetime


def newest_published(limit: int) -> list[PublicationRow]:
    """The newest heads given out, newest first."""
    found = db.session.execute(
        select(
            SignedTreeHead.size,
            SignedTreeHead.root,
            SignedTreeHead.key_id,
            SignedTreeHead.signature,
            SignedTreeHead.made_at,
        )
        .join(PublishedTreeHead, PublishedTreeHead.size == SignedTreeHead.size)
        .order_by(SignedTreeHead.size.desc())
        .limit(limit)
    )
    return [PublicationRow(*row) for row in found]


def published_head() -> TreeHeadSummary | None:
    """Size and root of the newest head given out: pages show no younger one."""
    newest = next(iter(newest_published(1)), None)
    return TreeHeadSummary(newest.size, newest.root) if newest else None


@dataclass(frozen=True)
class Receipt:
    """Proof of one's act: what was sealed of it, and by the hash of the rest, all of it."""

    entry: str
    """The entry's id: its number is given when it is sealed."""
    public: dict[str, Any]
    private: str
    """The hash of the private half."""
    at: datetime

    @property
    def code(self) -> str:
        """The receipt as its holder keeps it and /log takes it."""
        return canonical({"entry": self.entry, "private": self.private, "public": self.public})


def receipt_of(entry: str, actor_id: str | None = None) -> Receipt | None:
    """The receipt of an entry, or None if there is no such entry (or it is not of this actor).

    Only whoever acted is given it: the id tells the millisecond.
    """
    row = db.session.get(Interaction, entry)
    if row is None or (actor_id is not None and row.actor_id != actor_id):
        return None
    private = hash_half(private_half(row)).hex()
    return Receipt(row.id, public_half(row), private, row.occurred_at)


@dataclass(frozen=True)
class PublicReceipt:
    """Proof of a public act for everybody, by its number: the id would tell the millisecond."""

    number: int
    public: dict[str, Any]
    private: str

    @property
    def code(self) -> str:
        """The receipt as /log takes it."""
        told = {"entry": self.number, "private": self.private, "public": self.public}
        return canonical(told)


def public_receipts(
    proposal_id: int, below: int, after: int | None, limit: int
) -> list[PublicReceipt]:
    """Receipts of the public acts on a proposal, its comments and responses, oldest first.

    Only of entries that a head given out covers, those of fewer than `below`.
    """
    entries = (
        select(Interaction)
        .where(Interaction.proposal_id == proposal_id, Interaction.kind.in_(PUBLIC_KINDS))
        .where(Interaction.seq < below, Interaction.seq > (-1 if after is None else after))
        .order_by(Interaction.seq)
        .limit(limit)
    )
    return [
        PublicReceipt(row.seq or 0, public_half(row), hash_half(private_half(row)).hex())
        for row in db.session.scalars(entries)
    ]


def unsealed_age() -> timedelta:
    """How long the oldest entry that no head covers has been waiting; zero if none waits."""
    oldest = db.session.scalar(waiting_first(db.engine.dialect.name), {"limit": 1})
    if oldest is None:
        return timedelta(0)
    written = int(oldest[:12], 16) / 1000  # a UUIDv7 begins with the millisecond it was made in
    return timedelta(seconds=max(0.0, now().timestamp() - written))


def log_of_process(log_path: Path, process_id: int | None = None, below: int | None = None) -> Log:
    """The sealed log as scores read it: segments, then the rows after the last one.

    Files hold every process; rows after them are those of the process (None: of all) and of
    EVERYWHERE. `below` keeps rows up to a head's size. `citivoice.reduce` cuts the same way.
    """
    end = below if below is not None else _sealed_size()
    files, covered = segment_files(log_path, end)
    return Log.from_files(*files) + Log.from_columns(_rows_after(covered, end, process_id))


def segment_files(log_path: Path, below: int) -> tuple[list[Path], int]:
    """The segments at hand without a gap from the first entry, and the number of rows they hold."""
    session: Session = db.session()
    files, covered = [], 0
    for segment in session.scalars(
        select(Segment).where(Segment.first < below).order_by(Segment.first)
    ):
        file = log_path / "segments" / segment.file_name
        if segment.first != covered or not file.is_file():
            break
        files.append(file)
        covered = segment.last + 1
    return files, covered


def _sealed_size() -> int:
    head = newest_head()
    return head.size if head else 0


def _rows_after(first: int, below: int, process_id: int | None) -> Iterator[dict[str, list[Any]]]:
    session: Session = db.session()
    names = [name for name in COLUMNS if name != "details"]
    columns = [getattr(Interaction, name) for name in names]
    as_stored = type_coerce(Interaction.details, Text)
    mine = or_(Interaction.process_id == process_id, Interaction.kind.in_(EVERYWHERE))
    for start in range(first, below, ROWS_AT_ONCE):
        span = (Interaction.seq >= start, Interaction.seq < min(start + ROWS_AT_ONCE, below))
        of_process = () if process_id is None else (mine,)
        rows = session.execute(
            select(*columns, as_stored).where(*span, *of_process).order_by(Interaction.seq)
        ).all()
        if rows:
            lists = zip(*rows, strict=True)
            yield dict(zip([*names, "details"], map(list, lists), strict=True))
