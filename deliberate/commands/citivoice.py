"""`deliberate citivoice`: commands on the framework itself."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from deliberate.citivoice.framework.check import UnreadableFiles, find_flaws
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail


@click.group("citivoice", help="Check the data files of the framework.")
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
