"""The headline: fixed bands and fixed sentences, so that no number is exaggerated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deliberate.citivoice.indicators.statistics import Finding
from deliberate.citivoice.scoring.aggregation import DimensionTotal

LANGUAGES = ("en", "id")


def band(
    score: float | None, ci: tuple[float, float] | None, low: float = 0.35, high: float = 0.60
) -> tuple[str | None, bool]:
    """Return the band of a score and whether its interval crosses an edge.

    The band is None without a score and where the interval crosses both edges.
    """
    if score is None:
        return None, False
    crossed = sum(ci is not None and ci[0] < edge <= ci[1] for edge in (low, high))
    if crossed == 2:
        return None, True
    name = "low" if score < low else "middle" if score < high else "high"
    return name, crossed == 1


def headline(
    totals: Mapping[str, DimensionTotal],
    findings: Mapping[str, Finding],
    sentences: Mapping[str, Any],
) -> dict[str, str]:
    """Return the sentences on deliberation, on responses if they are scored, and on coming back."""
    answered = findings["RS1.1"]
    scored = [
        ("DQ", totals["DQ"].score, totals["DQ"].ci),
        ("RS1.1", answered.value, answered.ci),
        ("SP", totals["SP"].score, totals["SP"].ci),
    ]
    parts = [part for name, score, ci in scored if (part := _sentence(sentences, name, score, ci))]
    return {language: " ".join(part[language] for part in parts) for language in LANGUAGES}


def _sentence(
    sentences: Mapping[str, Any], name: str, score: float | None, ci: tuple[float, float] | None
) -> dict[str, str] | None:
    chosen, uncertain = band(score, ci, sentences["low"], sentences["high"])
    sentence: dict[str, str] | None = sentences[name].get(chosen or "else")
    if sentence is None or chosen is None or not uncertain:
        return sentence
    mark = sentences["uncertain"]
    return {lang: f"{text.rstrip('.')} {mark[lang]}." for lang, text in sentence.items()}
