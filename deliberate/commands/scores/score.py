"""`deliberate score`: the CitiVoice scores of a process, or of the files of a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import ScriptInfo

from deliberate import citivoice
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.config import InvalidSetting
from deliberate.exports.installations.release_archives import unpacked
from deliberate.exports.installations.scored_releases import differing_ids
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.release_files import (
    events_file,
    read_manifest,
    score_release_folder,
)
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary.events import EVENT_TYPES


@click.command("score", short_help="Score a process, or a release's files.")
@click.argument("source", metavar="PROCESS|RELEASE")
@click.option("--as-of", type=click.DateTime(), help="Rows before this moment (UTC).")
@click.option("--compare", "other", metavar="OTHER", help="Another process or release.")
@click.option("--formulas", "version", metavar="V", help="A version of the formulas.")
@click.option(
    "--engine",
    type=click.Choice(sorted(citivoice.ENGINES)),
    default="duckdb",
    help="What counts the rows; the numbers are the same.",
)
@click.option("--json", "as_json", is_flag=True, help="The whole document as JSON.")
def command(
    source: str,
    as_of: datetime | None,
    other: str | None,
    version: str | None,
    engine: str,
    as_json: bool,
) -> None:
    """Score a process by its address, or a release by its folder or zip.

    A release's own scores.csv is checked: exit code 1 if the numbers differ, 2 if it is unreadable.
    """
    moment = as_of.replace(tzinfo=UTC) if as_of else None
    try:
        formulas = citivoice.get_formulas(version) if version else None
        options = ScoringOptions(moment, formulas, engine)
        scores, differing = _scores(source, options)
        comparison = citivoice.compare(scores, _scores(other, options)[0]) if other else None
    except citivoice.NotComparable as error:
        fail(f"not comparable: {error}", WRONG_USE)
    except (citivoice.UnknownFormulas, citivoice.MissingEngine) as error:
        fail(str(error), WRONG_USE)
    except InvalidSetting:
        raise
    except (citivoice.UnreadableLog, OSError, ValueError, KeyError) as error:
        fail(f"{source}: {error}", WRONG_USE)
    click.echo(scores.to_json(comparison) if as_json else _table(scores, comparison), nl=False)
    if differing:
        fail(f"{source}: scores.csv differs for {', '.join(differing)}", FAILED)


@dataclass(frozen=True)
class ScoringOptions:
    """The end of the scored period, the formulas and the engine."""

    as_of: datetime | None
    formulas: citivoice.Formulas | None
    engine: str


def _scores(source: str, options: ScoringOptions) -> tuple[citivoice.Scores, list[str]]:
    path = Path(source)
    if path.is_dir() or path.suffix == ".zip":
        with unpacked(path) as folder:
            return _release_scores(folder, options)
    if path.exists() or "/" in source:
        raise citivoice.UnreadableLog("not the folder or ZIP file of a release")
    return _process_scores(source, options), []


def _process_scores(slug: str, options: ScoringOptions) -> citivoice.Scores:
    """Return the scores of a process. Only this needs the platform and its settings."""
    app = click.get_current_context().ensure_object(ScriptInfo).load_app()
    with app.app_context():
        process = get_process(slug)
        if process is None:
            fail(f"no process {slug!r} here, and no release folder or ZIP file", WRONG_USE)
        return compute_scores(process, options.as_of, options.formulas, options.engine)


def _release_scores(folder: Path, options: ScoringOptions) -> tuple[citivoice.Scores, list[str]]:
    _require_rows(read_manifest(folder), options)
    _report_unknown_kinds(citivoice.Log.from_files(events_file(folder)))
    scores = score_release_folder(
        folder, options.as_of, options.formulas, options.engine, whole=False
    )
    # The release's own numbers are comparable only under its formulas and for its whole period.
    is_comparable = options.as_of is None and scores.formulas.version == read_manifest(folder).get(
        "formulas"
    )
    return scores, differing_ids(folder / "scores.csv", scores) if is_comparable else []


def _require_rows(manifest: Mapping[str, Any], options: ScoringOptions) -> None:
    """Refuse an earlier end for a release without the rows of private acts.

    It has their totals over its whole period alone; without them other numbers would follow.
    """
    withheld = manifest.get("withheld")
    if options.as_of is not None and withheld:
        raise ValueError(
            f"--as-of needs every row, and this release has only totals of {', '.join(withheld)};"
            " choose a release of that day, or score the process on its platform"
        )


def _report_unknown_kinds(log: citivoice.Log) -> None:
    """Report acts of kinds that this version does not know; they are counted but not scored."""
    known = set(EVENT_TYPES)
    unknown = {kind: n for kind, n in citivoice.count_kinds(log).items() if kind not in known}
    if unknown:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in unknown.items())
        click.echo(f"deliberate: unknown kinds, counted and not scored: {kinds}", err=True)


def _table(scores: citivoice.Scores, comparison: dict[str, Any] | None) -> str:
    document = scores.to_dict()
    head = document["log_head"]
    lines = [
        f"{document['process']}  formulas {document['formulas']}  log entry {head['size']}",
        *_sealing_lines(document["sealing"]),
        document["headline"]["en"],
        "",
        f"{'':8}{'value':>9}{'score':>7}{'range':>15}{'n':>9}  state",
    ]
    lines += [_indicator_line(name, entry) for name, entry in document["indicators"].items()]
    lines += ["", *(_dimension_line(name, entry) for name, entry in document["dimensions"].items())]
    for name, claim in (comparison or {}).items():
        difference = _format_number(claim["difference"])
        lines.append(f"{name} compared: {claim['claim']} (difference {difference})")
    return "\n".join(lines) + "\n"


def _sealing_lines(counts: dict[str, int | None]) -> list[str]:
    """Return what is to be known about the times of the rows; nothing for unsealed rows."""
    if counts["sealed_late"] is None:
        return []
    return [
        f"{counts['sealed_late']} rows were sealed late;"
        f" {counts['source_dated']} carry the time of their source (import or seed)"
    ]


def _indicator_line(name: str, entry: dict[str, Any]) -> str:
    low, high = entry["ci"] or (None, None)
    interval = f"{_format_number(low)}-{_format_number(high)}" if entry["ci"] else ""
    state = entry["state"] + (f" ({entry['reason']})" if entry.get("reason") else "")
    value, score = _format_number(entry["value"], 4), _format_number(entry["normalised"])
    return f"{name:8}{value:>9}{score:>7}{interval:>15}{entry['n']:>9}  {state}"


def _dimension_line(name: str, entry: dict[str, Any]) -> str:
    low, high = entry["ci"] or (None, None)
    interval = f"{_format_number(low)}-{_format_number(high)}" if entry["ci"] else ""
    score = _format_number(entry["score"])
    state = f"{entry['state']} ({' '.join(entry['criteria_used'])})"
    return f"{name:8}{'':>9}{score:>7}{interval:>15}{'':>9}  {state}"


def _format_number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}".replace("0.", ".", 1)
