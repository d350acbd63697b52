"""The headline: fixed bands and fixed sentences, so that no number is exaggerated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.indicators.resampling import percentiles
from deliberate.citivoice.indicators.statistics import Finding
from deliberate.citivoice.scoring.aggregation import (
    DimensionTotal,
    criteria_scores,
    criterion_draws,
)

LANGUAGES = ("en", "id")
BANDS = ("low", "middle", "high")
CLAUSES, LAST = 3, 3
Clause = tuple[int, Mapping[str, str]]


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


def named_headline(
    formulas: Formulas,
    totals: Mapping[str, DimensionTotal],
    findings: Mapping[str, Finding],
    sentences: Mapping[str, Any],
    *,
    mostly_new: bool,
) -> dict[str, str]:
    """Return at most three clauses, worst first; each follows the indicator or mark it names."""
    talk, answered = totals["DQ"], findings["RS1.1"]
    is_burst = mostly_new and "first_week_only" in talk.marks
    clauses = [
        *_talk_clauses(formulas, talk, findings, sentences),
        _banded(sentences, "RS1.1", answered.value, answered.ci),
        _staying_clause(totals["SP"], sentences, is_burst=is_burst),
    ]
    ordered = sorted((c for c in clauses if c is not None), key=lambda clause: clause[0])
    chosen = [text for _, text in ordered[:CLAUSES]]
    return {language: " ".join(text[language] for text in chosen) for language in LANGUAGES}


def _staying_clause(
    staying: DimensionTotal, sentences: Mapping[str, Any], *, is_burst: bool
) -> Clause | None:
    """Return the clause on who comes back, qualified where most talked in the first week only."""
    clause = _banded(sentences, "SP", staying.score, staying.ci)
    if clause is None or clause[0] == LAST or not is_burst or staying.score is None:
        return clause
    return clause[0], _qualified(clause[1], sentences["first_week"])


def _talk_clauses(
    formulas: Formulas,
    talk: DimensionTotal,
    findings: Mapping[str, Finding],
    sentences: Mapping[str, Any],
) -> list[Clause | None]:
    """Return the clauses on answering, sides and voices."""
    scores = criteria_scores(formulas, {n: f.normalised for n, f in findings.items()})
    if talk.reason == "few" or scores["DQ1"] is None:
        return [(LAST, sentences["DQ"]["else"])]
    answering = _criterion(formulas, findings, scores, sentences, "DQ1")
    is_circle, low = "closed_circle" in talk.marks, sentences["low"]
    if is_circle and answering is not None and scores["DQ1"] >= sentences["high"]:
        answering = (1, sentences["DQ1"]["middle"])
    clauses = [answering]
    if _is_below(scores["DQ3"], low) and low <= scores["DQ1"]:
        chosen = "one_sided" if _is_below(findings["DQ3.2"].normalised, low) else "low"
        clauses.append((0, sentences["DQ3"][chosen]))
    if is_circle or "few_voices" in talk.marks or _is_below(scores["DQ4"], low):
        clauses.append((0, sentences["DQ4"]["low"]))
    return clauses


def _is_below(score: float | None, edge: float) -> bool:
    return score is not None and score < edge


def _criterion(
    formulas: Formulas,
    findings: Mapping[str, Finding],
    scores: Mapping[str, float | None],
    sentences: Mapping[str, Any],
    name: str,
) -> Clause | None:
    draws = criterion_draws(formulas, name, findings)
    return _banded(sentences, name, scores[name], percentiles(draws))


def _banded(
    sentences: Mapping[str, Any], name: str, score: float | None, ci: tuple[float, float] | None
) -> Clause | None:
    """Return the sentence of a band with its place among the clauses: the worst first."""
    sentence = _sentence(sentences, name, score, ci)
    if sentence is None:
        return None
    chosen, _ = band(score, ci, sentences["low"], sentences["high"])
    return (BANDS.index(chosen) if chosen else LAST), sentence


def _qualified(sentence: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    return {lang: f"{text.rstrip('.')}, {words[lang]}." for lang, text in sentence.items()}


def _sentence(
    sentences: Mapping[str, Any], name: str, score: float | None, ci: tuple[float, float] | None
) -> dict[str, str] | None:
    chosen, uncertain = band(score, ci, sentences["low"], sentences["high"])
    sentence: dict[str, str] | None = sentences[name].get(chosen or "else")
    if sentence is None or chosen is None or not uncertain:
        return sentence
    mark = sentences["uncertain"]
    return {lang: f"{text.rstrip('.')} {mark[lang]}." for lang, text in sentence.items()}
