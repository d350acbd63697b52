"""The formulas in force: indicators, criteria and dimensions as the data files describe them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

FILES = ("indicators.toml", "headlines.toml", "framework.toml")


class UnknownFormulas(ValueError):
    """There are no formulas of that version."""


@dataclass(frozen=True)
class Indicator:
    """One indicator: its names, formula in words (both languages), goalposts and minimums.

    The first of `minimum` is the opportunity printed as n; a denominator below `floor` is taken
    as `floor`, because reaching one is an achievement already. `why` says where the goalposts
    come from, `acts` names the kinds of acts it is counted from.
    """

    id: str
    en: str
    name_id: str
    formula: str
    formula_id: str
    goalpost: tuple[float, float, str]
    minimum: Mapping[str, int]
    floor: int
    scale: int
    interval: str
    caveat_en: str
    caveat_id: str
    why_en: str
    why_id: str
    acts: tuple[str, ...]
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
    """Read the formulas from a TOML file, those in force unless another is named."""
    return _formulas(
        _toml("indicators.toml") if path is None else tomllib.loads(Path(path).read_text("utf-8"))
    )


def formulas_of(version: str) -> Formulas:
    """The formulas of one version: those in force, or kept beside them as `indicators-*.toml`.

    Raises `UnknownFormulas`, which names those there are.
    """
    known = {str(said["version"]): said for said in _kept()}
    if version not in known:
        raise UnknownFormulas(f"no formulas {version!r}; known are {', '.join(sorted(known))}")
    return _formulas(known[version])


def load_framework() -> dict[str, Any]:
    """The judged part: categories, criteria, questions, enabling conditions, context factors."""
    return _toml("framework.toml")


def load_headlines() -> dict[str, Any]:
    """The sentences of the headline and the edges of its bands."""
    return _toml("headlines.toml")


def folder() -> Traversable:
    """Where the data files are."""
    return files(__package__)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((folder() / name).read_text(encoding="utf-8"))


def _kept() -> list[dict[str, Any]]:
    names = sorted(file.name for file in folder().iterdir())
    older = [name for name in names if name.startswith("indicators-") and name.endswith(".toml")]
    return [_toml(name) for name in (*older, "indicators.toml")]


def _formulas(found: Mapping[str, Any]) -> Formulas:
    names = ("version", "seed", "draws", "weightings", "floor", "few_voices", "order_kept")
    return Formulas(
        **{name: found[name] for name in names},
        indicators={name: _indicator(name, said) for name, said in found["indicators"].items()},
        dimensions={name: _dimension(name, said) for name, said in found["dimensions"].items()},
    )


def _indicator(name: str, said: Mapping[str, Any]) -> Indicator:
    low, high, direction = said["goalpost"]
    return Indicator(
        id=name,
        en=said["en"],
        name_id=said["id"],
        formula=said["formula"],
        formula_id=said.get("formula_id", said["formula"]),
        goalpost=(low, high, direction),
        minimum=said["minimum"],
        floor=said.get("denominator_floor", 0),
        scale=said.get("scale", 1),
        interval=said.get("interval", "bootstrap"),
        caveat_en=said.get("caveat_en", ""),
        caveat_id=said.get("caveat_id", ""),
        why_en=said.get("why_en", ""),
        why_id=said.get("why_id", ""),
        acts=tuple(said.get("acts", ())),
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
