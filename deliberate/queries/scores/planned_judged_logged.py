"""Planned, judged and logged side by side, and what other processes do well where one is weak."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, selectinload

from deliberate.citivoice import load_formulas, load_framework
from deliberate.database import db
from deliberate.models import Assessment, Assessor, Practice, Process
from deliberate.queries.scores.assessments import (
    in_force,
    pledge_counts,
    profile,
    public_assessments,
    saved_parts,
)
from deliberate.vocabulary import Stage

MOST_LOOKED_AT = 60
MOST_SHOWN = 3


@dataclass(frozen=True)
class Told:
    """A practice and the process that it worked in."""

    process: Process
    body: str


def side_by_side(
    process: Process, document: Mapping[str, Any], language: str, today: date
) -> dict[str, Any]:
    """The judged part of a scoreboard: criteria by category as kept in the document of scores.

    Empty `categories` where no plan is frozen and no assessment published.
    """
    found = public_assessments(process.id)
    plan, after = in_force(found)
    judges = {
        "planned": len(saved_parts(plan)) if plan else 0,
        "judged": len(saved_parts(after)) if after else 0,
    }
    lines = [
        _line(name, said, document, judges, language)
        for name, said in load_framework()["criteria"].items()
        if name in document["criteria"]
    ]
    learned = practices_elsewhere(process.id, [one["id"] for one in lines if one["is_weak"]])
    return {
        "assessed": bool(found),
        "categories": _by_category(lines, language),
        "practices": learned,
        "pledges": pledge_counts(found, today),
    }


def _line(
    name: str,
    said: Mapping[str, Any],
    document: Mapping[str, Any],
    judges: Mapping[str, int],
    language: str,
) -> dict[str, Any]:
    figures = document["criteria"][name]
    seen = figures["judged"] if figures["judged"] is not None else figures["logged"]
    weak = load_framework()["comparison"]["weak"]
    return {
        "id": name,
        "name": said["en" if language == "en" else "id"],
        **{key: _hundred(figures[key]) for key in ("planned", "judged", "logged")},
        "disagrees": figures["disagrees"],
        "grade": figures["grade"],
        "source": _source(figures),
        "judges": judges["judged" if figures["judged"] is not None else "planned"],
        "beside": [c for c in said["logged"] if _is_behind(document, c)],
        "figures": [figure(document, c, language) for c in said["logged"] if c in _besides()],
        "is_weak": seen is not None and seen < weak,
    }


def _besides() -> Mapping[str, Any]:
    """The figures that stand beside a criterion for which nothing is scored."""
    found: Mapping[str, Any] = load_framework()["beside"]
    return found


def _told(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a document of scores says of them; one kept before they were counted, nothing."""
    found: Mapping[str, Any] = document["descriptives"]["counted"].get("beside", {})
    return found


def figure(document: Mapping[str, Any], name: str, language: str) -> dict[str, Any] | None:
    """Such a figure as the pages show it; None for a name that is none."""
    said = _besides().get(name)
    if said is None:
        return None
    unknown = {"state": "not_enough_data", "value": None, "numerator": 0, "denominator": 0}
    found = _told(document).get(name, unknown)
    return {
        **found,
        "id": name,
        "name": said["en" if language == "en" else "id"],
        "score": _hundred(found["value"]),
        "formula": said["formula"],
        "minimum": said.get("minimum"),
        "caveat": said.get(f"caveat_{'en' if language == 'en' else 'id'}", ""),
        "acts": said.get("acts", []),
    }


def logged_beside(document: Mapping[str, Any]) -> dict[str, int]:
    """What the log shows beside each judged criterion, 0 to 100, where it shows anything."""
    found = {}
    for name, said in load_framework()["criteria"].items():
        known = [share for c in said["logged"] if (share := _score(document, c)) is not None]
        if known:
            found[name] = int(100 * sum(known) / len(known) + 0.5)
    return found


def _is_behind(document: Mapping[str, Any], name: str) -> bool:
    """Whether a name is part of the logged figure; dimensions shown as profiles have no number."""
    profile_only = name in load_formulas().dimensions and name not in document["dimensions"]
    return profile_only or _score(document, name) is not None


def _score(document: Mapping[str, Any], name: str) -> float | None:
    """The logged score of a criterion or a dimension, or the share that stands for one."""
    if name in _besides():
        share: float | None = _told(document).get(name, {}).get("value")
        return share
    found = document["criteria"].get(name) or document["dimensions"].get(name) or {}
    score: float | None = found.get("score")
    return score


def measured(document: Mapping[str, Any]) -> dict[str, int]:
    """Where every indicator stands between its goalposts, 0 to 100, where it has a value."""
    shares = {name: one["normalised"] for name, one in document["indicators"].items()}
    return {name: int(100 * share + 0.5) for name, share in shares.items() if share is not None}


def _source(figures: Mapping[str, Any]) -> str:
    if figures["judged"] is not None:
        return "judged"
    return "log" if figures["logged"] is not None else "little"


def _hundred(share: float | None) -> int | None:
    return None if share is None else int(share * 100 + 0.5)


def _by_category(lines: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    return [
        {"id": name, "name": said["en" if language == "en" else "id"], "criteria": within}
        for name, said in load_framework()["categories"].items()
        if (within := [line for line in lines if line["id"].startswith(name)])
    ]


def practices_elsewhere(process_id: int, weak: Collection[str]) -> dict[str, list[Told]]:
    """For each weak criterion what other processes told, where it was judged strong there."""
    if not weak:
        return {}
    strong = load_framework()["comparison"]["strong"]
    learned: dict[str, list[Told]] = defaultdict(list)
    for judgement in _judgements_telling(process_id, weak):
        scores = profile(judgement)
        for told in judgement.practices:
            if told.criterion in weak and (scores.get(told.criterion) or 0) >= strong:
                learned[told.criterion].append(Told(judgement.process, told.body))
    return {name: told[:MOST_SHOWN] for name, told in learned.items()}


def _judgements_telling(process_id: int, weak: Collection[str]) -> list[Assessment]:
    """The newest published judgement of every other process that tells of such a criterion."""
    newest = (
        select(func.max(Assessment.id))
        .where(
            Assessment.stage == Stage.EX_POST,
            Assessment.published_at.is_not(None),
            Assessment.process_id != process_id,
        )
        .group_by(Assessment.process_id)
    )
    found = db.session.scalars(
        select(Assessment)
        .join(Assessment.process)
        .where(Assessment.id.in_(newest), Assessment.practices.any(Practice.criterion.in_(weak)))
        .order_by(Process.title)
        .limit(MOST_LOOKED_AT)
        .options(
            contains_eager(Assessment.process),
            selectinload(Assessment.assessors).selectinload(Assessor.ratings),
            selectinload(Assessment.evidence),
            selectinload(Assessment.adjudications),
            selectinload(Assessment.practices),
        )
    )
    return list(found)
