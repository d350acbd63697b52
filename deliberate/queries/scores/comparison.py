"""Comparison of processes, or of one process at two times, without ranking.

Nothing is scored during a request: the nightly job stores what is compared.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, undefer

from deliberate import citivoice
from deliberate.citivoice import load_formulas, load_framework
from deliberate.database import db
from deliberate.models import Assessment, ComparedScore, Process
from deliberate.queries.scores.assessments import plan_and_judgement_in_force, public_assessments
from deliberate.queries.scores.studies.settling import settled_notes

MAX_SIDES = 4


@dataclass(frozen=True)
class ComparisonSide:
    """A scored process, whole or up to the end of one of its phases."""

    score: ComparedScore

    @property
    def process(self) -> Process:
        """Return the scored process."""
        return self.score.process

    @property
    def phase(self) -> str:
        """Return the phase up to whose end the scores count; empty for the whole process."""
        return self.score.phase

    @property
    def key(self) -> str:
        """Return the key of this side in a URL: kipp-1a, or kipp-1a@ideas."""
        return f"{self.process.slug}@{self.phase}" if self.phase else self.process.slug


@dataclass(frozen=True)
class ComparisonChoices:
    """The sides that can be compared, and the processes that cannot."""

    sides: list[ComparisonSide]
    scored_by_other_formulas: list[Process]
    unscored: list[Process]


def comparison_choices(language: str) -> ComparisonChoices:
    """Return the sides scored by the formulas in force, by title and then by date."""
    sides = [ComparisonSide(score) for score in _compared_scores()]
    version = load_formulas().version
    whole = [side for side in sides if not side.phase]
    scored = {side.process.id for side in whole}

    def sort_key(side: ComparisonSide) -> tuple[str, int, float]:
        return side.process.text_in("title", language), side.process.id, _period_end(side)

    return ComparisonChoices(
        sides=sorted((side for side in sides if side.score.formulas == version), key=sort_key),
        scored_by_other_formulas=[s.process for s in whole if s.score.formulas != version],
        unscored=[process for process in _opened_processes() if process.id not in scored],
    )


def _period_end(side: ComparisonSide) -> float:
    """Return the sort key of a side: the whole process first, then its periods by their ends."""
    return side.score.as_of.timestamp() if side.score.as_of else 0.0


def _compared_scores() -> list[ComparedScore]:
    return list(
        db.session.scalars(
            select(ComparedScore)
            .join(ComparedScore.process)
            .order_by(ComparedScore.process_id)
            .options(contains_eager(ComparedScore.process).selectinload(Process.phases))
        )
    )


def _opened_processes() -> list[Process]:
    opened = select(Process).where(Process.opened_at.is_not(None)).order_by(Process.id)
    return list(db.session.scalars(opened))


def select_sides(keys: Sequence[str], offered: Sequence[ComparisonSide]) -> list[ComparisonSide]:
    """Return the offered sides whose keys are given, in offered order, at most `MAX_SIDES`."""
    return [side for side in offered if side.key in keys][:MAX_SIDES]


@dataclass(frozen=True)
class ComparedSide:
    """A selected side with its score document and the context factors of its process."""

    side: ComparisonSide
    document: dict[str, Any]  # decoded JSON
    context: dict[str, str]


@dataclass(frozen=True)
class ComparedPair:
    """Two sides and what can be claimed about each headline dimension."""

    first: ComparisonSide
    second: ComparisonSide
    claims: dict[str, Any]  # as citivoice.compare returns them


@dataclass(frozen=True)
class Comparison:
    """The selected sides and every pair of them."""

    sides: list[ComparedSide]
    pairs: list[ComparedPair]


def compare_sides(sides: Sequence[ComparisonSide]) -> Comparison:
    """Return the figures of every side and the supported claims of every pair of sides."""
    figures = _load_figures(sides)
    comparables = [
        (side, citivoice.Comparable.from_bytes(figures[side.score.id].draws, load_formulas()))
        for side in sides
    ]
    return Comparison(
        sides=[_compared_side(side, figures[side.score.id].document) for side in sides],
        pairs=[
            ComparedPair(first, second, citivoice.compare(first_scores, second_scores))
            for (first, first_scores), (second, second_scores) in combinations(comparables, 2)
        ],
    )


def _load_figures(sides: Sequence[ComparisonSide]) -> dict[int, ComparedScore]:
    """Return the compared scores with their documents and draws, by id, in one query."""
    query = (
        select(ComparedScore)
        .where(ComparedScore.id.in_([side.score.id for side in sides]))
        .options(undefer(ComparedScore.document), undefer(ComparedScore.draws))
        .execution_options(populate_existing=True)
    )
    return {score.id: score for score in db.session.scalars(query)}


def _compared_side(side: ComparisonSide, document: str) -> ComparedSide:
    assessments = public_assessments(side.process.id, side.score.as_of)
    plan, judgement = plan_and_judgement_in_force(assessments)
    return ComparedSide(side, json.loads(document), _context_factors(judgement or plan))


def _context_factors(assessment: Assessment | None) -> dict[str, str]:
    """Return code and notes of the context factors that an assessment describes."""
    known = load_framework()["context_factors"]
    return {
        note.code: ": ".join(filter(None, (note.value, *note.notes)))
        for note in (settled_notes(assessment) if assessment else ())
        if note.code in known
    }
