"""Context figures: shares and counts shown beside judged criteria that have no logged score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from deliberate.citivoice.framework.catalogue import load_framework
from deliberate.citivoice.reduction.facts import Facts

SHARE, COUNT, LITTLE = "value", "count", "not_enough_data"


def context_figures(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return every context figure of the framework by name.

    A formula `a / b` gives a share (None below its minimum of cases); `a` alone gives a count,
    which is not compared with a judgement.
    """
    return {
        name: _figure(facts, entry["formula"], entry.get("minimum", 1))
        for name, entry in _declared_figures().items()
    }


@cache
def _declared_figures() -> Mapping[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = load_framework()["beside"]
    return figures


def columns_in(formula: str) -> list[str]:
    """Return the columns of the process facts that a formula names."""
    return formula.split(" / ")


def _figure(facts: Facts, formula: str, least: int) -> dict[str, Any]:
    over, *under = (
        int(facts.one("process_facts", column, "counted") or 0) for column in columns_in(formula)
    )
    if not under:
        return {"state": COUNT, "value": None, "numerator": over, "denominator": None}
    enough = under[0] >= max(least, 1)
    return {
        "state": SHARE if enough else LITTLE,
        "value": over / under[0] if enough else None,
        "numerator": over,
        "denominator": under[0],
    }
