"""The history of a process's scores, by week and by phase."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.days import last_day, local_date
from deliberate.models import ComparedScore, Phase, Process, ScoreSnapshot
from deliberate.queries.processes.phases import phase_title
from deliberate.queries.scores.percent import percent

MAX_WEEKS = 26
MAX_SNAPSHOTS = 400
HEADLINES = ("DQ", "SP")
HeadlineScores = dict[str, list[int] | None]


@dataclass(frozen=True)
class PhaseHistory:
    """The activity of a phase and its headline scores, by dimension."""

    name: str
    opens: date
    closes: date
    weeks: int
    newcomers: int
    comments: int
    scores: HeadlineScores


@dataclass(frozen=True)
class ScoreHistory:
    """Headline scores by Monday, and the phases in order."""

    weeks: list[tuple[date, HeadlineScores]]
    phases: list[PhaseHistory]


def score_history(process: Process, formulas: str, weeks: list[list[Any]]) -> ScoreHistory:
    """Return the last stored scores of each of the newest weeks, and each phase with its activity.

    Scores by other formulas are left out: they cannot be compared.
    `weeks` are rows of the chart data: Monday, people, newcomers, comments, open.
    """
    by_day = _snapshot_ids_by_day(process, formulas)
    by_week = {monday(day): snapshot_id for day, snapshot_id in sorted(by_day.items())}
    newest_weeks = dict(sorted(by_week.items())[-MAX_WEEKS:])
    by_phase = {
        phase.id: _last_snapshot_in_phase(process, phase, by_day) for phase in process.phases
    }
    scores = _scores_by_snapshot({*newest_weeks.values(), *filter(None, by_phase.values())})
    ended = _scores_by_ended_phase(process, formulas)
    return ScoreHistory(
        weeks=[(week, scores[snapshot_id]) for week, snapshot_id in newest_weeks.items()],
        phases=[
            _phase_row(
                process,
                phase,
                weeks,
                ended.get(phase.key) or scores.get(by_phase[phase.id] or 0),
            )
            for phase in sorted(process.phases, key=lambda phase: phase.opens_at)
        ],
    )


def monday(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def _snapshot_ids_by_day(process: Process, formulas: str) -> dict[date, int]:
    """Return the id of the last snapshot of each of the newest local days."""
    rows = db.session.execute(
        select(ScoreSnapshot.computed_at, ScoreSnapshot.id)
        .where(ScoreSnapshot.process_id == process.id, ScoreSnapshot.formulas == formulas)
        .order_by(ScoreSnapshot.computed_at.desc(), ScoreSnapshot.id.desc())
        .limit(MAX_SNAPSHOTS)
    ).all()
    return {local_date(process, moment): snapshot_id for moment, snapshot_id in reversed(rows)}


def _last_snapshot_in_phase(process: Process, phase: Phase, by_day: dict[date, int]) -> int | None:
    """Return the id of the last snapshot of a phase.

    Scores are stored at night, so those of the last day of a phase are stored on the day after.
    """
    opens, closes = local_date(process, phase.opens_at), last_day(process, phase.closes_at)
    days = [day for day in by_day if opens < day <= closes + timedelta(days=1)]
    return by_day[max(days)] if days else None


def _scores_by_snapshot(snapshot_ids: set[int]) -> dict[int, HeadlineScores]:
    rows = db.session.execute(
        select(ScoreSnapshot.id, ScoreSnapshot.document).where(ScoreSnapshot.id.in_(snapshot_ids))
    )
    return {
        snapshot_id: _headline_scores(json.loads(document)["dimensions"])
        for snapshot_id, document in rows
    }


def _scores_by_ended_phase(process: Process, formulas: str) -> dict[str, HeadlineScores]:
    """Return the headline scores up to the end of each phase that is over."""
    rows = db.session.execute(
        select(ComparedScore.phase, ComparedScore.document).where(
            ComparedScore.process_id == process.id,
            ComparedScore.phase != "",
            ComparedScore.formulas == formulas,
        )
    )
    return {phase: _headline_scores(json.loads(document)["dimensions"]) for phase, document in rows}


def _headline_scores(dimensions: dict[str, Any]) -> HeadlineScores:
    """Return score and interval ends, 0 to 100, by dimension; None without enough data."""
    return {
        name: [percent(share) for share in (dimension["score"], *(dimension["ci"] or ()))]
        if (dimension := dimensions.get(name)) and dimension["score"] is not None
        else None
        for name in HEADLINES
    }


def _phase_row(
    process: Process, phase: Phase, weeks: list[list[Any]], scores: HeadlineScores | None
) -> PhaseHistory:
    """Return the activity and scores of a phase. A week belongs to the phase of its Thursday."""
    opens, closes = local_date(process, phase.opens_at), last_day(process, phase.closes_at)
    rows = [
        row for row in weeks if opens <= date.fromisoformat(row[0]) + timedelta(days=3) <= closes
    ]
    return PhaseHistory(
        name=phase_title(phase),
        opens=opens,
        closes=closes,
        weeks=len(rows),
        newcomers=sum(row[2] for row in rows),
        comments=sum(row[3] for row in rows),
        scores=scores or dict.fromkeys(HEADLINES),
    )
