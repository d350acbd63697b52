"""`deliberate citivoice`: commands on the framework itself."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from deliberate.citivoice.framework.check import UnreadableFiles, find_flaws
from deliberate.citivoice.indicators.deliberative_reason import (
    MIN_PAIRS,
    ReasonChange,
    reason_change,
)
from deliberate.citivoice.inputs.reason_survey import UnreadableSurvey, read_survey
from deliberate.citivoice.reduction.declarations import (
    SQL_FOLDER,
    InvalidDeclaration,
    read_declarations,
)
from deliberate.citivoice.reduction.graph import InvalidGraph, build_graph
from deliberate.citivoice.reduction.graph_formats import FORMATS, as_json
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail


@click.group(
    "citivoice",
    help="Check the framework, print the graph of the scores, compute the reason index.",
)
def command() -> None:
    """Work with the CitiVoice framework; needs neither settings nor a database."""


@command.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(folder: Path | None, as_json: bool) -> None:
    """Check indicators.toml, headlines.toml and framework.toml, in FOLDER or as installed.

    Exit code 1 where something is wrong, 2 where a file cannot be read.
    """
    try:
        flaws = find_flaws(folder)
    except UnreadableFiles as error:
        fail(str(error), WRONG_USE)
    if as_json:
        click.echo(json.dumps({"faults": [asdict(flaw) for flaw in flaws]}, indent=1))
    else:
        lines = [f"{flaw.file}: {flaw.where}: {flaw.what}" for flaw in flaws]
        click.echo("\n".join(lines) or "All three files are consistent.")
    if flaws:
        raise SystemExit(FAILED)


@command.command("graph")
@click.argument("name", required=False)
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text")
@click.option("--json", "as_json_", is_flag=True, help="Print the steps as JSON.")
@click.option(
    "--sql",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another folder of SQL steps than the installed one.",
)
def graph(name: str | None, format_: str, as_json_: bool, folder: Path | None) -> None:
    """Print the steps from the log to the facts in the order they run, with their inputs.

    With NAME, print only what this table needs: thread_facts, or counted.thread_facts in one
    scope. Exit code 1 where the steps do not form a graph, 2 where NAME is unknown.
    """
    try:
        steps = build_graph(read_declarations(folder or SQL_FOLDER))
    except (InvalidDeclaration, InvalidGraph) as error:
        fail(str(error))
    results = steps.facts() if name is None else steps.named(name)
    if not results:
        fail(f"no step is named {name!r}", WRONG_USE)
    click.echo((as_json if as_json_ else FORMATS[format_])(steps.ordered(results)))


@command.command("reason")
@click.argument("survey", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json_", is_flag=True, help="Print the result as JSON.")
def reason(survey: Path, as_json_: bool) -> None:
    """Compute the Deliberative Reason Index from a CSV file of answers before and after.

    Columns: participant, stage (before or after), C1, C2 … for considerations and P1, P2 … for
    preferences; or reason_answers.csv of a release. The index is compared with 1,000 random
    assignments of the preferences. Exit code 2 where the file cannot be read.
    """
    try:
        stages = read_survey(survey)
    except UnreadableSurvey as error:
        fail(str(error), WRONG_USE)
    result = reason_change(stages["before"], stages["after"])
    click.echo(_reason_json(result) if as_json_ else _reason_text(result))


def _reason_json(result: ReasonChange) -> str:
    content = asdict(result) | {"change": result.change}
    for name in ("before", "after"):
        content[name]["above_chance"] = getattr(result, name).above_chance
    return json.dumps(content, indent=1, ensure_ascii=False)


def _reason_text(result: ReasonChange) -> str:
    lines = []
    for name, index in (("before", result.before), ("after", result.after)):
        if index.value is None:
            lines.append(f"{name}: not enough data, n {index.n}")
        else:
            lines.append(
                f"{name}: {index.value:.3f}, by chance {index.null:.3f}, above chance"
                f" {index.above_chance:+.3f}, p {index.p:.3f}, n {index.n}"
            )
        if index.undefined:
            lines.append(f"{name}: {len(index.undefined)} people gave no order and are left out")
    if result.change is None:
        lines.append(f"change: not enough data, {MIN_PAIRS} people must have answered both times")
    else:
        lines.append(f"change above chance: {result.change:+.3f}")
    return "\n".join(lines)
