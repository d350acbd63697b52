"""The headline: fixed bands and fixed words, so that no number is talked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deliberate.citivoice.aggregation import Total
from deliberate.citivoice.statistics import Finding

LANGUAGES = ("en", "id")


def band(
    score: float | None, ci: tuple[float, float] | None, low: float = 0.35, high: float = 0.60
) -> tuple[str | None, bool]:
    """The band of a score, and whether its interval crosses an edge; both edges leave no band."""
    if score is None:
        return None, False
    crossed = sum(ci is not None and ci[0] < edge <= ci[1] for edge in (low, high))
    if crossed == 2:
        return None, True
    name = "low" if score < low else "middle" if score < high else "high"
    return name, crossed == 1


def headline(
    totals: Mapping[str, Total], findings: Mapping[str, Finding], words: Mapping[str, Any]
) -> dict[str, str]:
    """The sentences on deliberation, on answers if they are scored, and on coming back."""
    answered = findings["RS1.1"]
    said = [
        ("DQ", totals["DQ"].score, totals["DQ"].ci),
        ("RS1.1", answered.value, answered.ci),
        ("SP", totals["SP"].score, totals["SP"].ci),
    ]
    parts = [part for name, score, ci in said if (part := _sentence(words, name, score, ci))]
    return {language: " ".join(part[language] for part in parts) for language in LANGUAGES}


def _sentence(
    words: Mapping[str, Any], name: str, score: float | None, ci: tuple[float, float] | None
) -> dict[str, str] | None:
    chosen, uncertain = band(score, ci, words["low"], words["high"])
    sentence: dict[str, str] | None = words[name].get(chosen or "else")
    if sentence is None or chosen is None or not uncertain:
        return sentence
    mark = words["uncertain"]
    return {lang: f"{text.rstrip('.')} {mark[lang]}." for lang, text in sentence.items()}
