"""Processes, or one process at two moments, side by side: only what may be claimed, no order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import Any

from deliberate import citivoice
from deliberate.citivoice import load_formulas, load_framework
from deliberate.clock import now
from deliberate.models import Assessment, Process
from deliberate.queries.assessments import in_force, public_assessments
from deliberate.queries.scores import newest_snapshots, process_named, scores_of

MOST_SIDES = 4
_KEPT = 12


@dataclass(frozen=True)
class Side:
    """A process, whole or up to the end of one of its phases."""

    process: Process
    phase: str
    as_of: datetime | None
    digest: str

    @property
    def key(self) -> str:
        """How an address names it: kipp-1a, or kipp-1a@ideas."""
        return f"{self.process.slug}@{self.phase}" if self.phase else self.process.slug


def sides(language: str) -> list[Side]:
    """What can be compared: scored under the formulas in force, by title, then by date."""
    found = []
    for snapshot in newest_snapshots():
        if snapshot.formulas == load_formulas().version:
            process = snapshot.process
            found.append(Side(process, "", None, snapshot.inputs_hash))
            found += [
                Side(process, str(phase.kind), phase.closes_at, snapshot.inputs_hash)
                for phase in process.phases
                if phase.closes_at <= now()
            ]
    return sorted(found, key=lambda one: (one.process.said("title", language), one.key))


def under_other_formulas() -> list[Process]:
    """Processes whose kept scores come from other formulas, so that nothing is claimed of them."""
    version = load_formulas().version
    return [one.process for one in newest_snapshots() if one.formulas != version]


def chosen(keys: Sequence[str], offered: Sequence[Side]) -> list[Side]:
    """The sides that an address names, in the order in which they are offered, four at most."""
    return [side for side in offered if side.key in keys][:MOST_SIDES]


def comparison(picked: Sequence[Side]) -> dict[str, Any]:
    """Every side's figures, and what each two of them bear out in the two headline numbers."""
    scored = [(side, _scored(side.process.slug, side.as_of, side.digest)) for side in picked]
    headlines = [name for name, one in load_formulas().dimensions.items() if one.headline]
    return {
        "sides": [_side(side, scores) for side, scores in scored],
        "pairs": [
            {"one": one, "other": other, "found": _found(first, second, headlines)}
            for (one, first), (other, second) in combinations(scored, 2)
        ],
    }


@lru_cache(maxsize=_KEPT)
def _scored(slug: str, as_of: datetime | None, digest: str) -> citivoice.Scores:  # noqa: ARG001
    """The scores of a side; kept until the process's kept facts (`digest`) are others."""
    process = process_named(slug)
    if process is None:
        raise LookupError(slug)
    return scores_of(process, as_of)


def _side(side: Side, scores: citivoice.Scores) -> dict[str, Any]:
    plan, after = in_force(public_assessments(side.process.id, side.as_of))
    return {"side": side, "document": scores.to_dict(), "context": _context(after or plan)}


def _context(assessment: Assessment | None) -> dict[str, str]:
    """The five context factors as code and note, where an assessment tells them."""
    known = load_framework()["context_factors"]
    return {
        one.code: ": ".join(filter(None, (one.value, one.note)))
        for one in (assessment.notes if assessment else ())
        if one.code in known and (one.value or one.note)
    }


def _found(
    first: citivoice.Scores, second: citivoice.Scores, headlines: Sequence[str]
) -> dict[str, Any]:
    found = citivoice.compare(first, second)
    return {name: found[name] for name in headlines}
