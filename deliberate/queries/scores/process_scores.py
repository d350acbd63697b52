"""The log of a process as the scores read it, and the scores themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate import citivoice
from deliberate.config import Settings
from deliberate.database import db
from deliberate.models import ComparedScore, Process, Snapshot
from deliberate.queries.log import log_of_process, newest_head
from deliberate.queries.releases.release_files import scores_in
from deliberate.queries.scores.assessments import judged_of

RELEASE = "release"
"""The source of a process that came in as a release: its rows are files, not ours."""


def process_named(slug: str) -> Process | None:
    """The opened process with this address."""
    return db.session.scalar(
        select(Process).where(Process.slug == slug, Process.opened_at.is_not(None))
    )


def process_slugs() -> list[str]:
    """The addresses of all opened processes, the oldest first."""
    opened = select(Process.slug).where(Process.opened_at.is_not(None))
    return list(db.session.scalars(opened.order_by(Process.id)))


def scores_of(
    process: Process,
    as_of: datetime | None = None,
    formulas: citivoice.Formulas | None = None,
    engine: str = "duckdb",
    pictures: bool = False,
) -> citivoice.Scores:
    """The scores of a process up to the newest head, or to a moment before it.

    One that came in as a release is counted from its files, as where it came from.
    """
    if process.source == RELEASE:
        settings: Settings = current_app.config["SETTINGS"]
        return scores_in(settings.imported_path / process.slug, as_of, formulas, engine)
    return citivoice.score(
        log_of(process),
        context_of(process, as_of),
        formulas=formulas,
        judged=judged_of(process.id, as_of),
        engine=engine,
        pictures=pictures,
    )


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
    """The sealed rows of a process: segments, then batches of what came after the last one."""
    settings: Settings = current_app.config["SETTINGS"]
    return log_of_process(settings.log_path, process.id)


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


def compared_of(process_id: int) -> list[ComparedScore]:
    """What is kept of a process to be compared, without the figures themselves."""
    mine = select(ComparedScore).where(ComparedScore.process_id == process_id)
    return list(db.session.scalars(mine))


def drawn_from(scores: citivoice.Scores) -> dict[str, Any]:
    """What the charts of a scoreboard are drawn from: small counts out of the facts.

    Cohorts under ten people are left out; waits are [hours, answered] of residents' proposals;
    people of the reply network have numbers that say nothing elsewhere.
    """
    weeks = scores.facts.scope("week_facts", "counted")
    cohorts = scores.facts["cohort_facts"]
    asked = scores.facts["response_facts"]
    mine = asked["initiator"] != "authority"
    return {
        "weeks": _rows(weeks, "week", "residents", "newcomers", "comments", "is_open"),
        "cohorts": _rows(cohorts, "first_week", "weeks_later", "people"),
        "pairs": _renumbered(scores.facts.pictures.get("pair_picture", [])),
        "shapes": scores.facts.pictures.get("shape_picture", []),
        "waits": sorted(
            [int(hours), int(answered)]
            for hours, answered in zip(
                asked["hours"][mine], asked["is_answered"][mine], strict=True
            )
        ),
    }


def _renumbered(pairs: list[list[int]]) -> list[list[int]]:
    """Numbers of people in the log would lead to their acts; these are 0, 1, 2 …"""
    people = sorted({person for pair in pairs for person in pair[:2]})
    place = {person: number for number, person in enumerate(people)}
    return [[place[one], place[other], *rest] for one, other, *rest in pairs]


def _rows(table: Mapping[str, Any], *names: str) -> list[list[Any]]:
    return sorted(map(list, zip(*(table[name].tolist() for name in names), strict=True)))
