"""The measures of a scoreboard in groups, weakest first, for people who are not evaluators."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberate.citivoice import load_formulas
from deliberate.queries.scores.scoreboard import (
    DimensionScore,
    Document,
    IndicatorDetail,
    dimension_rows,
    indicator_detail,
)

BESIDE = "beside"
"""The group of measures that no dimension counts."""
PICTURED = frozenset({"SP1.1"})
"""Measures that the first screen draws already."""


@dataclass(frozen=True)
class MeasureGroup:
    """The measures of a dimension, or those beside all dimensions."""

    id: str
    name: str
    result: DimensionScore | None
    """The score of a headline dimension; None for a profile."""
    measures: list[IndicatorDetail]

    @property
    def scores(self) -> list[int]:
        """Return the scores of the measures that have one."""
        return [measure.score for measure in self.measures if measure.score is not None]

    @property
    def missing(self) -> int:
        """Return how many measures lack data."""
        return len(self.measures) - len(self.scores)


def measure_groups(document: Document, language: str) -> list[MeasureGroup]:
    """Return the groups by their weakest measure; what is counted in no dimension comes last."""
    groups = [
        MeasureGroup(row.id, row.name, row.result, _weakest_first(row.indicators))
        for row in dimension_rows(document, language)
    ]
    groups.sort(key=lambda group: min(group.scores, default=101))
    if beside := _measures_beside(document, language):
        groups.append(MeasureGroup(BESIDE, "", None, _weakest_first(beside)))
    return groups


def strongest_and_weakest(
    groups: Sequence[MeasureGroup],
) -> tuple[IndicatorDetail, IndicatorDetail] | None:
    """Return the two measures to name on the first screen; None with fewer than two scores."""
    scored = [
        (measure.score, measure)
        for group in groups
        if group.id != BESIDE
        for measure in group.measures
        if measure.score is not None and measure.id not in PICTURED
    ]
    if len(scored) < 2:
        return None
    return max(scored, key=lambda pair: pair[0])[1], min(scored, key=lambda pair: pair[0])[1]


def _measures_beside(document: Document, language: str) -> list[IndicatorDetail]:
    formulas = load_formulas()
    counted = {name for dimension in formulas.dimensions.values() for name in dimension.criteria}
    return [
        indicator_detail(document, formulas, name, language)
        for criterion, names in formulas.criteria.items()
        if criterion not in counted
        for name in names
    ]


def _weakest_first(measures: list[IndicatorDetail]) -> list[IndicatorDetail]:
    return sorted(measures, key=lambda measure: 101 if measure.score is None else measure.score)
