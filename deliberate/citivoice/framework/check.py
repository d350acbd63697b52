"""Consistency check of the data files: ids, both languages, goalposts, references."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import product
from pathlib import Path
from typing import Any

from deliberate.citivoice.framework.catalogue import FILES, RULES, data_folder
from deliberate.citivoice.framework.headline import LANGUAGES
from deliberate.citivoice.indicators.context_figures import columns_in
from deliberate.citivoice.reduction.facts import column_types

TomlTable = Mapping[str, Any]

# The indicators that the code measures, each with the opportunities it counts.
MEASURED = {
    "DQ1.1": "comments threads",
    "DQ1.2": "comments threads",
    "DQ2.1": "comments threads",
    "DQ2.2": "comments threads",
    "DQ3.1": "stance_replies",
    "DQ3.2": "threads",
    "DQ4.1": "threads",
    "DQ4.2": "comments people",
    "DQ5.1": "coded",
    "DQ6.1": "comments",
    "RS1.1": "asked_30d",
    "RS2.1": "asked_30d",
    "RS3.1": "asked_58d",
    "RS4.1": "proposals",
    "RS5.1": "accepted_90d",
    "RS6.1": "contributions_30d",
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
RUNS = ("pair_cap_3", "without_top5", "without_new", "verified_only", "whole_span")
NUMBERS = ("seed", "draws", "weightings", "floor", "few_voices", "order_kept")
INTERVALS = ("bootstrap", "expanded", "wilson", "none")
BANDS = ("low", "middle", "high")
LISTS = ("scale_names", "categories", "enabling_conditions", "barriers", "context_factors")
RUBRIC_STAGES = ("ex_ante", "ex_post")
SENTENCES = {
    "DQ": ("else",),
    "DQ1": BANDS,
    "DQ3": ("low", "one_sided"),
    "DQ4": ("low",),
    "RS1.1": BANDS,
    "SP": (*BANDS, "else"),
}
"""The sentences of the headline by what they are said of."""
WORDS = ("uncertain", "first_week")


class UnreadableFiles(ValueError):
    """Raised where a data file is missing or is not valid TOML."""


@dataclass(frozen=True)
class Flaw:
    """A problem in a data file: file, place in the file, problem."""

    file: str
    where: str
    what: str


def find_flaws(source: str | Path | None = None) -> list[Flaw]:
    """Return every problem in the three data files of a folder (default: the installed ones).

    Raises `UnreadableFiles`.
    """
    folder: Traversable = Path(source) if source else data_folder()
    values = {name: _read(folder, name) for name in FILES}
    entries = {
        "indicators.toml": _formulas(values["indicators.toml"]),
        "headlines.toml": _headlines(values["headlines.toml"], values["indicators.toml"]),
        "framework.toml": _framework(values["framework.toml"], values["indicators.toml"]),
    }
    return [
        Flaw(name, where, problem) for name, lines in entries.items() for where, problem in lines
    ]


def _read(folder: Traversable, name: str) -> TomlTable:
    try:
        return tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFiles(f"{name}: {error}") from error


Lines = Iterator[tuple[str, str]]


def _formulas(values: TomlTable) -> Lines:
    yield from _version(values)
    yield from ((name, "is not a number") for name in NUMBERS if not _is_number(values.get(name)))
    indicators, dimensions = _tables(values, "indicators"), _tables(values, "dimensions")
    yield from (
        (name, "is no rule that the code knows")
        for name in values.get("rules", ())
        if name not in RULES
    )
    yield from _differing_names(indicators, MEASURED, "is not measured", "is missing")
    yield from _differing_names(dimensions, DIMENSIONS, "is no dimension", "is missing")
    for name, entry in indicators.items():
        if name in MEASURED:
            yield from _under(name, _indicator(name, entry))
    criteria = {name.split(".")[0] for name in indicators}
    for name, entry in dimensions.items():
        yield from _under(name, _dimension(entry, criteria))


def _under(name: str, problems: Iterable[str]) -> Lines:
    """Yield the problems of an entry with its name."""
    return ((name, problem) for problem in problems)


def _indicator(name: str, values: TomlTable) -> Iterator[str]:
    yield from _missing_texts(values)
    if not str(values.get("formula", "")).strip():
        yield "has no formula"
    yield from _goalpost(values.get("goalpost"))
    yield from _minimum(name, values.get("minimum"))
    if values.get("interval", "bootstrap") not in INTERVALS:
        yield f"interval is none of {', '.join(INTERVALS)}"
    yield from (
        f"{key} is not a number" for key in NEEDS.get(name, ()) if not _is_number(values.get(key))
    )
    if not all(values.get(f"why_{language}") for language in LANGUAGES):
        yield "does not say why its goalposts stand there"
    if not values.get("acts"):
        yield "does not name the acts it is counted from"
    if bool(values.get("caveat_en")) != bool(values.get("caveat_id")):
        yield "its caveat is in entry language only"


def _minimum(name: str, minimum: object) -> Iterator[str]:
    if not isinstance(minimum, dict) or not minimum:
        yield "has no minimum"
        return
    known = MEASURED[name].split()
    yield from (f"minimum {n} is not counted for it" for n in minimum if n not in known)
    yield from (f"minimum {n} is not a number" for n, v in minimum.items() if not _is_number(v))


def _goalpost(values: Any) -> Iterator[str]:
    if not isinstance(values, list) or len(values) != 3 or not all(map(_is_number, values[:2])):
        yield 'goalpost is not [low, high, "up" or "down"]'
        return
    if values[0] >= values[1]:
        yield f"goalpost {values[0]} is not below {values[1]}"
    if values[2] not in ("up", "down"):
        yield "goalpost goes neither up nor down"


def _dimension(values: TomlTable, criteria: Iterable[str]) -> Iterator[str]:
    yield from _missing_texts(values)
    if not isinstance(values.get("headline"), bool):
        yield "headline is neither true nor false"
    mine = values.get("criteria", [])
    if not mine:
        yield "has no criteria"
    yield from (f"criterion {name} has no indicator" for name in mine if name not in criteria)
    yield from (
        f"core {name} is not its criterion" for name in values.get("core", []) if name not in mine
    )
    asked = {**values.get("minimum", {}), **values.get("settled", {})}
    known = (*OPPORTUNITIES, "half_width")
    yield from (f"{name} is not counted" for name in asked if name not in known)
    yield from (f"run {name} is unknown" for name in values.get("runs", []) if name not in RUNS)


def _headlines(values: TomlTable, formulas: TomlTable) -> Lines:
    yield from _version(values)
    if values.get("version") != formulas.get("version"):
        yield "version", "is not that of the indicators"
    edges: list[Any] = [0, values.get("low"), values.get("high"), 1]
    if not all(map(_is_number, edges)) or edges != sorted(set(edges)):
        yield "low, high", "are not 0 < low < high < 1"
    for word in WORDS:
        yield from _under(word, _missing_texts(values.get(word, {})))
    for name, entry in values.items():
        if isinstance(entry, dict) and name not in (*WORDS, *SENTENCES):
            yield name, "is neither dimension nor indicator"
    yield from _sentences(values)


def _sentences(values: TomlTable) -> Lines:
    for name, bands in SENTENCES.items():
        if name not in values:
            yield name, "has no sentences"
        for band in bands:
            texts = values.get(name, {}).get(band, {})
            yield from _under(f"{name}.{band}", _missing_texts(texts))


def _framework(values: TomlTable, formulas: TomlTable) -> Lines:
    yield from _version(values)
    logged = {name.split(".")[0] for name in _tables(formulas, "indicators")}
    logged |= set(_tables(formulas, "dimensions")) | set(_tables(values, "beside"))
    yield from _context_figures(_tables(values, "beside"))
    for group in LISTS:
        if not _tables(values, group):
            yield group, "is empty"
        for name, entry in _tables(values, group).items():
            yield from _under(f"{group}.{name}", _missing_texts(entry))
    categories = _tables(values, "categories")
    for name, entry in _tables(values, "criteria").items():
        if not re.fullmatch(r"[A-Z]{2}\d+", name) or name[:2] not in categories:
            yield name, "begins with no category"
        yield from _criterion(name, entry, logged)
    yield from _rubric(values)
    yield from _replaced(values)


def _criterion(name: str, entry: TomlTable, logged: Collection[str]) -> Lines:
    yield from _under(name, _missing_texts(entry))
    unknown = (c for c in entry.get("logged", []) if c not in logged)
    yield from _under(name, (f"logged {c} is unknown" for c in unknown))
    yield from _questions(name, entry.get("questions", []))


def _context_figures(figures: Mapping[str, TomlTable]) -> Lines:
    known = column_types("process_facts")
    for name, entry in figures.items():
        yield from ((f"beside.{name}", problem) for problem in _missing_texts(entry))
        columns = columns_in(str(entry.get("formula", "")))
        if len(columns) > 2:
            yield f"beside.{name}", "formula is neither a count nor a share"
        yield from (
            (f"beside.{name}", f"formula counts unknown column {c or '(none)'}")
            for c in columns
            if known.get(c) is not int
        )


def _questions(criterion: str, questions: list[TomlTable]) -> Lines:
    if not questions:
        yield criterion, "has no question"
    names = Counter(str(entry["question"]) for entry in questions if entry.get("question"))
    twice = sorted(name for name, count in names.items() if count > 1)
    yield from _under(criterion, (f"question {name} is there twice" for name in twice))
    for position, entry in enumerate(questions, 1):
        name = entry.get("question") or f"{criterion}, question {position}"
        if not str(name).startswith(criterion):
            yield str(name), f"stands under {criterion}"
        yield from _under(str(name), _missing_texts(entry))


def _replaced(values: TomlTable) -> Lines:
    """Yield what is wrong in the map from earlier questions to those that replaced them."""
    criteria = _tables(values, "criteria").values()
    asked = {str(q.get("question")) for entry in criteria for q in entry.get("questions", [])}
    for old, names in values.get("replaced", {}).items():
        if old in asked:
            yield f"replaced.{old}", "is still asked"
        unknown = [str(name) for name in names if name not in asked]
        yield from ((f"replaced.{old}", f"question {name} is not asked") for name in unknown)


def _rubric(values: TomlTable) -> Lines:
    rubric, size = _tables(values, "rubric"), len(values.get("scale", ()))
    criteria = _tables(values, "criteria").values()
    names = [str(q.get("question")) for entry in criteria for q in entry.get("questions", [])]
    names += _tables(values, "enabling_conditions")
    yield from _differing_names(rubric, names, "describes no question", "has no rubric")
    for name, stage in product(rubric, RUBRIC_STAGES):
        texts = _tables(rubric, name).get(stage, {})
        yield from (
            (f"rubric.{name}.{stage}", f"has not {size} texts in {key}")
            for key in (*LANGUAGES, *(f"example_{language}" for language in LANGUAGES))
            if len([text for text in texts.get(key, ()) if str(text).strip()]) != size
        )


def _version(values: TomlTable) -> Lines:
    if not re.fullmatch(r"\d+(\.\d+)*", str(values.get("version", ""))):
        yield "version", "is missing or no version like 1.0"


def _missing_texts(values: TomlTable) -> Iterator[str]:
    for language in LANGUAGES:
        if not isinstance(values.get(language), str) or not values[language].strip():
            yield f"has no text in {language}"


def _differing_names(entries: TomlTable, known: Iterable[str], extra: str, lacking: str) -> Lines:
    yield from ((name, extra) for name in entries if name not in known)
    yield from ((name, lacking) for name in known if name not in entries)


def _tables(values: TomlTable, group: str) -> dict[str, TomlTable]:
    entries = values.get(group)
    return (
        {k: v for k, v in entries.items() if isinstance(v, dict)}
        if isinstance(entries, dict)
        else {}
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
