"""`deliberate citivoice`: commands on the framework itself."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from deliberate.citivoice.framework.check import UnreadableFiles, find_flaws
from deliberate.citivoice.reduction.declarations import (
    SQL_FOLDER,
    InvalidDeclaration,
    read_declarations,
)
from deliberate.citivoice.reduction.graph import InvalidGraph, build_graph
from deliberate.citivoice.reduction.graph_formats import FORMATS, as_json
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail


@click.group(
    "citivoice", help="Check the data files of the framework; print the graph of the scores."
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
