"""Planned, judged and logged scores side by side, and practices of strong processes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, selectinload

from deliberate.citivoice import load_formulas, load_framework
from deliberate.database import db
from deliberate.models import Assessment, Assessor, Practice, Process
from deliberate.queries.scores.assessments import (
    criterion_scores,
    plan_and_judgement_in_force,
    public_assessments,
    saved_assessors,
)
from deliberate.queries.scores.percent import percent, percent_or_none
from deliberate.queries.scores.questionnaires import (
    ExperiencedFigure,
    experienced_by_criterion,
)
from deliberate.queries.scores.studies.pledges import count_pledges_by_state
from deliberate.vocabulary import AssessmentStage

Document = Mapping[str, Any]
"""A decoded score document."""
_NOT_ASSESSED: Mapping[str, Any] = dict.fromkeys(
    ("planned", "judged", "logged", "disagrees", "grade")
)
"""The scores of a criterion of a process without assessments, which people may have answered."""
MAX_PROCESSES = 60
MAX_PRACTICES = 3


@dataclass(frozen=True)
class PracticeElsewhere:
    """A practice and the process in which it worked."""

    process: Process
    body: str


@dataclass(frozen=True)
class ContextFigure:
    """A figure shown beside a criterion without being scored."""

    id: str
    name: str
    state: str
    value: float | None
    score: int | None
    numerator: int
    denominator: int | None
    formula: str
    minimum: int | None
    caveat: str
    acts: Sequence[str]


@dataclass(frozen=True)
class CriterionRow:
    """Planned, judged and logged score of a criterion, 0 to 100, and their sources."""

    id: str
    name: str
    planned: int | None
    judged: int | None
    logged: int | None
    disagrees: bool | None
    grade: str | None
    source: str
    assessor_count: int
    logged_parts: list[str]
    """Ids of the indicators, criteria and dimensions behind the logged score."""
    figures: list[ContextFigure]
    is_weak: bool
    experienced: Sequence[ExperiencedFigure] = ()
    """What participants and organisers answered, each question on its own."""


@dataclass(frozen=True)
class CategoryRow:
    """A category of the framework with its criteria."""

    id: str
    name: str
    criteria: list[CriterionRow]


@dataclass(frozen=True)
class CriteriaSideBySide:
    """The judged part of a scoreboard."""

    is_assessed: bool
    categories: list[CategoryRow]
    practices: dict[str, list[PracticeElsewhere]]
    pledges: Counter[str]


def criteria_side_by_side(
    process: Process, document: Document, language: str, today: date
) -> CriteriaSideBySide:
    """Return the judged part of a scoreboard: the criteria of a score document by category.

    `categories` is empty where no plan is frozen, no assessment published and nobody asked.
    """
    assessments = public_assessments(process.id)
    plan, judgement = plan_and_judgement_in_force(assessments)
    assessor_counts = {
        "planned": len(saved_assessors(plan)) if plan else 0,
        "judged": len(saved_assessors(judgement)) if judgement else 0,
    }
    experienced = experienced_by_criterion(process.id)
    rows = [
        replace(
            _criterion_row(name, criterion, document, assessor_counts, language),
            experienced=experienced.get(name, ()),
        )
        for name, criterion in load_framework()["criteria"].items()
        if name in document["criteria"] or name in experienced
    ]
    return CriteriaSideBySide(
        is_assessed=bool(assessments),
        categories=_by_category(rows, language),
        practices=practices_elsewhere(process.id, [row.id for row in rows if row.is_weak]),
        pledges=count_pledges_by_state(assessments, today),
    )


def _criterion_row(
    name: str,
    criterion: Mapping[str, Any],
    document: Document,
    assessor_counts: Mapping[str, int],
    language: str,
) -> CriterionRow:
    scores = document["criteria"].get(name, _NOT_ASSESSED)
    is_judged = scores["judged"] is not None
    score = scores["judged"] if is_judged else scores["logged"]
    figures = [context_figure(document, part, language) for part in criterion["logged"]]
    return CriterionRow(
        id=name,
        name=_localized(criterion, language),
        planned=percent_or_none(scores["planned"]),
        judged=percent_or_none(scores["judged"]),
        logged=percent_or_none(scores["logged"]),
        disagrees=scores["disagrees"],
        grade=scores["grade"],
        source=_source(scores),
        assessor_count=assessor_counts["judged" if is_judged else "planned"],
        logged_parts=[part for part in criterion["logged"] if _is_part_of_logged(document, part)],
        figures=[figure for figure in figures if figure is not None],
        is_weak=score is not None and score < load_framework()["comparison"]["weak"],
    )


def _localized(entry: Mapping[str, Any], language: str) -> str:
    return str(entry["en" if language == "en" else "id"])


def _context_figures() -> Mapping[str, Any]:
    """Return the framework's figures that are shown beside a criterion without being scored."""
    figures: Mapping[str, Any] = load_framework()["beside"]
    return figures


def _figures_in(document: Document) -> Mapping[str, Any]:
    """Return the context figures of a score document; empty for documents older than them."""
    figures: Mapping[str, Any] = document["descriptives"]["counted"].get("beside", {})
    return figures


def context_figure(document: Document, name: str, language: str) -> ContextFigure | None:
    """Return a context figure for display, or None if the framework has none of this name."""
    definition = _context_figures().get(name)
    if definition is None:
        return None
    without_data = {"state": "not_enough_data", "value": None, "numerator": 0, "denominator": 0}
    result = _figures_in(document).get(name, without_data)
    return ContextFigure(
        id=name,
        name=_localized(definition, language),
        state=result["state"],
        value=result["value"],
        score=percent_or_none(result["value"]),
        numerator=result["numerator"],
        denominator=result["denominator"],
        formula=definition["formula"],
        minimum=definition.get("minimum"),
        caveat=definition.get(f"caveat_{'en' if language == 'en' else 'id'}", ""),
        acts=definition.get("acts", []),
    )


def logged_by_criterion(document: Document) -> dict[str, int]:
    """Return the logged score beside each judged criterion, 0 to 100, where the log has one."""
    logged = {}
    for name, criterion in load_framework()["criteria"].items():
        scores = [_logged_score(document, part) for part in criterion["logged"]]
        known = [score for score in scores if score is not None]
        if known:
            logged[name] = int(100 * sum(known) / len(known) + 0.5)
    return logged


def _is_part_of_logged(document: Document, name: str) -> bool:
    """Return whether a name contributes to the logged score. Profile dimensions have no number."""
    profile_only = name in load_formulas().dimensions and name not in document["dimensions"]
    return profile_only or _logged_score(document, name) is not None


def _logged_score(document: Document, name: str) -> float | None:
    """Return the logged score of a criterion or dimension, or the share of a context figure."""
    if name in _context_figures():
        share: float | None = _figures_in(document).get(name, {}).get("value")
        return share
    result = document["criteria"].get(name) or document["dimensions"].get(name) or {}
    score: float | None = result.get("score")
    return score


def measured_indicators(document: Document) -> dict[str, int]:
    """Return the normalised value of every indicator that has one, 0 to 100."""
    shares = {name: result["normalised"] for name, result in document["indicators"].items()}
    return {name: percent(share) for name, share in shares.items() if share is not None}


def _source(scores: Mapping[str, Any]) -> str:
    if scores["judged"] is not None:
        return "judged"
    return "log" if scores["logged"] is not None else "little"


def _by_category(rows: list[CriterionRow], language: str) -> list[CategoryRow]:
    return [
        CategoryRow(name, _localized(category, language), criteria)
        for name, category in load_framework()["categories"].items()
        if (criteria := [row for row in rows if row.id.startswith(name)])
    ]


def practices_elsewhere(
    process_id: int, weak: Collection[str]
) -> dict[str, list[PracticeElsewhere]]:
    """Return, by weak criterion, practices of other processes that were judged strong in it."""
    if not weak:
        return {}
    strong = load_framework()["comparison"]["strong"]
    practices: dict[str, list[PracticeElsewhere]] = defaultdict(list)
    for judgement in _judgements_with_practices(process_id, weak):
        scores = criterion_scores(judgement)
        for practice in judgement.practices:
            if practice.criterion in weak and (scores.get(practice.criterion) or 0) >= strong:
                practices[practice.criterion].append(
                    PracticeElsewhere(judgement.process, practice.body)
                )
    return {criterion: examples[:MAX_PRACTICES] for criterion, examples in practices.items()}


def _judgements_with_practices(process_id: int, weak: Collection[str]) -> list[Assessment]:
    """Return the newest published judgement of each other process with a practice for `weak`."""
    newest = (
        select(func.max(Assessment.id))
        .where(
            Assessment.stage == AssessmentStage.EX_POST,
            Assessment.published_at.is_not(None),
            Assessment.process_id != process_id,
        )
        .group_by(Assessment.process_id)
    )
    judgements = db.session.scalars(
        select(Assessment)
        .join(Assessment.process)
        .where(Assessment.id.in_(newest), Assessment.practices.any(Practice.criterion.in_(weak)))
        .order_by(Process.title)
        .limit(MAX_PROCESSES)
        .options(
            contains_eager(Assessment.process),
            selectinload(Assessment.assessors).selectinload(Assessor.ratings),
            selectinload(Assessment.evidence),
            selectinload(Assessment.adjudications),
            selectinload(Assessment.practices),
        )
    )
    return list(judgements)
