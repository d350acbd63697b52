"""The scoreboard of a process: kept scores put into the order and the words of the page."""

import json
from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import scipy  # its parts load when they are used

from deliberate.citivoice import Formulas, load_formulas
from deliberate.models import Snapshot

DAYS = 60
SMALLEST_COHORT = 10
# One account with more of the residents' comments than this is likely the platform's own.
LOUDEST, TALKED = 0.10, 100


def scoreboard(snapshot: Snapshot, language: str) -> dict[str, Any]:
    """Headline, the two numbers, every criterion with its indicators, and the charts."""
    document = json.loads(snapshot.document)
    formulas = load_formulas()
    return {
        "document": document,
        "headline": document["headline"][language],
        "dimensions": [
            _dimension(document, formulas, name, language) for name in formulas.dimensions
        ],
        "beside": _indicators(document, formulas, "DQ6", language),
        "weeks": _weeks(snapshot.drawn["weeks"]),
        "cohorts": _cohorts(snapshot.drawn["cohorts"], snapshot.drawn["weeks"]),
        "waits": _waits(snapshot.drawn["waits"]),
        "people": document["descriptives"]["counted"],
        "loudest": _loudest(document["descriptives"]["counted"]),
    }


def _loudest(people: dict[str, Any]) -> int | None:
    """The percentage of residents' comments by one account, where that is suspiciously much."""
    share = people.get("top_author_share") or 0
    if people["comments"] < TALKED or share <= LOUDEST:
        return None
    return _hundred(share)


def _dimension(
    document: dict[str, Any], formulas: Formulas, name: str, language: str
) -> dict[str, Any]:
    dimension = formulas.dimensions[name]
    return {
        "id": name,
        "name": dimension.en if language == "en" else dimension.name_id,
        "headline": dimension.headline,
        **(_total(document["dimensions"][name]) if dimension.headline else {}),
        "indicators": [
            line
            for criterion in dimension.criteria
            for line in _indicators(document, formulas, criterion, language)
        ],
    }


def total(document: dict[str, Any], formulas: Formulas, name: str, language: str) -> dict[str, Any]:
    """One of the two numbers with what it is made of and what would move it."""
    shown = _dimension(document, formulas, name, language)
    found = document["dimensions"][name]
    return {
        **shown,
        "core": formulas.dimensions[name].core,
        "without": [
            (indicator(document, formulas, left, language)["name"], left, _hundred(score))
            for left, score in found["leave_one_out"].items()
            if left in formulas.indicators
        ],
        "runs": [(run, _hundred(score)) for run, score in found["sensitivity"].items()],
    }


def _total(total: dict[str, Any]) -> dict[str, Any]:
    return {
        "score": _hundred(total["score"]),
        "range": [_hundred(end) for end in total["ci"]] if total["ci"] else [None, None],
        "band": [_hundred(end) for end in total["weights_band"] or []],
        "state": total["state"],
        "marks": total["marks"],
        "used": total["criteria_used"],
        "missing": total["criteria_missing"],
    }


def _indicators(
    document: dict[str, Any], formulas: Formulas, criterion: str, language: str
) -> list[dict[str, Any]]:
    return [
        indicator(document, formulas, name, language)
        for name in formulas.criteria.get(criterion, [])
    ]


def indicator(
    document: dict[str, Any], formulas: Formulas, name: str, language: str
) -> dict[str, Any]:
    """One indicator as the pages show it: the figure, its score, its formula and its caveat."""
    said = formulas.indicators[name]
    # Scores kept under older formulas know nothing of an indicator that came since.
    found = document["indicators"].get(name) or _unknown(said.goalpost)
    english = language == "en"
    return {
        **found,
        "id": name,
        "name": said.en if english else said.name_id,
        "score": _hundred(found["normalised"]),
        "range": _scored_range(found),
        "formula": said.formula if english else said.formula_id,
        "minimum": dict(said.minimum),
        "needed": next(iter(said.minimum.values()), None),
        "floor": said.floor,
        "caveat": said.caveat_en if english else said.caveat_id,
        "why": said.why_en if english else said.why_id,
        "acts": said.acts,
    }


def _unknown(goalpost: tuple[float, float, str]) -> dict[str, Any]:
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


def _scored_range(found: dict[str, Any]) -> list[int | None]:
    """The interval of the value, moved between the goalposts as the value is."""
    if found["ci"] is None or found["normalised"] is None:
        return [None, None]
    low, high, direction = found["goalpost"]
    ends = [min(max((end - low) / (high - low), 0), 1) for end in found["ci"]]
    if direction == "down":
        ends = [1 - ends[1], 1 - ends[0]]
    return [_hundred(end) for end in ends]


def _hundred(share: float | None) -> int | None:
    """A share as 0 to 100, half up."""
    return None if share is None else int(share * 100 + 0.5)


def _weeks(rows: list[list[Any]]) -> list[tuple[date, int, int]]:
    """(Monday, newcomers, returning) of each week."""
    return [
        (date.fromisoformat(week), new, people - new)
        for week, people, new, _comments, _open in rows
    ]


def _cohorts(rows: list[list[Any]], weeks: list[list[Any]]) -> dict[str, Any]:
    """Of the people whose first week it was: the share active k weeks later, by first week."""
    counted: dict[str, dict[int, int]] = defaultdict(dict)
    for first_week, later, people in rows:
        counted[first_week][later] = people
    last = date.fromisoformat(max((week[0] for week in weeks), default="1970-01-01"))
    longest = max((later for _week, later, _people in rows), default=0)
    columns = list(range(1, min(longest, 8) + 1))
    lines = []
    for week in sorted(counted):
        size = counted[week].get(0, 0)
        if size < SMALLEST_COHORT:
            continue
        seen = (last - date.fromisoformat(week)).days // 7
        shares = [counted[week].get(k, 0) / size if k <= seen else None for k in columns]
        lines.append((date.fromisoformat(week), size, shares))
    return {"columns": columns, "rows": lines}


def _waits(rows: list[list[int]]) -> dict[str, Any]:
    """The Kaplan-Meier curve of being answered, by days; those still waiting are censored."""
    if not rows:
        return {"points": [], "median": None, "asked": 0, "answered": 0}
    hours, answered = (np.array(column) for column in zip(*rows, strict=True))
    points, median = [], None
    if answered.any():
        waits = scipy.stats.CensoredData(
            uncensored=hours[answered == 1], right=hours[answered == 0]
        )
        still = scipy.stats.ecdf(waits).sf
        points = [
            (round(h / 24, 1), float(1 - still.evaluate(h)))
            for h in sorted({int(h) for h in hours[answered == 1]})
            if h <= DAYS * 24
        ]
        median = next((day for day, share in points if share >= 0.5), None)
    return {
        "points": points,
        "median": median,
        "asked": len(rows),
        "answered": int(answered.sum()),
    }
