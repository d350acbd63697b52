"""Shares answered within a time when some cases are still open (Kaplan-Meier estimate)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence


def answered_shares(
    answered: Sequence[float], unanswered: Sequence[float]
) -> list[tuple[float, float]]:
    """Return each waiting time that ended with an answer, and the share answered by then.

    A case without an answer counts for as long as it has waited. `scipy.stats` estimates the
    same, but loading it costs a server process more than all its pages together.
    """
    waits, answers = sorted([*answered, *unanswered]), Counter(answered)
    unanswered_share = 1.0
    shares: list[tuple[float, float]] = []
    for wait in sorted(answers):
        at_risk = len(waits) - bisect_left(waits, wait)
        unanswered_share *= 1 - answers[wait] / at_risk
        shares.append((wait, round(1 - unanswered_share, 12)))  # exactly a half is a half
    return shares
