"""The scoreboard of a process: stored scores in the order and wording of the page."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deliberate.citivoice import Formulas, load_formulas
from deliberate.models import ScoreSnapshot
from deliberate.queries.responses.waiting_times import answered_shares
from deliberate.queries.scores.percent import percent, percent_or_none

MAX_CURVE_DAYS = 60
MIN_COHORT_SIZE = 10
# An account with a larger share of the residents' comments is likely the platform's own.
DOMINANT_SHARE, MIN_COMMENTS = 0.10, 100


Document = dict[str, Any]
"""A decoded score document."""
Interval = list[int | None]
"""Lower and upper end, 0 to 100, or [None, None]."""


@dataclass(frozen=True)
class IndicatorDetail:
    """An indicator in the language of the page: figure, score, formula and caveat."""

    id: str
    name: str
    value: float | None
    score: int | None
    range: Interval
    state: str
    reason: str | None
    n: int
    numerator: float
    denominator: float
    ci: list[float] | None
    goalpost: list[Any]
    formula: str
    minimum: dict[str, int]
    opportunities: Mapping[str, int]
    """Where there were too few, how many of each kind there were; empty otherwise."""
    floor: float | None
    caveat: str
    rationale: str
    acts: Sequence[str]
    source: str
    """Whom the formula follows; empty for this project's own."""


@dataclass(frozen=True)
class DimensionScore:
    """The score of a headline dimension, 0 to 100, and the criteria behind it."""

    score: int | None
    range: Interval
    band: list[int | None]
    state: str
    marks: Sequence[str]
    used: Sequence[str]
    missing: Sequence[str]


@dataclass(frozen=True)
class DimensionRow:
    """A dimension with its indicators; only headline dimensions have a score."""

    id: str
    name: str
    headline: bool
    result: DimensionScore | None
    indicators: list[IndicatorDetail]


@dataclass(frozen=True)
class DimensionDetail:
    """A headline dimension, its core criteria, and its score under variations, 0 to 100."""

    dimension: DimensionRow
    result: DimensionScore
    core: Sequence[str]
    leave_one_out: dict[str, int | None]
    sensitivity: dict[str, int | None]


@dataclass(frozen=True)
class CohortRetention:
    """Weeks after the first one, and for each cohort its Monday, its size and shares by week."""

    columns: list[int]
    rows: list[tuple[date, int, list[float | None]]]


@dataclass(frozen=True)
class ResponseTimeCurve:
    """The share of proposals answered by days waited, and the days within which half were."""

    points: list[tuple[float, float]]
    median: float | None
    asked: int
    answered: int


@dataclass(frozen=True)
class Scoreboard:
    """The content of a scoreboard page."""

    document: Document
    headline: str
    dimensions: list[DimensionRow]
    weeks: list[tuple[date, int, int]]
    cohorts: CohortRetention
    response_times: ResponseTimeCurve
    counts: dict[str, Any]
    dominant_account_percent: int | None


@dataclass(frozen=True)
class ScoreCard:
    """A process in the list of scoreboards: headline, headline dimensions and weeks."""

    snapshot: ScoreSnapshot
    headline: str
    dimensions: list[DimensionRow]
    weeks: list[tuple[date, int, int]]


def scoreboard(snapshot: ScoreSnapshot, language: str) -> Scoreboard:
    """Return headline, dimensions with their indicators, and chart series of a snapshot."""
    document = json.loads(snapshot.document)
    counts = document["descriptives"]["counted"]
    charts = snapshot.chart_data
    return Scoreboard(
        document=document,
        headline=document["headline"][language],
        dimensions=dimension_rows(document, language),
        weeks=_weekly_participants(charts["weeks"]),
        cohorts=_cohort_retention(charts["cohorts"], charts["weeks"]),
        response_times=_response_time_curve(charts["waits"]),
        counts=counts,
        dominant_account_percent=_dominant_account_percent(counts),
    )


def score_card(snapshot: ScoreSnapshot, language: str) -> ScoreCard:
    """Return what the list of scoreboards shows of a process."""
    document = json.loads(snapshot.document)
    return ScoreCard(
        snapshot=snapshot,
        headline=document["headline"][language],
        dimensions=[row for row in dimension_rows(document, language) if row.headline],
        weeks=_weekly_participants(snapshot.chart_data["weeks"]),
    )


def dimension_rows(document: Document, language: str) -> list[DimensionRow]:
    """Return every dimension of a score document with its indicators."""
    formulas = load_formulas()
    return [_dimension(document, formulas, name, language) for name in formulas.dimensions]


def _dominant_account_percent(counts: dict[str, Any]) -> int | None:
    """Return the percentage of residents' comments by one account if it is suspiciously high."""
    share = counts.get("top_author_share") or 0
    if counts["comments"] < MIN_COMMENTS or share <= DOMINANT_SHARE:
        return None
    return percent(share)


def _dimension(document: Document, formulas: Formulas, name: str, language: str) -> DimensionRow:
    dimension = formulas.dimensions[name]
    return DimensionRow(
        id=name,
        name=dimension.en if language == "en" else dimension.name_id,
        headline=dimension.headline,
        result=_dimension_score(document["dimensions"][name]) if dimension.headline else None,
        indicators=[
            indicator
            for criterion in dimension.criteria
            for indicator in _criterion_indicators(document, formulas, criterion, language)
        ],
    )


def dimension_detail(
    document: Document, formulas: Formulas, name: str, language: str
) -> DimensionDetail:
    """Return a headline dimension with its parts and the effect of leaving each out."""
    result = document["dimensions"][name]
    return DimensionDetail(
        dimension=_dimension(document, formulas, name, language),
        result=_dimension_score(result),
        core=formulas.dimensions[name].core,
        leave_one_out={
            indicator: percent_or_none(score)
            for indicator, score in result["leave_one_out"].items()
        },
        sensitivity={run: percent_or_none(score) for run, score in result["sensitivity"].items()},
    )


def _dimension_score(result: dict[str, Any]) -> DimensionScore:
    return DimensionScore(
        score=percent_or_none(result["score"]),
        range=[percent_or_none(end) for end in result["ci"] or (None, None)],
        band=[percent_or_none(end) for end in result["weights_band"] or []],
        state=result["state"],
        marks=result["marks"],
        used=result["criteria_used"],
        missing=result["criteria_missing"],
    )


def _criterion_indicators(
    document: Document, formulas: Formulas, criterion: str, language: str
) -> list[IndicatorDetail]:
    return [
        indicator_detail(document, formulas, name, language)
        for name in formulas.criteria.get(criterion, [])
    ]


def indicator_detail(
    document: Document, formulas: Formulas, name: str, language: str
) -> IndicatorDetail:
    """Return an indicator for display: figure, score, formula and caveat."""
    definition = formulas.indicators[name]
    # Scores stored under older formulas lack indicators added since.
    result = document["indicators"].get(name) or _indicator_without_data(definition.goalpost)
    english = language == "en"
    return IndicatorDetail(
        id=name,
        name=definition.en if english else definition.name_id,
        value=result["value"],
        score=percent_or_none(result["normalised"]),
        range=_normalised_interval(result),
        state=result["state"],
        reason=result.get("reason"),
        n=result["n"],
        numerator=result["numerator"],
        denominator=result["denominator"],
        ci=result["ci"],
        goalpost=result["goalpost"],
        formula=definition.formula if english else definition.formula_id,
        minimum=dict(definition.minimum),
        opportunities=result.get("opportunities", {}),
        floor=definition.floor,
        caveat=definition.caveat_en if english else definition.caveat_id,
        rationale=definition.why_en if english else definition.why_id,
        source=definition.source,
        acts=definition.acts,
    )


def _indicator_without_data(goalpost: tuple[float, float, str]) -> dict[str, Any]:
    return {
        "value": None,
        "state": "not_enough_data",
        "reason": "formulas",
        "n": 0,
        "numerator": 0,
        "denominator": 0,
        "ci": None,
        "goalpost": list(goalpost),
        "normalised": None,
    }


def _normalised_interval(result: dict[str, Any]) -> Interval:
    """Return the interval of a value between its goalposts, 0 to 100."""
    if result["ci"] is None or result["normalised"] is None:
        return [None, None]
    low, high, direction = result["goalpost"]
    ends = [min(max((end - low) / (high - low), 0), 1) for end in result["ci"]]
    if direction == "down":
        ends = [1 - ends[1], 1 - ends[0]]
    return [percent(end) for end in ends]


def _weekly_participants(rows: list[list[Any]]) -> list[tuple[date, int, int]]:
    """Return Monday, newcomers and returning people of each week."""
    return [
        (date.fromisoformat(week), new, people - new)
        for week, people, new, _comments, _open in rows
    ]


def _cohort_retention(rows: list[list[Any]], weeks: list[list[Any]]) -> CohortRetention:
    """Return the share of each first-week cohort that was active in later weeks."""
    people_by_cohort: dict[str, dict[int, int]] = defaultdict(dict)
    for first_week, later, people in rows:
        people_by_cohort[first_week][later] = people
    last = date.fromisoformat(max((week[0] for week in weeks), default="1970-01-01"))
    longest = max((later for _week, later, _people in rows), default=0)
    columns = list(range(1, min(longest, 8) + 1))
    cohorts = []
    for week in sorted(people_by_cohort):
        people_by_week = people_by_cohort[week]
        size = people_by_week.get(0, 0)
        if size < MIN_COHORT_SIZE:
            continue
        observed = (last - date.fromisoformat(week)).days // 7
        shares = [people_by_week.get(k, 0) / size if k <= observed else None for k in columns]
        cohorts.append((date.fromisoformat(week), size, shares))
    return CohortRetention(columns, cohorts)


def _response_time_curve(rows: list[list[int]]) -> ResponseTimeCurve:
    """Return the Kaplan-Meier curve of response times; unanswered proposals are censored."""
    if not rows:
        return ResponseTimeCurve([], None, 0, 0)
    answered = [hours for hours, is_answered in rows if is_answered]
    waiting = [hours for hours, is_answered in rows if not is_answered]
    points = [
        (round(hours / 24, 1), share)
        for hours, share in answered_shares(answered, waiting)
        if hours <= MAX_CURVE_DAYS * 24
    ]
    median = next((day for day, share in points if share >= 0.5), None)
    return ResponseTimeCurve(points, median, len(rows), len(answered))
