"""Responsiveness (RS) and participation after a response (SP3), from the facts of proposals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deliberate.citivoice.framework.catalogue import Formulas
from deliberate.citivoice.indicators.formulas import Array, survival
from deliberate.citivoice.indicators.resampling import (
    PROPOSALS,
    ClusterCells,
    bootstrap,
    percentiles,
)
from deliberate.citivoice.indicators.statistics import Measurement, ratio, ratio_draws
from deliberate.citivoice.reduction.facts import Table

MONTH, DIALOGUE = 30 * 24, 58 * 24
ACCEPTED = ("accepted", "accepted_in_part")
UNDECIDED = (None, "needs_study")


def measure_responsiveness(
    threads: Table, responses: Table, formulas: Formulas, consultation: Table | None = None
) -> dict[str, Measurement]:
    """Return the measurements of RS1 to RS5 on residents' proposals and of SP3 on all responses.

    RS6 is that of the units of draft texts, in the formulas that know it.
    """
    asked = _rows(responses, responses["initiator"] != "authority")
    of_drafts: dict[str, Measurement] = {}
    if consultation is not None and "RS6.1" in formulas.indicators:
        of_drafts["RS6.1"] = _explained(consultation, formulas)
    return of_drafts | {
        "RS1.1": _in_time(asked, formulas),
        "RS2.1": _reasons(asked, formulas),
        "RS3.1": _dialogue(asked, formulas),
        "RS4.1": _agenda(threads, formulas),
        "RS5.1": _traced(asked, formulas),
        "SP3.1": _after(responses, formulas),
    }


def answered_within(cells: ClusterCells, limit: int) -> Callable[[Array], Array]:
    """Return a function that gives Kaplan-Meier's 1 - S(limit) for many draws of (hours, censored).

    In rows sorted by wait, each event takes its share of those still at risk, itself included;
    events sort before censored waits of the same length.
    """
    hours, censored = cells.rows[:, 0], cells.rows[:, 1]
    ends = (censored == 0) & (hours <= limit)

    def figure(counts: Array) -> Array:
        waiting = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
        shares = np.where(ends & (waiting > 0), counts / np.maximum(waiting, 1), 0.0)
        return np.asarray(1 - np.prod(1 - shares, axis=1))

    return figure


def _rows(table: Table, chosen: Any) -> Table:
    return {name: values[chosen] for name, values in table.items()}


def _in_time(asked: Table, formulas: Formulas) -> Measurement:
    n = len(asked["hours"])
    answered = asked["is_answered"] == 1
    cells = ClusterCells.of(asked["hours"], ~answered)
    value = None
    if n:
        value = float(1 - survival(asked["hours"], answered).evaluate(MONTH))
    return Measurement(
        value=value,
        numerator=int((answered & (asked["hours"] <= MONTH)).sum()),
        denominator=n,
        opportunities={"asked_30d": int((asked["age_hours"] >= MONTH).sum())},
        clusters=n,
        replicates=bootstrap(
            cells, formulas.draws, formulas.seed, PROPOSALS, answered_within(cells, MONTH)
        ).ravel(),
        candidates=n,
    )


def _share(
    name: str,
    formulas: Formulas,
    over: Array,
    under: Array,
    opportunities: dict[str, int],
    candidates: int,
    refused: str | None = None,
    **parts: Any,
) -> Measurement:
    """Return a share whose cases are proposals, from the summands of numerator and denominator."""
    floor = formulas.indicators[name].floor
    cells = ClusterCells.of(over, under)
    top, bottom = cells.sums().tolist()
    drawn = bootstrap(cells, formulas.draws, formulas.seed, PROPOSALS)
    return Measurement(
        value=ratio(top, bottom, floor),
        numerator=top,
        denominator=bottom,
        opportunities=opportunities,
        clusters=cells.clusters,
        replicates=ratio_draws(drawn[:, 0], drawn[:, 1], floor),
        candidates=candidates,
        refused=refused,
        parts=parts,
    )


def _reasons(asked: Table, formulas: Formulas) -> Measurement:
    rule = formulas.indicators["RS2.1"].extra
    answers = asked["is_answered"]
    over = answers * (asked["reason_chars"] > 0) * (asked["grounds"] > 0)
    given, audited = int(over.sum()), asked["audited"] * answers
    confirmed, refused = asked["confirmed"] * audited, None
    parts = {
        "given": given,
        "answers": int(answers.sum()),
        "audited": int(audited.sum()),
        "confirmed": int(confirmed.sum()),
        "repeats": int((answers * asked["repeats"]).sum()),
    }
    if parts["audited"] >= rule["audited"]:
        refused = None if confirmed.sum() >= rule["confirmed"] * audited.sum() else "audit_failed"
        over, answers = confirmed, audited
    old = int((asked["age_hours"] >= MONTH).sum())
    return _share(
        "RS2.1", formulas, over, answers, {"asked_30d": old}, len(answers), refused, **parts
    )


def _dialogue(asked: Table, formulas: Formulas) -> Measurement:
    followed = asked["followed_28d"]
    old = int((asked["age_hours"] >= DIALOGUE).sum())
    over = asked["dialogue"] * followed
    return _share("RS3.1", formulas, over, followed, {"asked_58d": old}, len(followed))


def _traced(asked: Table, formulas: Formulas) -> Measurement:
    accepted = asked["accepted_90d"]
    candidates = int(np.isin(asked["decision"], ACCEPTED).sum())
    chances = {"accepted_90d": int(accepted.sum())}
    return _share("RS5.1", formulas, asked["traced"] * accepted, accepted, chances, candidates)


def _explained(consultation: Table, formulas: Formulas) -> Measurement:
    """Return the share of contributions explained in time; its cases are the units of drafts."""
    due, candidates = consultation["due"], int(consultation["contributions"].sum())
    chances = {"contributions_30d": int(due.sum())}
    old = due > 0
    return _share("RS6.1", formulas, consultation["explained"][old], due[old], chances, candidates)


def _agenda(threads: Table, formulas: Formulas) -> Measurement:
    known = _rows(threads, np.array([who is not None for who in threads["initiator"]], dtype=bool))
    theirs = (known["initiator"] != "authority").astype(np.int64)
    n = len(theirs)
    parts = acceptance_gap(known, formulas)
    return _share("RS4.1", formulas, theirs, np.ones(n), {"proposals": n}, n, None, **parts)


def acceptance_gap(threads: Table, formulas: Formulas) -> dict[str, Any]:
    """Return the authority's acceptance share minus the residents', with its interval."""
    decided = np.array([decision not in UNDECIDED for decision in threads["decision"]], dtype=bool)
    accepted = np.isin(threads["decision"], ACCEPTED)
    theirs = threads["initiator"] != "authority"
    cells = ClusterCells.of(
        accepted & theirs, decided & theirs, accepted & ~theirs, decided & ~theirs
    )
    a, b, c, d = cells.sums().tolist()
    if not b or not d:
        return {"acceptance_gap": None, "acceptance_gap_ci": None}
    drawn = bootstrap(cells, formulas.draws, formulas.seed, PROPOSALS)
    gaps = ratio_draws(drawn[:, 0], drawn[:, 1]) - ratio_draws(drawn[:, 2], drawn[:, 3])
    return {"acceptance_gap": a / b - c / d, "acceptance_gap_ci": percentiles(gaps)}


def _after(responses: Table, formulas: Formulas) -> Measurement:
    r = _rows(responses, responses["followed_28d"] == 1)
    before, answers = r["people_before"], len(r["people_before"])
    had_participants = before > 0
    shares = r["people_after"][had_participants] / before[had_participants]
    control = responses["control_before"].sum()
    parts = {
        "mean_over_answers": float(shares.mean()) if had_participants.any() else None,
        "control": ratio(responses["control_after"].sum(), control),
        "control_people": int(control),
    }
    candidates = int(responses["is_answered"].sum())
    chances = {"answers": answers, "people": int(before.sum())}
    return _share("SP3.1", formulas, r["people_after"], before, chances, candidates, None, **parts)
