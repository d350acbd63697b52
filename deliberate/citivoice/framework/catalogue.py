"""The formulas: indicators, criteria and dimensions as the data files describe them."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

RULES = (
    "standing_sides",
    "due_weeks",
    "arrival_clusters",
    "whole_core",
    "named_marks",
    "named_clauses",
)
"""What a version may do: sides taken from what stood then, weeks followed up, people clustered by
what brought them in, no dimension without its whole core, marks and clauses that say why."""
FILES = ("indicators.toml", "headlines.toml", "framework.toml")


class UnknownFormulas(ValueError):
    """Raised for a version of the formulas that does not exist."""


@dataclass(frozen=True)
class Indicator:
    """An indicator: names, formula in words (both languages), goalposts and minimums.

    The first entry of `minimum` is the opportunity printed as n. A denominator below `floor` is
    replaced by `floor`, because reaching one is an achievement already. `why` cites where the
    goalposts come from, `acts` the kinds of acts that are counted.
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
    source: str = ""
    """Whom the formula follows; empty for this project's own."""

    @property
    def criterion(self) -> str:
        """Return the id of its criterion: DQ1 for DQ1.1."""
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Dimension:
    """A dimension: its criteria, the required (core) ones, and the minimum to show a score."""

    id: str
    en: str
    name_id: str
    criteria: tuple[str, ...]
    core: tuple[str, ...]
    headline: bool
    minimum: Mapping[str, int]
    settled: Mapping[str, float]
    runs: tuple[str, ...]
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Names of the dimension (in each language) by the criterion that its source cannot carry."""


@dataclass(frozen=True)
class Formulas:
    """One version of the formulas with the constants of the bootstrap."""

    version: str
    seed: int
    draws: int
    weightings: int
    floor: float
    few_voices: float
    order_kept: float
    indicators: Mapping[str, Indicator]
    dimensions: Mapping[str, Dimension]
    rules: frozenset[str] = frozenset()
    """What this version does otherwise than the first: names of `RULES`."""
    geometric: frozenset[str] = frozenset()
    """The criteria that are geometric means of their indicators."""
    bands: tuple[float, float] = (0.35, 0.60)

    @cached_property
    def criteria(self) -> dict[str, list[str]]:
        """Return the indicator ids of each criterion, including criteria outside the dimensions."""
        by_criterion: dict[str, list[str]] = {}
        for indicator in self.indicators.values():
            by_criterion.setdefault(indicator.criterion, []).append(indicator.id)
        return by_criterion

    def relaxed(self) -> Formulas:
        """Return the same formulas without minimums and denominator floors."""
        loose = {
            name: replace(i, minimum=dict.fromkeys(i.minimum, 0), floor=0)
            for name, i in self.indicators.items()
        }
        bare = {name: replace(d, minimum={}) for name, d in self.dimensions.items()}
        return replace(self, indicators=loose, dimensions=bare)


def load_formulas(path: str | Path | None = None) -> Formulas:
    """Return the formulas from a TOML file (default: the current version)."""
    if path is None:
        return _current_formulas(str(data_folder()))
    return _formulas(tomllib.loads(Path(path).read_text("utf-8")))


@cache
def _current_formulas(_folder: str) -> Formulas:
    return _formulas(read_toml("indicators.toml"))


def get_formulas(version: str) -> Formulas:
    """Return the formulas of one version: the current one or an older `indicators-*.toml`.

    Raises `UnknownFormulas` with the known versions.
    """
    known = {str(values["version"]): values for values in _all_versions()}
    if version not in known:
        raise UnknownFormulas(f"no formulas {version!r}; known are {', '.join(sorted(known))}")
    return _formulas(known[version])


def load_framework(version: str | None = None) -> dict[str, Any]:
    """Return categories, criteria, questions, enabling conditions and context factors.

    Of an earlier version the questions as they were asked then: those of the first file that is
    not older. An unknown newer version, as of a framework that was replaced, has the present ones.
    """
    older = sorted(_framework_versions(), key=_ordered)
    file = next((name for name in older if version and _ordered(version) <= _ordered(name)), None)
    return read_toml(f"framework-{file}.toml" if file else "framework.toml")


def _framework_versions() -> list[str]:
    """Return the earlier versions of the framework that have a file."""
    names = (file.name for file in data_folder().iterdir())
    pattern = re.compile(r"framework-([\d.]+)\.toml")
    return [found[1] for name in names if (found := pattern.fullmatch(name))]


def _ordered(version: str) -> tuple[int, ...]:
    """Return a version so that 1.10 is after 1.9; a version that is no number is the newest."""
    parts = version.split(".")
    return tuple(map(int, parts)) if all(map(str.isdecimal, parts)) else (sys.maxsize,)


def load_code_books() -> dict[str, Any]:
    """Return the code books of samples by kind: question, note, and codes with examples."""
    books: dict[str, Any] = read_toml("codebooks.toml")["books"]
    return books


def load_headlines(version: str | None = None) -> Mapping[str, Any]:
    """Return the sentences of the headline and the edges of its bands, as of a version."""
    return _headlines(version, str(data_folder()))


@cache
def _headlines(version: str | None, _folder: str) -> Mapping[str, Any]:
    older = f"headlines-{version}.toml"
    return read_toml(older if (data_folder() / older).is_file() else "headlines.toml")


def data_folder() -> Traversable:
    """Return the folder of the data files."""
    return files(__package__)


def read_toml(name: str) -> dict[str, Any]:
    """Return the values of a data file."""
    return tomllib.loads((data_folder() / name).read_text(encoding="utf-8"))


def _all_versions() -> list[dict[str, Any]]:
    names = sorted(file.name for file in data_folder().iterdir())
    older = [name for name in names if name.startswith("indicators-") and name.endswith(".toml")]
    return [read_toml(name) for name in (*older, "indicators.toml")]


def _formulas(values: Mapping[str, Any]) -> Formulas:
    names = ("version", "seed", "draws", "weightings", "floor", "few_voices", "order_kept")
    return Formulas(
        **{name: values[name] for name in names},
        rules=frozenset(values.get("rules", ())),
        geometric=frozenset(values.get("geometric", ())),
        bands=tuple(values.get("bands", (0.35, 0.60))),
        indicators={
            name: _indicator(name, {"interval": values.get("interval", "bootstrap")} | entry)
            for name, entry in values["indicators"].items()
        },
        dimensions={
            name: _dimension(name, values) for name, values in values["dimensions"].items()
        },
    )


def _indicator(name: str, values: Mapping[str, Any]) -> Indicator:
    low, high, direction = values["goalpost"]
    return Indicator(
        id=name,
        en=values["en"],
        name_id=values["id"],
        formula=values["formula"],
        formula_id=values.get("formula_id", values["formula"]),
        goalpost=(low, high, direction),
        minimum=values["minimum"],
        floor=values.get("denominator_floor", 0),
        scale=values.get("scale", 1),
        interval=values["interval"],
        caveat_en=values.get("caveat_en", ""),
        caveat_id=values.get("caveat_id", ""),
        why_en=values.get("why_en", ""),
        why_id=values.get("why_id", ""),
        acts=tuple(values.get("acts", ())),
        extra={key: values[key] for key in ("kappa", "audited", "confirmed") if key in values},
        source=values.get("source", ""),
    )


def _dimension(name: str, values: Mapping[str, Any]) -> Dimension:
    return Dimension(
        id=name,
        en=values["en"],
        name_id=values["id"],
        criteria=tuple(values["criteria"]),
        core=tuple(values["core"]),
        headline=values["headline"],
        minimum=values.get("minimum", {}),
        settled=values.get("settled", {}),
        runs=tuple(values.get("runs", ())),
        variants=values.get("variants", {}),
    )
