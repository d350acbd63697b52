"""Files of a comparison of releases: pages in both languages and two tables."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deliberate import citivoice
from deliberate.exports.columns import SCORES
from deliberate.exports.csv_writer import write_rows
from deliberate.exports.installations.scored_releases import ScoredRelease
from deliberate.exports.release_builder import score_rows
from deliberate.extensions import load_translations

SOURCE_COLUMNS = ("source", "home", "process", "title", "log_size", "log_root", "rows_in_log")
CLAIM_COLUMNS = (
    *("first", "second", "dimension", "difference", "ci_low", "ci_high"),
    *("order_kept", "claim", "reason", "criteria"),
)
PAGES = {"en": ("index.html", "English"), "id": ("index.id.html", "Bahasa Indonesia")}
"""File name and name of each language."""
STYLESHEET = "deliberate.css"


@dataclass(frozen=True)
class ComparedPair:
    """Two releases and the claims about each dimension that their data supports."""

    first: ScoredRelease
    second: ScoredRelease
    claims: Mapping[str, Mapping[str, Any]]


def compare_releases(releases: Sequence[ScoredRelease]) -> list[ComparedPair]:
    """Return every pair of releases with its claims. Raises citivoice.NotComparable."""
    return [
        ComparedPair(first, second, citivoice.compare(first.scores, second.scores))
        for first, second in combinations(releases, 2)
    ]


def write_comparison(
    folder: Path,
    releases: Sequence[ScoredRelease],
    pairs: Sequence[ComparedPair],
    templates: Path,
    static: Path,
) -> list[str]:
    """Write the pages and tables into a folder and return the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = (*SOURCE_COLUMNS, *(column.name for column in SCORES))
    write_rows(folder / "scores.csv", columns, _score_rows(releases))
    write_rows(folder / "claims.csv", CLAIM_COLUMNS, _claim_rows(pairs))
    shutil.copyfile(static / STYLESHEET, folder / STYLESHEET)
    for language, (name, _title) in PAGES.items():
        page = _render(language, releases, pairs, templates)
        (folder / name).write_text(page, encoding="utf-8")
    return ["scores.csv", "claims.csv", STYLESHEET, *(name for name, _title in PAGES.values())]


def _score_rows(releases: Sequence[ScoredRelease]) -> Iterator[dict[str, object]]:
    for release in releases:
        source = {
            "source": release.source,
            "home": release.home,
            "process": release.manifest.get("process"),
            "title": release.title,
            "log_size": release.head.get("size"),
            "log_root": release.head.get("root"),
            "rows_in_log": release.rows,
        }
        for row in score_rows(release.scores):
            yield row | source


def _claim_rows(pairs: Sequence[ComparedPair]) -> Iterator[dict[str, object]]:
    for pair in pairs:
        for name, claim in pair.claims.items():
            low, high = claim["ci"] or (None, None)
            yield {
                "first": pair.first.source,
                "second": pair.second.source,
                "dimension": name,
                "difference": claim["difference"],
                "ci_low": low,
                "ci_high": high,
                "order_kept": claim["order_kept"],
                "claim": claim["claim"],
                "reason": claim.get("reason"),
                "criteria": " ".join(claim["criteria"]),
            }


def _render(
    language: str,
    releases: Sequence[ScoredRelease],
    pairs: Sequence[ComparedPair],
    templates: Path,
) -> str:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # by the extension
        load_translations(language), newstyle=True
    )
    other = "id" if language == "en" else "en"
    file, name = PAGES[other]
    return environment.get_template("scores/comparison_file.html").render(
        language=language,
        other={"language": other, "file": file, "name": name},
        releases=releases,
        documents=[release.scores.to_dict() for release in releases],
        pairs=pairs,
        formulas=releases[0].scores.formulas,
        number=partial(format_decimal, format="#,##0", locale=language),
        signed=partial(format_decimal, format="+0;-0", locale=language),
    )
