"""JUDGE: turn facts into indicators, criteria, dimensions and the headline, without the log."""

from __future__ import annotations

from collections.abc import Mapping

from deliberate.citivoice.framework.catalogue import (
    Dimension,
    Formulas,
    load_formulas,
    load_headlines,
)
from deliberate.citivoice.framework.headline import headline, named_headline
from deliberate.citivoice.indicators.deliberation_quality import measure_deliberation
from deliberate.citivoice.indicators.descriptives import describe
from deliberate.citivoice.indicators.responsiveness import measure_responsiveness
from deliberate.citivoice.indicators.statistics import Finding, Measurement, to_finding
from deliberate.citivoice.indicators.sustained_participation import (
    DUE,
    OPEN,
    SPANNED,
    OpenWeeks,
    measure_inclusion,
    measure_sustained_participation,
)
from deliberate.citivoice.reduction.facts import Facts
from deliberate.citivoice.scoring.aggregation import (
    WHOLE_SPAN,
    DimensionTotal,
    criteria_scores,
    dimension_score,
    dimension_total,
)
from deliberate.citivoice.scoring.judged_scores import Judged
from deliberate.citivoice.scoring.reservations import (
    VERIFIED_ONLY,
    enough_verified,
    mostly_new,
    reservations,
)
from deliberate.citivoice.scoring.scores import Scores


def judge(
    facts: Facts, formulas: Formulas | None = None, judged: Mapping[str, Judged] | None = None
) -> Scores:
    """Return the scores of facts under one version of the formulas.

    `judged` are the assessors' scores by criterion, shown beside the logged ones.
    """
    rules = formulas or load_formulas()
    measures, opportunities = _measures(facts, rules)
    carries = facts.carries
    findings = {
        name: to_finding(
            indicator, measures[name], carries is None or indicator.criterion in carries
        )
        for name, indicator in rules.indicators.items()
    }
    totals = {
        name: dimension_total(
            rules,
            d,
            findings,
            carries,
            opportunities,
            _runs(facts, rules, d, findings),
            reservations(facts, rules, name),
        )
        for name, d in rules.dimensions.items()
        if d.headline
    }
    return Scores(
        facts=facts,
        formulas=rules,
        findings=findings,
        criteria=criteria_scores(rules, {n: f.normalised for n, f in findings.items()}),
        totals=totals,
        descriptives=describe(facts),
        headline=_headline(facts, rules, totals, findings),
        judged=dict(judged or {}),
    )


def _measures(facts: Facts, rules: Formulas) -> tuple[dict[str, Measurement], dict[str, int]]:
    threads = facts.scope("thread_facts", "counted")
    cells, weeks = facts.scope("person_cells", "counted"), facts.scope("week_facts", "counted")
    talk, opportunities = measure_deliberation(
        threads,
        rules,
        voices=facts.scope("author_facts", "counted"),
        coding=facts["coding_facts"],
        decisions=int(facts.one("process_facts", "moderation_decisions") or 0),
    )
    opportunities["authors"] = int(facts.scope("author_facts", "counted")["authors"].sum())
    opportunities["clusters"] = int((threads["comments"] > 0).sum())
    measures = talk | measure_responsiveness(
        threads, facts["response_facts"], rules, facts["consultation_facts"]
    )
    measures |= measure_sustained_participation(
        cells,
        weeks,
        rules,
        arrivals=facts["arrival_facts"] if "arrival_clusters" in rules.rules else None,
        counting=_counting(rules),
    )
    measures |= measure_inclusion(facts, rules)
    return measures, opportunities


def _runs(
    facts: Facts, rules: Formulas, dimension: Dimension, findings: Mapping[str, Finding]
) -> dict[str, float | None]:
    """Return the score in each sensitivity run; criteria outside a run are unchanged."""
    normalised = {name: finding.normalised for name, finding in findings.items()}
    scores = {}
    for run in dimension.runs:
        if run == VERIFIED_ONLY and not enough_verified(facts):
            continue
        again = _again(facts, rules, dimension.id, run)
        changed = {
            name: to_finding(rules.indicators[name], measure).normalised
            for name, measure in again.items()
            if normalised[name] is not None
        }
        scores[run] = dimension_score(rules, dimension, normalised | changed, facts.carries)
    return scores


def _again(facts: Facts, rules: Formulas, dimension: str, run: str) -> dict[str, Measurement]:
    if dimension == "DQ":
        same = run == "pair_cap_3"
        voices = facts.scope("author_facts", "counted") if same else facts.scope("voice_facts", run)
        threads = facts.scope("run_facts", run)
        talk, _ = measure_deliberation(threads, rules, voices=voices, draws=0)
        return {name: m for name, m in talk.items() if name not in ("DQ5.1", "DQ6.1")}
    scope, counting = ("counted", SPANNED) if run == WHOLE_SPAN else (run, _counting(rules))
    return measure_sustained_participation(
        facts.scope("person_cells", scope),
        facts.scope("week_facts", scope),
        rules,
        counting=counting,
    )


def _counting(rules: Formulas) -> OpenWeeks:
    return DUE if "due_weeks" in rules.rules else OPEN


def _headline(
    facts: Facts,
    rules: Formulas,
    totals: Mapping[str, DimensionTotal],
    findings: Mapping[str, Finding],
) -> dict[str, str]:
    sentences = load_headlines(rules.version)
    if "named_clauses" not in rules.rules:
        return headline(totals, findings, sentences)
    return named_headline(rules, totals, findings, sentences, mostly_new=mostly_new(facts))
