"""The log of a process as the scores read it, and the scores themselves."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from deliberate import citivoice
from deliberate.database import canonical, db
from deliberate.models import Interaction, Process
from deliberate.queries.log import newest_head
from deliberate.vocabulary import Kind

ROWS_A_BATCH = 50_000
EVERYWHERE = (Kind.ACCOUNT_RECLASSIFIED.value, Kind.GROUP_DECLARED.value)
"""Kinds that no process owns and every score reads."""


def process_named(slug: str) -> Process | None:
    """The process with this address."""
    return db.session.scalar(select(Process).where(Process.slug == slug))


def scores_of(process: Process, as_of: datetime | None = None) -> citivoice.Scores:
    """The scores of a process up to the newest head, or to a moment before it."""
    return citivoice.score(log_of(process), context_of(process, as_of))


def context_of(process: Process, as_of: datetime | None = None) -> citivoice.Process:
    """What the log cannot say about a process: its zone, its window, the head scored against."""
    head = newest_head()
    return citivoice.Process(
        slug=process.slug,
        timezone=process.timezone,
        as_of=as_of,
        process_id=str(process.id),
        log_size=head.size if head else 0,
        log_root=head.root if head else None,
    )


def log_of(process: Process) -> citivoice.Log:
    """The sealed rows of a process, in batches of columns."""
    return citivoice.Log.from_columns(_batches(process.id))


def rows_of(process_id: int) -> Select[Any]:
    """The statement for the sealed rows of a process in their order."""
    table = Interaction.__table__
    columns = [table.c[name] for name in citivoice.COLUMNS]
    return (
        select(*columns)
        .where(table.c.seq.is_not(None))
        .where(or_(table.c.process_id == process_id, table.c.kind.in_(EVERYWHERE)))
        .order_by(table.c.seq)
    )


def _batches(process_id: int) -> Iterator[dict[str, list[Any]]]:
    found = db.session.execute(rows_of(process_id).execution_options(yield_per=ROWS_A_BATCH))
    for rows in found.partitions():
        batch = dict(zip(citivoice.COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
        batch["details"] = [canonical(details) for details in batch["details"]]
        yield batch
