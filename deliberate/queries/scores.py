"""The log of a process as the scores read it, and the scores themselves."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from deliberate import citivoice
from deliberate.database import canonical, db
from deliberate.models import Interaction, Process, Snapshot
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


# --- kept scores ---------------------------------------------------------------------------------


def newest_snapshot(process_id: int) -> Snapshot | None:
    """The scores of a process kept last, or None before the first."""
    return db.session.scalar(
        select(Snapshot)
        .where(Snapshot.process_id == process_id)
        .order_by(Snapshot.computed_at.desc(), Snapshot.id.desc())
        .limit(1)
    )


def newest_snapshots() -> list[Snapshot]:
    """The scores kept last of every process, the oldest process first."""
    last = select(func.max(Snapshot.id)).group_by(Snapshot.process_id)
    return list(
        db.session.scalars(
            select(Snapshot)
            .where(Snapshot.id.in_(last))
            .options(joinedload(Snapshot.process))
            .order_by(Snapshot.process_id)
        )
    )


def drawn_from(scores: citivoice.Scores) -> dict[str, Any]:
    """What the charts of a scoreboard are drawn from: small counts out of the facts.

    Cohorts under ten people are left out; waits are [hours, answered] of residents' proposals.
    """
    weeks = scores.facts.scope("week_facts", "counted")
    cohorts = scores.facts["cohort_facts"]
    asked = scores.facts["response_facts"]
    mine = asked["initiator"] != "authority"
    return {
        "weeks": _rows(weeks, "week", "residents", "newcomers", "comments", "is_open"),
        "cohorts": _rows(cohorts, "first_week", "weeks_later", "people"),
        "waits": sorted(
            [int(hours), int(answered)]
            for hours, answered in zip(
                asked["hours"][mine], asked["is_answered"][mine], strict=True
            )
        ),
    }


def _rows(table: Mapping[str, Any], *names: str) -> list[list[Any]]:
    return sorted(map(list, zip(*(table[name].tolist() for name in names), strict=True)))
