"""Judged scores: two assessors' ratings of a criterion, and their agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Rating = int | str
NOT_APPLICABLE, NO_EVIDENCE = "NA", "NE"
APART = 0.34
DRAWS, SEED = 1000, 2019


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


@dataclass(frozen=True)
class Agreement:
    """How far two assessors agree on the `n` questions that both rated 0, 1 or 2.

    `interval` has the 2.5th and 97.5th percentile of kappa over draws of questions.
    """

    kappa: float | None
    n: int
    equal: int
    interval: tuple[float, float] | None

    @property
    def share_equal(self) -> float | None:
        """Return the share of the questions to which both gave the same value."""
        return self.equal / self.n if self.n else None


def rater_agreement(first: Sequence[Rating], second: Sequence[Rating]) -> Agreement:
    """Return the quadratic weighted kappa of two assessors with its interval."""
    unrated = (NOT_APPLICABLE, NO_EVIDENCE)
    both = tuple(
        (int(a), int(b))
        for a, b in zip(first, second, strict=True)
        if a not in unrated and b not in unrated
    )
    equal = sum(a == b for a, b in both)
    return Agreement(_kappa_of(both), len(both), equal, _kappa_interval(both))


def _kappa_of(pairs: Sequence[tuple[int, int]]) -> float | None:
    if not pairs:
        return None
    from deliberate.citivoice.indicators.formulas import cross_table, kappa

    ones, others = zip(*pairs, strict=True)
    return kappa(cross_table(ones, others, 3))


@lru_cache(maxsize=256)
def _kappa_interval(pairs: tuple[tuple[int, int], ...]) -> tuple[float, float] | None:
    """Return the percentile interval; None for fewer than five questions or no spread."""
    if len(pairs) < 5 or _kappa_of(pairs) is None:
        return None
    import numpy as np

    draws = np.random.default_rng(SEED).integers(0, len(pairs), (DRAWS, len(pairs)))
    kappas = [_kappa_of([pairs[position] for position in draw]) for draw in draws]
    known = [value for value in kappas if value is not None]
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)


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
