"""How the scores of a process moved: by the week they were kept in, and by phase."""

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import ComparedScore, Phase, Process, Snapshot
from deliberate.queries.processes.working_days import local_day

LONGEST = 26
KEPT = 400
HEADLINES = ("DQ", "SP")
Numbers = dict[str, list[int] | None]


def score_history(process: Process, weeks: list[list[Any]]) -> dict[str, Any]:
    """The last scores kept in each of the newest weeks, and each phase with what went on in it.

    `weeks` are the rows the charts are drawn from: Monday, people, newcomers, comments, open.
    """
    kept = _kept_by_day(process)
    by_week = {monday(day): number for day, number in sorted(kept.items())}
    shown = dict(sorted(by_week.items())[-LONGEST:])
    by_phase = {phase.id: _last_within(process, phase, kept) for phase in process.phases}
    scores = _scores_of({*shown.values(), *(n for n in by_phase.values() if n)})
    ended = _ended(process)
    return {
        "weeks": [(week, scores[number]) for week, number in shown.items()],
        "phases": [
            _phase(
                process,
                phase,
                weeks,
                ended.get(phase.kind) or scores.get(by_phase[phase.id] or 0),
            )
            for phase in sorted(process.phases, key=lambda phase: phase.opens_at)
        ],
    }


def monday(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def _kept_by_day(process: Process) -> dict[date, int]:
    """The last scores kept on each of the newest days, by local day."""
    found = db.session.execute(
        select(Snapshot.computed_at, Snapshot.id)
        .where(Snapshot.process_id == process.id)
        .order_by(Snapshot.computed_at.desc(), Snapshot.id.desc())
        .limit(KEPT)
    ).all()
    return {local_day(process, moment): number for moment, number in reversed(found)}


def _last_within(process: Process, phase: Phase, kept: dict[date, int]) -> int | None:
    """Scores are kept at night, so those of a phase's last day are kept on the day after."""
    opens, closes = local_day(process, phase.opens_at), local_day(process, phase.closes_at)
    inside = [day for day in kept if opens < day <= closes]
    return kept[max(inside)] if inside else None


def _scores_of(numbers: set[int]) -> dict[int, Numbers]:
    found = db.session.execute(
        select(Snapshot.id, Snapshot.document).where(Snapshot.id.in_(numbers))
    )
    return {number: _numbers(json.loads(document)["dimensions"]) for number, document in found}


def _ended(process: Process) -> dict[str, Numbers]:
    """The numbers of everything up to the end of each phase that is over."""
    found = db.session.execute(
        select(ComparedScore.phase, ComparedScore.document).where(
            ComparedScore.process_id == process.id, ComparedScore.phase != ""
        )
    )
    return {phase: _numbers(json.loads(document)["dimensions"]) for phase, document in found}


def _numbers(dimensions: dict[str, Any]) -> Numbers:
    """Score and both ends of its interval, 0 to 100; None where there is too little data."""
    return {
        name: [int(share * 100 + 0.5) for share in (one["score"], *(one["ci"] or ()))]
        if (one := dimensions.get(name)) and one["score"] is not None
        else None
        for name in HEADLINES
    }


def _phase(
    process: Process, phase: Phase, weeks: list[list[Any]], scores: Numbers | None
) -> dict[str, Any]:
    """A week belongs to the phase in which its Thursday lies."""
    opens, closes = local_day(process, phase.opens_at), local_day(process, phase.closes_at)
    mine = [
        row
        for row in weeks
        if opens <= date.fromisoformat(row[0]) + timedelta(days=3) < max(closes, opens)
    ]
    return {
        "kind": phase.kind,
        "opens": opens,
        "closes": closes,
        "weeks": len(mine),
        "newcomers": sum(row[2] for row in mine),
        "comments": sum(row[3] for row in mine),
        "scores": scores or dict.fromkeys(HEADLINES),
    }
