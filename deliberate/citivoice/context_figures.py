"""Figures that stand beside a judged criterion for which nothing is scored: a share, or a count."""

from __future__ import annotations

from typing import Any

from deliberate.citivoice.catalogue import load_framework
from deliberate.citivoice.facts import Facts

SHARE, COUNT, LITTLE = "value", "count", "not_enough_data"


def beside(facts: Facts) -> dict[str, dict[str, Any]]:
    """Every figure of the framework by its name.

    `a / b` is a share, none where there are fewer cases than its minimum; `a` alone is a count,
    which no judgement is held against.
    """
    return {
        name: _figure(facts, said["formula"], said.get("minimum", 1))
        for name, said in load_framework()["beside"].items()
    }


def columns_in(formula: str) -> list[str]:
    """The columns of the process facts that a formula names."""
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
