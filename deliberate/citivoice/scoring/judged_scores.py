"""Judged scores: two assessors' ratings of a criterion, and their agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Rating = int | str
NOT_APPLICABLE, NO_EVIDENCE = "NA", "NE"
APART = 0.34


@dataclass(frozen=True)
class Judged:
    """A criterion judged by assessors: planned (ex-ante), judged (ex-post), their number."""

    planned: float | None = None
    judged: float | None = None
    assessors: int = 1


def criterion_rating_score(ratings: Sequence[Rating]) -> float | None:
    """Return a criterion's score from the ratings of its questions (0, 1, 2, "NA", "NE").

    The mean of the rated questions, each rating halved, if at least half of those not NA are rated.
    """
    asked = [rating for rating in ratings if rating != NOT_APPLICABLE]
    rated = [int(rating) for rating in asked if rating != NO_EVIDENCE]
    if not rated or 2 * len(rated) < len(asked):
        return None
    return sum(rated) / (2 * len(rated))


def rater_agreement(first: Sequence[Rating], second: Sequence[Rating]) -> tuple[float | None, int]:
    """Return two assessors' quadratic weighted kappa and the number of questions both rated."""
    unrated = (NOT_APPLICABLE, NO_EVIDENCE)
    both = [
        (int(a), int(b))
        for a, b in zip(first, second, strict=True)
        if a not in unrated and b not in unrated
    ]
    if not both:
        return None, 0
    from deliberate.citivoice.indicators.formulas import cross_table, kappa

    ones, others = zip(*both, strict=True)
    return kappa(cross_table(ones, others, 3)), len(both)


def judgement_differs(judged: float | None, logged: float | None) -> bool | None:
    """Return whether judged and logged score differ by more than 0.34; None if one is missing."""
    if judged is None or logged is None:
        return None
    return abs(judged - logged) > APART


def evidence_grade(judged: float | None, logged: float | None, assessors: int) -> str | None:
    """Return the grade: A both channels agree, B log or two assessors, C one assessor."""
    if judgement_differs(judged, logged) is False:
        return "A"
    if logged is not None or (judged is not None and assessors >= 2):
        return "B"
    return "C" if judged is not None else None
