"""Whether the data files hold together: ids, both languages, goalposts, references."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from deliberate.citivoice.catalogue import FILES, folder
from deliberate.citivoice.context_figures import columns_in
from deliberate.citivoice.facts import columns_of
from deliberate.citivoice.headline import LANGUAGES

Said = Mapping[str, Any]

# What the code measures: each indicator with the opportunities it counts.
MEASURED = {
    "DQ1.1": "comments threads",
    "DQ1.2": "comments threads",
    "DQ2.1": "comments threads",
    "DQ2.2": "comments threads",
    "DQ3.1": "stance_replies",
    "DQ3.2": "threads",
    "DQ4.1": "threads",
    "DQ5.1": "coded",
    "DQ6.1": "comments",
    "RS1.1": "asked_30d",
    "RS2.1": "asked_30d",
    "RS3.1": "asked_58d",
    "RS4.1": "proposals",
    "RS5.1": "accepted_90d",
    "SP1.1": "newcomers",
    "SP2.1": "people",
    "SP3.1": "answers people",
    "SP4.1": "weeks",
    "SP5.1": "people",
    "IN1.1": "declared",
    "IN2.1": "declared",
    "IN3.1": "comments people",
}
NEEDS = {"DQ5.1": ("kappa",), "RS2.1": ("audited", "confirmed")}
DIMENSIONS = ("DQ", "RS", "SP", "IN")
OPPORTUNITIES = ("threads_of_5", "comments", "authors", "clusters")
RUNS = ("pair_cap_3", "without_top5", "without_new")
NUMBERS = ("seed", "draws", "weightings", "floor", "few_voices", "order_kept")
INTERVALS = ("bootstrap", "wilson", "none")
BANDS = ("low", "middle", "high")


class UnreadableFiles(ValueError):
    """A data file is missing or is no TOML."""


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong in a data file: where, and what."""

    file: str
    where: str
    what: str


def flaws(source: str | Path | None = None) -> list[Flaw]:
    """Everything wrong in the three data files of a folder, the package's own unless named.

    Raises `UnreadableFiles`.
    """
    place: Traversable = Path(source) if source else folder()
    said = {name: _read(place, name) for name in FILES}
    found = {
        "indicators.toml": _formulas(said["indicators.toml"]),
        "headlines.toml": _headlines(said["headlines.toml"], said["indicators.toml"]),
        "framework.toml": _framework(said["framework.toml"], said["indicators.toml"]),
    }
    return [Flaw(name, where, what) for name, lines in found.items() for where, what in lines]


def _read(place: Traversable, name: str) -> Said:
    try:
        return tomllib.loads((place / name).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFiles(f"{name}: {error}") from error


Lines = Iterator[tuple[str, str]]


def _formulas(said: Said) -> Lines:
    yield from _version(said)
    yield from ((name, "is no number") for name in NUMBERS if not _is_number(said.get(name)))
    indicators, dimensions = _tables(said, "indicators"), _tables(said, "dimensions")
    yield from _unlike(indicators, MEASURED, "is not measured", "is missing")
    yield from _unlike(dimensions, DIMENSIONS, "is no dimension", "is missing")
    for name, one in indicators.items():
        if name in MEASURED:
            yield from ((name, what) for what in _indicator(name, one))
    criteria = {name.split(".")[0] for name in indicators}
    for name, one in dimensions.items():
        yield from ((name, what) for what in _dimension(one, criteria))


def _indicator(name: str, said: Said) -> Iterator[str]:
    yield from _speechless(said)
    if not str(said.get("formula", "")).strip():
        yield "has no formula"
    yield from _goalpost(said.get("goalpost"))
    minimum = said.get("minimum")
    if not isinstance(minimum, dict) or not minimum:
        yield "has no minimum"
    else:
        known = MEASURED[name].split()
        yield from (f"minimum {n} is not counted for it" for n in minimum if n not in known)
        yield from (f"minimum {n} is no number" for n, v in minimum.items() if not _is_number(v))
    if said.get("interval", "bootstrap") not in INTERVALS:
        yield f"interval is none of {', '.join(INTERVALS)}"
    yield from (
        f"{key} is no number" for key in NEEDS.get(name, ()) if not _is_number(said.get(key))
    )
    if not all(said.get(f"why_{language}") for language in LANGUAGES):
        yield "does not say why its goalposts stand there"
    if not said.get("acts"):
        yield "does not name the acts it is counted from"
    if bool(said.get("caveat_en")) != bool(said.get("caveat_id")):
        yield "its caveat is in one language only"


def _goalpost(said: Any) -> Iterator[str]:
    if not isinstance(said, list) or len(said) != 3 or not all(map(_is_number, said[:2])):
        yield 'goalpost is not [low, high, "up" or "down"]'
        return
    if said[0] >= said[1]:
        yield f"goalpost {said[0]} is not below {said[1]}"
    if said[2] not in ("up", "down"):
        yield "goalpost goes neither up nor down"


def _dimension(said: Said, criteria: Iterable[str]) -> Iterator[str]:
    yield from _speechless(said)
    if not isinstance(said.get("headline"), bool):
        yield "headline is neither true nor false"
    mine = said.get("criteria", [])
    if not mine:
        yield "has no criteria"
    yield from (f"criterion {name} has no indicator" for name in mine if name not in criteria)
    yield from (
        f"core {name} is not its criterion" for name in said.get("core", []) if name not in mine
    )
    asked = {**said.get("minimum", {}), **said.get("settled", {})}
    known = (*OPPORTUNITIES, "half_width")
    yield from (f"{name} is not counted" for name in asked if name not in known)
    yield from (f"run {name} is unknown" for name in said.get("runs", []) if name not in RUNS)


def _headlines(said: Said, formulas: Said) -> Lines:
    yield from _version(said)
    edges: list[Any] = [0, said.get("low"), said.get("high"), 1]
    if not all(map(_is_number, edges)) or edges != sorted(set(edges)):
        yield "low, high", "are not 0 < low < high < 1"
    yield from (("uncertain", what) for what in _speechless(said.get("uncertain", {})))
    known = {**_tables(formulas, "indicators"), **_tables(formulas, "dimensions")}
    parts = {name: one for name, one in said.items() if isinstance(one, dict)}
    for name in ("DQ", "RS1.1", "SP"):
        if name not in parts:
            yield name, "has no sentences"
    for name, bands in parts.items():
        if name == "uncertain":
            continue
        if name not in known:
            yield name, "is neither dimension nor indicator"
        for band in (*BANDS, *(("else",) if name in DIMENSIONS else ())):
            yield from ((f"{name}.{band}", what) for what in _speechless(bands.get(band, {})))


def _framework(said: Said, formulas: Said) -> Lines:
    yield from _version(said)
    logged = {name.split(".")[0] for name in _tables(formulas, "indicators")}
    logged |= set(_tables(formulas, "dimensions")) | set(_tables(said, "beside"))
    yield from _beside(_tables(said, "beside"))
    categories = _tables(said, "categories")
    for group in ("scale_names", "categories", "enabling_conditions", "context_factors"):
        if not _tables(said, group):
            yield group, "is empty"
        for name, one in _tables(said, group).items():
            yield from ((f"{group}.{name}", what) for what in _speechless(one))
    for name, one in _tables(said, "criteria").items():
        if not re.fullmatch(r"[A-Z]{2}\d+", name) or name[:2] not in categories:
            yield name, "begins with no category"
        yield from ((name, what) for what in _speechless(one))
        yield from (
            (name, f"logged {c} is unknown") for c in one.get("logged", []) if c not in logged
        )
        yield from _questions(name, one.get("questions", []))


def _beside(figures: Mapping[str, Said]) -> Lines:
    known = columns_of("process_facts")
    for name, one in figures.items():
        yield from ((f"beside.{name}", what) for what in _speechless(one))
        columns = columns_in(str(one.get("formula", "")))
        if len(columns) > 2:
            yield f"beside.{name}", "formula is neither a count nor a share"
        yield from (
            (f"beside.{name}", f"formula counts no {c or 'thing'}")
            for c in columns
            if known.get(c) is not int
        )


def _questions(criterion: str, questions: list[Said]) -> Lines:
    if not questions:
        yield criterion, "has no question"
    names = [str(one["question"]) for one in questions if one.get("question")]
    yield from (
        (criterion, f"question {name} is there twice")
        for name in sorted({name for name in names if names.count(name) > 1})
    )
    for place, one in enumerate(questions, 1):
        name = one.get("question") or f"{criterion}, question {place}"
        if not str(name).startswith(criterion):
            yield str(name), f"stands under {criterion}"
        yield from ((str(name), what) for what in _speechless(one))


def _version(said: Said) -> Lines:
    if not re.fullmatch(r"\d+(\.\d+)*", str(said.get("version", ""))):
        yield "version", "is missing or no version like 1.0"


def _speechless(said: Said) -> Iterator[str]:
    for language in LANGUAGES:
        if not isinstance(said.get(language), str) or not said[language].strip():
            yield f"has no words in {language}"


def _unlike(found: Said, known: Iterable[str], extra: str, lacking: str) -> Lines:
    yield from ((name, extra) for name in found if name not in known)
    yield from ((name, lacking) for name in known if name not in found)


def _tables(said: Said, group: str) -> dict[str, Said]:
    found = said.get(group)
    return (
        {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
