"""`deliberate score`: the CitiVoice scores of a process here, or of a release's files."""

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from flask.cli import ScriptInfo

from deliberate import citivoice
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.config import UnsafeSetting
from deliberate.exports.columns import SCORES
from deliberate.exports.release import score_rows
from deliberate.exports.tables import cell
from deliberate.queries.releases.release_files import events_in, manifest_of, scores_in
from deliberate.queries.scores.process_scores import process_named, scores_of
from deliberate.vocabulary import Kind


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
        formulas = citivoice.formulas_of(version) if version else None
        asked = Asked(moment, formulas, engine)
        scores, wrong = _scores(source, asked)
        comparison = citivoice.compare(scores, _scores(other, asked)[0]) if other else None
    except citivoice.NotComparable as error:
        fail(f"not comparable: {error}", WRONG_USE)
    except (citivoice.UnknownFormulas, citivoice.MissingEngine) as error:
        fail(str(error), WRONG_USE)
    except UnsafeSetting:
        raise
    except (citivoice.UnreadableLog, OSError, ValueError, KeyError) as error:
        fail(f"{source}: {error}", WRONG_USE)
    click.echo(scores.to_json(comparison) if as_json else _table(scores, comparison), nl=False)
    if wrong:
        fail(f"{source}: its own scores.csv says otherwise for {', '.join(wrong)}", FAILED)


@dataclass(frozen=True)
class Asked:
    """Up to when, by which formulas and by which engine to score."""

    as_of: datetime | None
    formulas: citivoice.Formulas | None
    engine: str


def _scores(source: str, asked: Asked) -> tuple[citivoice.Scores, list[str]]:
    path = Path(source)
    if path.is_dir() or path.suffix == ".zip":
        with _unpacked(path) as folder:
            return _release_scores(folder, asked)
    if path.exists() or "/" in source:
        raise citivoice.UnreadableLog("no release's folder or zip")
    return _process_scores(source, asked), []


def _process_scores(slug: str, asked: Asked) -> citivoice.Scores:
    """Only this needs the platform: a release is scored anywhere, without any setting."""
    app = click.get_current_context().ensure_object(ScriptInfo).load_app()
    with app.app_context():
        process = process_named(slug)
        if process is None:
            fail(f"no process {slug!r} here, and no release's folder or zip", WRONG_USE)
        return scores_of(process, asked.as_of, asked.formulas, asked.engine)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as packed:
                packed.extractall(folder)
        except (zipfile.BadZipFile, EOFError) as error:
            raise citivoice.UnreadableLog("no ZIP, perhaps half a download") from error
        found = next(Path(folder).rglob("manifest.json"), None)
        yield found.parent if found else Path(folder)


def _release_scores(folder: Path, asked: Asked) -> tuple[citivoice.Scores, list[str]]:
    _name_unknown(citivoice.Log.from_files(events_in(folder)))
    scores = scores_in(folder, asked.as_of, asked.formulas, asked.engine, whole=False)
    # Under other formulas, or up to another day, the release's own numbers say nothing.
    same = asked.as_of is None and scores.formulas.version == manifest_of(folder).get("formulas")
    return scores, _differences(folder / "scores.csv", scores) if same else []


def _name_unknown(log: citivoice.Log) -> None:
    """Acts of kinds that this version does not know are kept and counted, and move no score."""
    known = {kind.value for kind in Kind}
    unknown = {kind: n for kind, n in citivoice.kinds_in(log).items() if kind not in known}
    if unknown:
        said = ", ".join(f"{kind} ({number})" for kind, number in unknown.items())
        click.echo(f"deliberate: unknown kinds, counted and not scored: {said}", err=True)


def _differences(path: Path, scores: citivoice.Scores) -> list[str]:
    """Ids whose line in a release's scores.csv is not what its rows and facts give."""
    if not path.is_file():
        return []
    names = [column.name for column in SCORES]
    mine = {str(row["id"]): [str(cell(row.get(n))) for n in names] for row in score_rows(scores)}
    with path.open(encoding="utf-8", newline="") as file:
        theirs = {row["id"]: [row.get(n, "") for n in names] for row in csv.DictReader(file)}
    return sorted(key for key in mine | theirs if mine.get(key) != theirs.get(key))


def _table(scores: citivoice.Scores, comparison: dict[str, Any] | None) -> str:
    document = scores.to_dict()
    head = document["log_head"]
    lines = [
        f"{document['process']}  formulas {document['formulas']}  log entry {head['size']}",
        document["headline"]["en"],
        "",
        f"{'':8}{'value':>9}{'score':>7}{'range':>15}{'n':>9}  state",
    ]
    lines += [_line(name, one) for name, one in document["indicators"].items()]
    lines += ["", *(_total(name, one) for name, one in document["dimensions"].items())]
    for name, found in (comparison or {}).items():
        lines.append(
            f"{name} compared: {found['claim']} (difference {_number(found['difference'])})"
        )
    return "\n".join(lines) + "\n"


def _line(name: str, one: dict[str, Any]) -> str:
    low, high = one["ci"] or (None, None)
    between = f"{_number(low)}-{_number(high)}" if one["ci"] else ""
    state = one["state"] + (f" ({one['reason']})" if one.get("reason") else "")
    value, score = _number(one["value"], 4), _number(one["normalised"])
    return f"{name:8}{value:>9}{score:>7}{between:>15}{one['n']:>9}  {state}"


def _total(name: str, one: dict[str, Any]) -> str:
    low, high = one["ci"] or (None, None)
    between = f"{_number(low)}-{_number(high)}" if one["ci"] else ""
    used = " ".join(one["criteria_used"])
    return f"{name:8}{'':>9}{_number(one['score']):>7}{between:>15}{'':>9}  {one['state']} ({used})"


def _number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}".replace("0.", ".", 1)
