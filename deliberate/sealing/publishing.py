"""What leaves the house of the log: a head an hour, leaf hashes once a day, a letter to witnesses.

Heads are made every ten seconds, but their sizes would tell the minute of every ballot.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, unrecorded
from deliberate.models import Interaction, PublishedTreeHead, SignedTreeHead
from deliberate.sealing.heads import signed
from deliberate.sealing.proofs import consistency

LEAVES = "leaves"
LEAVES_AT_ONCE = 65536


def publish_heads(until: datetime | None = None) -> list[int]:
    """Give out the last head made before this hour, and each that hands over to a new key.

    Gives the sizes given out now; none if nothing was sealed since the last time. A seed, whose
    people are invented, gives out everything `until` a moment.
    """
    session: Session = db.session()
    session.rollback()
    hour = until or now().replace(minute=0, second=0, microsecond=0)
    before = published_size(session)
    newest = session.scalar(
        select(SignedTreeHead.size)
        .where(SignedTreeHead.made_at < hour)
        .order_by(SignedTreeHead.size.desc())
        .limit(1)
    )
    due = list(
        session.scalars(
            select(SignedTreeHead.size)
            .where(SignedTreeHead.size > before)
            .where(or_(SignedTreeHead.size == newest, SignedTreeHead.body.contains('"next":')))
            .order_by(SignedTreeHead.size)
        )
    )
    for size in due:
        _give_out(before, size)
        before = size
    return due


def _give_out(before: int, size: int) -> None:
    path = consistency(before, size) if before else []
    with unrecorded("publishing heads") as session:
        if session.get(PublishedTreeHead, size) is None:
            proof = [part.hex() for part in path]
            session.add(PublishedTreeHead(size=size, published_at=now(), consistency=proof))


def published_size(session: Session) -> int:
    """How many entries the newest head given out covers; 0 before the first."""
    newest = select(PublishedTreeHead.size).order_by(PublishedTreeHead.size.desc()).limit(1)
    return session.scalar(newest) or 0


def published_heads(after: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The heads given out over more than `after` entries, oldest first, as heads.jsonl has them."""
    found = db.session.execute(
        select(SignedTreeHead, PublishedTreeHead.consistency)
        .join(PublishedTreeHead, PublishedTreeHead.size == SignedTreeHead.size)
        .where(SignedTreeHead.size > after)
        .order_by(SignedTreeHead.size)
        .limit(limit)
        .execution_options(yield_per=500)
    )
    for head, path in found:
        yield signed(head).as_json() | {"consistency": path}


def write_leaves(log_path: Path) -> str | None:
    """Write the leaf hashes since the last such file, up to the newest head given out.

    Gives the file's name, which tells the entries in it; None if there are none.
    """
    folder = log_path / LEAVES
    folder.mkdir(parents=True, exist_ok=True)
    session: Session = db.session()
    session.rollback()
    first, stop = _written(folder), published_size(session)
    if first >= stop:
        return None
    name = f"{first:09d}-{stop - 1:09d}.txt"
    file, passing = tempfile.mkstemp(dir=folder, prefix="writing-")
    with os.fdopen(file, "w", encoding="ascii") as out:
        for leaf in _leaves(session, first, stop):
            out.write(leaf.hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    Path(passing).chmod(0o444)
    Path(passing).replace(folder / name)
    return name


def leaf_files(log_path: Path) -> list[Path]:
    """The files of leaf hashes, oldest first."""
    return sorted((log_path / LEAVES).glob("*-*.txt"))


def _written(folder: Path) -> int:
    files = sorted(folder.glob("[0-9]*-[0-9]*.txt"))
    return int(files[-1].stem.split("-")[1]) + 1 if files else 0


def _leaves(session: Session, first: int, stop: int) -> Iterator[bytes]:
    for start in range(first, stop, LEAVES_AT_ONCE):
        end = min(start + LEAVES_AT_ONCE, stop)
        yield from session.scalars(
            select(Interaction.leaf)
            .where(Interaction.seq >= start, Interaction.seq < end)
            .order_by(Interaction.seq)
        )


@dataclass(frozen=True)
class Letter:
    """A mail to the witnesses: whoever keeps it can show later that the log was changed."""

    to: tuple[str, ...]
    name: str
    """The same for the same head, so that a mail sent twice is one."""
    subject: str
    body: str


def witness_letter(settings: Settings) -> Letter | None:
    """The daily letter with the newest head given out; None without witnesses or heads."""
    to = tuple(address.strip() for address in settings.witnesses.split(",") if address.strip())
    size = published_size(db.session())
    if not to or not size:
        return None
    head = signed(db.session.get_one(SignedTreeHead, size))
    said = head.said
    body = (
        f"Please keep this mail. It shows what the public log of {said['origin']} was on\n"
        f"{said['t']}: {size} entries. If the log is ever changed, your copy proves it.\n"
        f"How to check: {said['origin']}/log\n\n"
        f"{head.body}\nsignature {head.signature}\nkey {head.key}\n"
    )
    name = f"<head.{said['root'][:32]}@{urlsplit(settings.base_url).hostname}>"
    return Letter(to, name, f"Log head of {said['t'][:10]}: {size} entries", body)
