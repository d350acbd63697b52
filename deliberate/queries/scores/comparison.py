"""Processes, or one process at two moments, side by side: only what may be claimed, no order.

Nothing is scored when asked: what is compared was kept by the night's job.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, undefer

from deliberate import citivoice
from deliberate.citivoice import Comparable, load_formulas, load_framework
from deliberate.database import db
from deliberate.models import Assessment, ComparedScore, Process
from deliberate.queries.scores.assessments import in_force, public_assessments

MOST_SIDES = 4


@dataclass(frozen=True)
class Side:
    """A process, whole or up to the end of one of its phases, as its scores are kept."""

    kept: ComparedScore

    @property
    def process(self) -> Process:
        """What was scored."""
        return self.kept.process

    @property
    def phase(self) -> str:
        """The phase up to whose end it goes; empty for the whole process."""
        return self.kept.phase

    @property
    def key(self) -> str:
        """How an address names it: kipp-1a, or kipp-1a@ideas."""
        return f"{self.process.slug}@{self.phase}" if self.phase else self.process.slug


@dataclass(frozen=True)
class Offer:
    """What can be compared, and what cannot: scored by other formulas, or not yet."""

    sides: list[Side]
    others: list[Process]
    unscored: list[Process]


def offer(language: str) -> Offer:
    """Every open process: its sides under the formulas in force, by title, then by date."""
    found = [Side(one) for one in _kept()]
    version = load_formulas().version
    scored = {side.process.id for side in found if not side.phase}
    return Offer(
        sides=sorted(
            (side for side in found if side.kept.formulas == version),
            key=lambda one: (one.process.said("title", language), one.process.id, _ends(one)),
        ),
        others=[s.process for s in found if not s.phase and s.kept.formulas != version],
        unscored=[one for one in _opened() if one.id not in scored],
    )


def _ends(side: Side) -> float:
    """The whole process first, then its periods by their ends."""
    return side.kept.as_of.timestamp() if side.kept.as_of else 0.0


def _kept() -> list[ComparedScore]:
    return list(
        db.session.scalars(
            select(ComparedScore)
            .join(ComparedScore.process)
            .order_by(ComparedScore.process_id)
            .options(contains_eager(ComparedScore.process))
        )
    )


def _opened() -> list[Process]:
    opened = select(Process).where(Process.opened_at.is_not(None)).order_by(Process.id)
    return list(db.session.scalars(opened))


def chosen(keys: Sequence[str], offered: Sequence[Side]) -> list[Side]:
    """The sides that an address names, in the order in which they are offered, four at most."""
    return [side for side in offered if side.key in keys][:MOST_SIDES]


def comparison(picked: Sequence[Side]) -> dict[str, Any]:
    """Every side's figures, and what each two of them bear out in the two headline numbers."""
    figures = _with_figures(picked)
    compared = [
        (side, Comparable.from_bytes(figures[side.kept.id].draws, load_formulas()))
        for side in picked
    ]
    return {
        "sides": [_side(side, figures[side.kept.id].document) for side in picked],
        "pairs": [
            {"one": one, "other": other, "found": citivoice.compare(first, second)}
            for (one, first), (other, second) in combinations(compared, 2)
        ],
    }


def _with_figures(picked: Sequence[Side]) -> dict[int, ComparedScore]:
    """The documents and draws of the sides in one query: a list of sides does without."""
    wanted = select(ComparedScore).where(ComparedScore.id.in_([side.kept.id for side in picked]))
    loaded = wanted.options(undefer(ComparedScore.document), undefer(ComparedScore.draws))
    found = db.session.scalars(loaded.execution_options(populate_existing=True))
    return {one.id: one for one in found}


def _side(side: Side, document: str) -> dict[str, Any]:
    plan, after = in_force(public_assessments(side.process.id, side.kept.as_of))
    return {"side": side, "document": json.loads(document), "context": _context(after or plan)}


def _context(assessment: Assessment | None) -> dict[str, str]:
    """The five context factors as code and note, where an assessment tells them."""
    known = load_framework()["context_factors"]
    return {
        one.code: ": ".join(filter(None, (one.value, one.note)))
        for one in (assessment.notes if assessment else ())
        if one.code in known and (one.value or one.note)
    }
