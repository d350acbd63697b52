"""Surveys for the Deliberative Reason Index: statements, who answered, and what is published."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.orm import selectinload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Person, ReasonAnswer, ReasonRoll, ReasonSurvey
from deliberate.vocabulary import ReasonStage

if TYPE_CHECKING:
    from deliberate.citivoice.indicators.deliberative_reason import Answers

CANNOT_SAY, HIGHEST = 0, 7
"""Values of a consideration: cannot say, or 1 (disagree strongly) to 7 (agree strongly)."""
CONSIDERATIONS, PREFERENCES = (4, 40), (3, 12)
"""The fewest and the most considerations and options of a survey."""
MAX_STATEMENT = 300

Ratings = dict[str, dict[str, int]]
"""The values of each key by statement."""


def get_reason_survey(process_id: int) -> ReasonSurvey | None:
    """Return the survey of a process with its statements, or None."""
    query = select(ReasonSurvey).where(ReasonSurvey.process_id == process_id)
    return db.session.scalar(query.options(selectinload(ReasonSurvey.items)))


def has_open_reason_survey(process_id: int) -> bool:
    """Return whether the survey of a process takes answers now."""
    survey = db.session.scalar(
        select(ReasonSurvey).where(
            ReasonSurvey.process_id == process_id, ReasonSurvey.published_at.is_(None)
        )
    )
    return survey is not None and survey.stage is not None


def has_answered_stage(person: Person, survey: ReasonSurvey, stage: ReasonStage) -> bool:
    """Return whether a person has answered a survey at a stage."""
    return db.session.get(ReasonRoll, (survey.id, stage, person.id)) is not None


def list_due_reason_surveys() -> Sequence[int]:
    """Return the ids of the surveys that have ended and are not published."""
    due = select(ReasonSurvey.id).where(
        ReasonSurvey.closes_at <= now(), ReasonSurvey.published_at.is_(None)
    )
    return db.session.scalars(due.order_by(ReasonSurvey.id)).all()


def reason_answer_lines(survey_id: int) -> Sequence[Row[str, ReasonStage, str, int]]:
    """Return key, stage, statement and value of each answer."""
    query = select(ReasonAnswer.key, ReasonAnswer.stage, ReasonAnswer.item, ReasonAnswer.value)
    return db.session.execute(query.where(ReasonAnswer.survey_id == survey_id)).all()


def paired_ratings(survey_id: int) -> tuple[Ratings, Ratings]:
    """Return the values before and after of the people who answered both, sorted by key."""
    stages: dict[str, Ratings] = {
        stage: defaultdict(dict) for stage in (ReasonStage.BEFORE, ReasonStage.AFTER)
    }
    for key, stage, item, value in reason_answer_lines(survey_id):
        stages[stage][key][item] = value
    before, after = stages[ReasonStage.BEFORE], stages[ReasonStage.AFTER]
    both = sorted(before.keys() & after.keys())
    return {key: before[key] for key in both}, {key: after[key] for key in both}


def compute_reason_index(survey: ReasonSurvey) -> dict[str, Any]:
    """Return the index before and after with its null, p and n; no value under thirty pairs.

    `individuals` has the index of each person, in the order of their keys, which is that of the
    participants in a release.
    """
    # numpy and scipy are slow to import, and few processes need them
    from deliberate.citivoice.indicators.deliberative_reason import reason_change

    before, after = (_answers(survey, ratings) for ratings in paired_ratings(survey.id))
    change = reason_change(before, after)
    stages = {"before": change.before, "after": change.after}
    if change.reason:
        return {"pairs": change.before.n, "reason": change.reason}
    places = {key: place for place, key in enumerate(before.people, 1)}
    return {
        "pairs": change.before.n,
        "reason": "",
        "change": change.change,
        **{
            name: {
                "value": stage.value,
                "chance": stage.null,
                "above_chance": stage.above_chance,
                "p": stage.p,
                "individuals": {
                    str(places[key]): value for key, value in stage.individuals.items()
                },
            }
            for name, stage in stages.items()
        },
    }


def _answers(survey: ReasonSurvey, ratings: Ratings) -> "Answers":
    import numpy as np

    from deliberate.citivoice.indicators.deliberative_reason import Answers

    tables = []
    for items in (survey.considerations, survey.preferences):
        rows = [[float(values[item.name]) for item in items] for values in ratings.values()]
        tables.append(np.array(rows).reshape(len(rows), len(items)))
    considerations, preferences = tables
    considerations[considerations == CANNOT_SAY] = np.nan
    return Answers(tuple(ratings), considerations, preferences)


def individual_quantiles(values: Sequence[float]) -> list[float]:
    """Return the lowest tenth, quarter, half, three quarters and nine tenths of some values."""
    import numpy as np

    return [float(value) for value in np.quantile(list(values), (0.1, 0.25, 0.5, 0.75, 0.9))]
