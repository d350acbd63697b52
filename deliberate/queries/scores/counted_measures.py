"""The dimensions and measures that the formulas in force count."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberate.citivoice import load_formulas
from deliberate.citivoice.framework.catalogue import Formulas, Indicator


@dataclass(frozen=True)
class CountedMeasure:
    """A measure in one language: its name, its formula and what counts as 0 and as 100."""

    id: str
    name: str
    formula: str
    worst: float
    best: float
    source: str
    """Whom the formula follows; empty for this project's own."""


@dataclass(frozen=True)
class CountedDimension:
    """A dimension and the measures that it counts."""

    id: str
    name: str
    measures: Sequence[CountedMeasure]


@dataclass(frozen=True)
class CountedMeasures:
    """The version of the formulas in force, and its dimensions."""

    version: str
    dimensions: Sequence[CountedDimension]


def counted_measures(language: str) -> CountedMeasures:
    """Return what is counted, in the order of the file of formulas."""
    formulas = load_formulas()
    return CountedMeasures(
        formulas.version,
        [
            CountedDimension(
                id=name,
                name=dimension.en if language == "en" else dimension.name_id,
                measures=_measures(formulas, dimension.criteria, language),
            )
            for name, dimension in formulas.dimensions.items()
        ],
    )


def _measures(formulas: Formulas, criteria: Sequence[str], language: str) -> list[CountedMeasure]:
    return [
        _measure(formulas.indicators[name], language)
        for criterion in criteria
        for name in formulas.criteria[criterion]
    ]


def _measure(indicator: Indicator, language: str) -> CountedMeasure:
    low, high, direction = indicator.goalpost
    is_english = language == "en"
    return CountedMeasure(
        id=indicator.id,
        name=indicator.en if is_english else indicator.name_id,
        formula=indicator.formula if is_english else indicator.formula_id,
        worst=high if direction == "down" else low,
        best=low if direction == "down" else high,
        source=indicator.source,
    )
