"""Descriptive figures, shown and never scored: shapes, distributions and rhythms."""

from __future__ import annotations

from typing import Any

import numpy as np

from deliberate.citivoice.indicators.context_figures import context_figures
from deliberate.citivoice.indicators.formulas import (
    burstiness,
    gini,
    restricted_mean,
    survival_median,
    top_share,
)
from deliberate.citivoice.reduction.facts import Facts, Table, is_missing

Block = dict[str, Any]
DAY = 24
STANCES = {-1.0: "negative", 0.0: "neutral", 1.0: "positive"}


def describe(facts: Facts) -> dict[str, Block]:
    """Return the blocks `everyone` and `counted`; figures of the whole process are in `counted`."""
    blocks = {scope: _block(facts, scope) for scope in ("everyone", "counted")}
    blocks["counted"] |= {"beside": context_figures(facts)}
    blocks["counted"] |= _staying(facts) | _waiting(facts) | {"burstiness": _rhythm(facts)}
    return blocks


def _block(facts: Facts, scope: str) -> Block:
    threads = facts.scope("thread_facts", scope)
    return (
        _talk(threads)
        | {"depth_distribution": _depths(facts.scope("depth_facts", scope))}
        | _shape(threads)
        | _voices(facts.scope("author_facts", scope))
        | _months(facts.scope("month_facts", scope))
        | _pairs(facts, scope)
        | {"roots_by_stance": _stances(facts.scope("stance_facts", scope))}
    )


def share(part: float, whole: float) -> float | None:
    """Return a share; None if the denominator is 0."""
    return float(part) / float(whole) if whole else None


def _talk(t: Table) -> Block:
    comments, replies = int(t["comments"].sum()), int(t["replies"].sum())
    cross, both = int(t["cross_replies"].sum()), int(t["stance_replies"].sum())
    return {
        "proposals": sum(who is not None for who in t["initiator"]),
        "proposals_with_comments": int((t["comments"] > 0).sum()),
        "comments": comments,
        "roots": int(t["roots"].sum()),
        "replies": replies,
        "orphans": int(t["orphans"].sum()),
        "self_replies": int(t["self_replies"].sum()),
        "share_replied": share(int(t["replied_any"].sum()), comments),
        "reply_share": share(replies, comments),
        "ei_index": share(cross - (both - cross), both),
        "acceptance": _acceptance(t),
    }


def _acceptance(t: Table) -> dict[str, dict[str, Any]]:
    """Return accepted and decided proposals by initiator."""
    figures: dict[str, dict[str, Any]] = {}
    for who in sorted({who for who in t["initiator"] if who is not None}):
        decisions = [
            decision for decision in t["decision"][t["initiator"] == who] if decision is not None
        ]
        decided = [decision for decision in decisions if decision != "needs_study"]
        accepted = sum(decision.startswith("accepted") for decision in decided)
        figures[who] = {
            "accepted": accepted,
            "decided": len(decided),
            "share": share(accepted, len(decided)),
        }
    return figures


def _depths(table: Table) -> dict[str, int]:
    order = np.argsort(table["depth"])
    return {str(table["depth"][i]): int(table["comments"][i]) for i in order}


def _shape(t: Table) -> Block:
    talked = {name: values[t["comments"] > 0] for name, values in t.items()}
    comments = int(talked["comments"].sum())
    whole = ~np.isnan(talked["distance_sum"])
    viral = [
        v
        for v in map(virality, talked["comments"][whole], talked["distance_sum"][whole])
        if v is not None
    ]
    return {
        "max_depth": int(talked["max_depth"].max()) if comments else None,
        "max_width": int(talked["max_width"].max()) if comments else None,
        "mean_level": share(int(talked["level_sum"].sum()), comments),
        "h_index": _distribution(talked["h_index"]),
        "h_index_first_fail": _distribution(talked["h_index_first_fail"]),
        "structural_virality": float(np.mean(np.sort(viral))) if viral else None,
    }


def virality(comments: int, distance_sum: float) -> float | None:
    """Return structural virality: mean distance of node pairs, root included (Goel et al. 2016)."""
    nodes = int(comments) + 1
    return share(distance_sum, nodes * (nodes - 1) / 2) if not is_missing(distance_sum) else None


def _distribution(values: Any) -> dict[str, int]:
    kinds, counts = np.unique(values, return_counts=True)
    return {str(int(k)): int(n) for k, n in zip(kinds, counts, strict=True)}


def _voices(authors: Table) -> Block:
    n = int(authors["authors"].sum())
    counts = np.repeat(authors["comments"], authors["authors"])
    back = {
        name: int((authors["authors"] * authors[f"{name}2"]).sum())
        for name in ("days", "weeks", "months")
    }
    return {
        "comment_authors": n,
        "gini_comments_per_author": gini(counts),
        "gini_unbiased": gini(counts, unbiased=True),
        "top10pct_share": top_share(counts),
        "top_author_share": share(counts.max(), counts.sum()) if n else None,
        "single_comment_authors": int((counts == 1).sum()),
    } | {f"returning_{name}": share(people, n) for name, people in back.items()}


def _months(months: Table) -> Block:
    """Return the retention of every month that is followed by a month with authors."""
    authors = dict(zip(months["month"].tolist(), months["authors"].tolist(), strict=True))
    retained = dict(zip(months["month"].tolist(), months["kept_next"].tolist(), strict=True))
    return {
        "retention": {
            f"{month // 12:04d}-{month % 12 + 1:02d}": share(retained[month], authors[month])
            for month in sorted(authors)
            if authors.get(month + 1) and authors[month]
        }
    }


def _pairs(facts: Facts, scope: str) -> Block:
    directed = facts.one("process_facts", "pairs_directed", scope) or 0
    undirected = facts.one("process_facts", "pairs_undirected", scope) or 0
    mutual = facts.one("process_facts", "pairs_mutual", scope) or 0
    people = facts.one("process_facts", "pair_people", scope) or 0
    low = facts.one("process_facts", "latency_low", scope)
    high = facts.one("process_facts", "latency_high", scope)
    return {
        "pairs_directed": int(directed),
        "pairs_undirected": int(undirected),
        "reciprocity": share(mutual, undirected),
        "directed_reciprocity": share(2 * mutual, directed),
        "rho": rho(int(directed), int(mutual), int(people)),
        "reply_latency_median_min": None if low is None else (low + high) / 2 / 60,
    }


def rho(pairs: int, mutual: int, people: int) -> float | None:
    """Return the reciprocity of directed pairs beyond chance (Garlaschelli, Loffredo 2004)."""
    possible = people * (people - 1)
    if not pairs or pairs == possible:
        return None
    density = pairs / possible
    return (2 * mutual / pairs - density) / (1 - density)


def _stances(table: Table) -> dict[str, dict[str, Any]]:
    figures = {}
    for stance, name in STANCES.items():
        mine = table["stance"] == stance
        roots = int(table["roots"][mine].sum())
        replied, below = int(table["replied"][mine].sum()), int(table["descendants"][mine].sum())
        figures[name] = {
            "roots": roots,
            "replied": replied,
            "share_replied": share(replied, roots),
            "mean_descendants": share(below, roots),
        }
    return figures


def _staying(facts: Facts) -> Block:
    cells = facts.scope("person_cells", "counted")
    steps = [int(cells["people"][cells["step"] == step].sum()) for step in range(3)]
    active = facts["active_facts"]
    weeks = np.repeat(active["active_weeks"], active["people"])
    return {
        "people": int(cells["people"].sum()),
        "ladder_90_9_1": {"none": steps[0], "one_or_two": steps[1], "more": steps[2]},
        "mean_active_weeks": float(weeks.mean()) if len(weeks) else None,
        "median_active_weeks": float(np.median(weeks)) if len(weeks) else None,
        "cohort_curve": _cohorts(facts["cohort_facts"]),
        "stickiness": stickiness(facts),
    }


def stickiness(facts: Facts) -> float | None:
    """Return mean weekly people divided by people of four weeks, over the last four full weeks."""
    weeks = facts.scope("week_facts", "counted")
    full = weeks["is_full"] == 1
    order = np.argsort(weeks["week"][full])
    last = weeks["residents"][full][order][-4:]
    active = facts.one("process_facts", "active_last4", "counted") or 0
    return share(float(last.sum()) / 4, active) if len(last) == 4 else None


def _cohorts(table: Table) -> dict[str, list[float]]:
    """Return the share of each weekly cohort (10 or more people) active k weeks later."""
    curves: dict[str, list[float]] = {}
    for week in sorted(set(table["first_week"])):
        mine = table["first_week"] == week
        people = np.zeros(int(table["weeks_later"][mine].max()) + 1)
        people[table["weeks_later"][mine]] = table["people"][mine]
        curves[week] = (people / people[0]).tolist()
    return curves


def _waiting(facts: Facts) -> Block:
    responses = facts["response_facts"]
    asked = responses["initiator"] != "authority"
    hours, answered = responses["hours"][asked], responses["is_answered"][asked]
    if not len(hours):
        return {"days_to_answer": {"asked": 0, "answered": 0, "median": None, "mean_to_60": None}}
    median = survival_median(hours, answered)
    return {
        "days_to_answer": {
            "asked": len(hours),
            "answered": int(answered.sum()),
            "median": None if median is None else median / DAY,
            "mean_to_60": restricted_mean(hours, answered, 60 * DAY) / DAY,
        }
    }


def _rhythm(facts: Facts) -> Block:
    """Return the median burstiness of people with six or more comments."""
    table = facts["rhythm_facts"]
    figures = [
        (burstiness(*row[:3]), row[3])
        for row in zip(
            *(table[c].tolist() for c in ("gaps", "gap_sum", "gap_squares", "people")), strict=True
        )
    ]
    both = [pair for pair, people in figures for _ in range(people) if pair[0] is not None]
    if not both:
        return {"people": 0, "B": None, "A_n": None}
    b, a = np.median(np.array(both, dtype=np.float64), axis=0).tolist()
    return {"people": len(both), "B": b, "A_n": a}
