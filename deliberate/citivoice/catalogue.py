"""The formulas in force: indicators, criteria and dimensions as the data files describe them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Indicator:
    """One indicator: its names, formula in words, goalposts and minimums.

    The first of `minimum` is the opportunity printed as n; a denominator below `floor` is taken
    as `floor`, because reaching one is an achievement already.
    """

    id: str
    en: str
    name_id: str
    formula: str
    goalpost: tuple[float, float, str]
    minimum: Mapping[str, int]
    floor: int
    scale: int
    interval: str
    caveat_en: str
    caveat_id: str
    extra: Mapping[str, float]

    @property
    def criterion(self) -> str:
        """The criterion it belongs to: DQ1 of DQ1.1."""
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Dimension:
    """One dimension: its criteria, those it cannot do without, and when its number is shown."""

    id: str
    en: str
    name_id: str
    criteria: tuple[str, ...]
    core: tuple[str, ...]
    headline: bool
    minimum: Mapping[str, int]
    settled: Mapping[str, float]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Formulas:
    """One version of the formulas with the constants of the draws."""

    version: str
    seed: int
    draws: int
    weightings: int
    floor: float
    few_voices: float
    order_kept: float
    indicators: Mapping[str, Indicator]
    dimensions: Mapping[str, Dimension]

    @cached_property
    def criteria(self) -> dict[str, list[str]]:
        """The indicators of each criterion, those shown beside a dimension too."""
        found: dict[str, list[str]] = {}
        for indicator in self.indicators.values():
            found.setdefault(indicator.criterion, []).append(indicator.id)
        return found

    def relaxed(self) -> Formulas:
        """The same formulas with all minimums and denominator floors off."""
        loose = {
            name: replace(i, minimum=dict.fromkeys(i.minimum, 0), floor=0)
            for name, i in self.indicators.items()
        }
        bare = {name: replace(d, minimum={}) for name, d in self.dimensions.items()}
        return replace(self, indicators=loose, dimensions=bare)


def load_formulas(path: str | Path | None = None) -> Formulas:
    """Read the formulas from a TOML file, the package's own unless another is named."""
    found = (
        _toml("indicators.toml") if path is None else tomllib.loads(Path(path).read_text("utf-8"))
    )
    names = ("version", "seed", "draws", "weightings", "floor", "few_voices", "order_kept")
    return Formulas(
        **{name: found[name] for name in names},
        indicators={name: _indicator(name, said) for name, said in found["indicators"].items()},
        dimensions={name: _dimension(name, said) for name, said in found["dimensions"].items()},
    )


def load_framework() -> dict[str, Any]:
    """The judged part: categories, criteria, questions, enabling conditions, context factors."""
    return _toml("framework.toml")


def load_headlines() -> dict[str, Any]:
    """The sentences of the headline and the edges of its bands."""
    return _toml("headlines.toml")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def _indicator(name: str, said: Mapping[str, Any]) -> Indicator:
    low, high, direction = said["goalpost"]
    return Indicator(
        id=name,
        en=said["en"],
        name_id=said["id"],
        formula=said["formula"],
        goalpost=(low, high, direction),
        minimum=said["minimum"],
        floor=said.get("denominator_floor", 0),
        scale=said.get("scale", 1),
        interval=said.get("interval", "bootstrap"),
        caveat_en=said.get("caveat_en", ""),
        caveat_id=said.get("caveat_id", ""),
        extra={key: said[key] for key in ("kappa", "audited", "confirmed") if key in said},
    )


def _dimension(name: str, said: Mapping[str, Any]) -> Dimension:
    return Dimension(
        id=name,
        en=said["en"],
        name_id=said["id"],
        criteria=tuple(said["criteria"]),
        core=tuple(said["core"]),
        headline=said["headline"],
        minimum=said.get("minimum", {}),
        settled=said.get("settled", {}),
        runs=tuple(said.get("runs", ())),
    )
