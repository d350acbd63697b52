"""`deliberate database`: copy a whole installation from one database to another."""

import json
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from deliberate import sealing
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.commands.databases.copying import (
    CopyError,
    CopyResult,
    copy_stores,
    open_source,
    require_copyable,
)
from deliberate.commands.startup import migrate_stores
from deliberate.database import db
from deliberate.database.schema import newest_revision
from deliberate.operations.search import rebuild_index

command = AppGroup("database", help="Copy a whole installation from one database to another.")


@command.command("copy")
@click.argument("source_url")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def copy(source_url: str, as_json: bool) -> None:
    """Copy all rows of SOURCE_URL into the empty database of the settings, and compare each.

    SOURCE_URL is sqlite:///PATH or postgresql://…; both directions work. Stop the platform first:
    acts after the start of the copy are not in it. Files (attachments, releases, the log's folder)
    stay where they are.

    Exit code 0: every row is equal and the log holds. 1: the copy must not be used. 2: nothing was
    copied, as the source cannot be read or the target is not empty. A copy that is interrupted
    leaves an empty database: run it again.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # as Flask documents
    try:
        result = _copy(app, source_url, is_silent=as_json)
    except CopyError as error:
        fail(str(error), WRONG_USE)
    faults = sealing.verify_log()
    head = sealing.latest_tree_head(db.session())
    problems = [fault.problem for fault in faults]
    values = {
        "tables": result.tables,
        "rows": result.rows,
        "entries": head.size if head else 0,
        "root": head.root if head else "",
        "faults": problems,
    }
    click.echo(json.dumps(values) if as_json else _sentence(values))
    raise SystemExit(FAILED if problems else 0)


def _copy(app: Flask, source_url: str, *, is_silent: bool) -> CopyResult:
    settings = app.config["SETTINGS"]
    with open_source(settings, source_url) as source:
        migrate_stores(app)
        require_copyable(source, newest_revision())
        rows = 2 * source.count()  # each is copied, then compared
        with click.progressbar(
            length=rows, label="Rows", file=sys.stderr, hidden=is_silent
        ) as progress:
            result = copy_stores(source, progress.update)
    rebuild_index()
    return result


def _sentence(values: dict[str, object]) -> str:
    if values["faults"]:
        return f"does not hold: {values['faults']}. Do not use this copy"
    return (
        f"{values['rows']} rows of {values['tables']} tables are equal; the log of"
        f" {values['entries']} entries holds (root {values['root'] or 'none'}).\n"
        "Next: `deliberate check`, `deliberate log verify`, then start the platform."
    )
