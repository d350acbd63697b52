"""What DQ1 would be if so many unanswered arguments each had a reply by another resident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.indicators.formulas import geometric_mean, goalpost, mean
from deliberate.citivoice.indicators.statistics import ratio

CRITERION, ANSWERED, REPLIES = "DQ1", "DQ1.1", "DQ1.2"


@dataclass(frozen=True)
class Replied:
    """DQ1 as it is, and with so many more replies, each 0 to 1."""

    replies: int
    now: float
    then: float


def with_replies(document: Mapping[str, Any], formulas: Formulas, replies: int) -> Replied | None:
    """Return DQ1 now and with replies of residents to as many unanswered arguments of others.

    Each reply is a comment more, answers one argument, and is itself unanswered. Equals the score
    of the log with these comments appended. None where DQ1 has no value, or there are not so many
    unanswered comments.
    """
    found = [document["indicators"][name] for name in (ANSWERED, REPLIES)]
    if any(one["value"] is None for one in found):
        return None
    comments, answered = found[0]["denominator"], found[0]["numerator"]
    if not 0 < replies <= comments - answered:
        return None
    counts = [(one["numerator"], one["denominator"]) for one in found]
    now, then = (
        _criterion(formulas, [(top + more, bottom + more) for top, bottom in counts])
        for more in (0, replies)
    )
    return None if now is None or then is None else Replied(replies, now, then)


def _criterion(formulas: Formulas, counts: list[tuple[float, float]]) -> float | None:
    values = []
    for name, (top, bottom) in zip((ANSWERED, REPLIES), counts, strict=True):
        indicator = formulas.indicators[name]
        value = ratio(top, bottom, indicator.floor)
        scaled = None if value is None else value * indicator.scale
        values.append(goalpost(scaled, *indicator.goalpost))
    if CRITERION in formulas.geometric:
        return geometric_mean(values, formulas.floor)
    return mean(values)
