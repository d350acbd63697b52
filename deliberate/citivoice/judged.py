"""The judged part: what two assessors' ratings say of a criterion, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence

from deliberate.citivoice.formulas import cross_table, kappa

Rating = int | str
NOT_APPLICABLE, NO_EVIDENCE = "NA", "NE"
APART = 0.34


def judged_score(ratings: Sequence[Rating]) -> float | None:
    """A criterion's score from its questions' ratings (0, 1, 2, "NA", "NE").

    The mean of rated questions, each rating halved, if at least half of those not NA are rated.
    """
    asked = [rating for rating in ratings if rating != NOT_APPLICABLE]
    rated = [int(rating) for rating in asked if rating != NO_EVIDENCE]
    if not rated or 2 * len(rated) < len(asked):
        return None
    return sum(rated) / (2 * len(rated))


def agreement_of(first: Sequence[Rating], second: Sequence[Rating]) -> tuple[float | None, int]:
    """Quadratic weighted kappa of two assessors over the questions both rated, and their number."""
    unrated = (NOT_APPLICABLE, NO_EVIDENCE)
    both = [
        (int(a), int(b))
        for a, b in zip(first, second, strict=True)
        if a not in unrated and b not in unrated
    ]
    if not both:
        return None, 0
    ones, others = zip(*both, strict=True)
    return kappa(cross_table(ones, others, 3)), len(both)


def disagrees(judged: float | None, logged: float | None) -> bool | None:
    """Whether judgement and log are more than 0.34 apart; None if one is missing."""
    if judged is None or logged is None:
        return None
    return abs(judged - logged) > APART


def grade(judged: float | None, logged: float | None, assessors: int) -> str | None:
    """How well a finding rests: A both channels agree, B the log or two assessors, C one."""
    if disagrees(judged, logged) is False:
        return "A"
    if logged is not None or (judged is not None and assessors >= 2):
        return "B"
    return "C" if judged is not None else None
