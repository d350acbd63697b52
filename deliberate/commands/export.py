"""`deliberate export`: write a research release of a process into a folder."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import WRONG_USE, fail
from deliberate.exports.formats import FORMATS
from deliberate.exports.release_builder import ReleaseNotWritable, build_release
from deliberate.operations.releases.releases import publish_release
from deliberate.queries.processes.processes import get_process


@click.command("export", short_help="Write a research release of a process.")
@click.argument("slug")
@click.option("--out", type=click.Path(path_type=Path), help="A new folder.")
@click.option("--publish", is_flag=True, help="Put it on the data page, under today's date.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    help=f"Add a format for other tools (repeatable): {', '.join(FORMATS)}, all.",
)
@click.option("--json", "as_json", is_flag=True, help="Progress and manifest as JSON lines.")
@with_appcontext
def command(
    slug: str, out: Path | None, publish: bool, formats: tuple[str, ...], as_json: bool
) -> None:
    """Write the open tier of a process: public acts, facts, scores, codebook, checksums."""
    if publish == (out is not None):
        fail("give either --out FOLDER or --publish", WRONG_USE)
    selected = _selected_formats(formats)
    process = get_process(slug)
    if process is None:
        fail(f"no process {slug!r}")

    def report_progress(name: str, rows: int) -> None:
        line = json.dumps({"file": name, "rows": rows}) if as_json else f"{name}: {rows:,} rows"
        click.echo(line, err=True)
        sys.stderr.flush()

    try:
        if out is not None:
            manifest, location = build_release(process, out, report_progress, selected), str(out)
        else:
            folder = current_app.config["SETTINGS"].releases_path
            release = publish_release(None, process, folder, report_progress, selected)
            manifest, location = release.manifest, f"/data/{slug}/{release.stamp}.zip"
    except (ReleaseNotWritable, OSError) as error:
        fail(str(error))
    click.echo(json.dumps(manifest, indent=1) if as_json else f"release of {slug}: {location}")


def _selected_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Return the formats that are asked for, each once; stop at an unknown one."""
    if unknown := [name for name in formats if name not in {*FORMATS, "all"}]:
        fail(f"unknown format {unknown[0]!r}; formats are {', '.join(FORMATS)}", WRONG_USE)
    return tuple(FORMATS if "all" in formats else dict.fromkeys(formats))
