"""`deliberate backup`: create, verify and restore backups of a running installation."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from deliberate.commands.backups.archive import BackupError, Progress
from deliberate.commands.backups.create import make_backup
from deliberate.commands.backups.restore import check_backup, read_erasures, restore_backup
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.commands.log import format_fault, read_heads
from deliberate.config import Settings
from deliberate.operations.accounts.deletion import write_erasure_list
from deliberate.operations.site.job_runs import track_job_run

command = AppGroup("backup", help="Copy the installation, check a copy, bring one back.")
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@contextmanager
def _progress(label: str, as_json: bool, size: int | None = None) -> Iterator[Progress]:
    hidden = as_json or not sys.stderr.isatty()
    with (
        _one_line(),
        click.progressbar(length=size or 0, label=label, file=sys.stderr, hidden=hidden) as bar,
    ):
        yield bar.update


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        fail(str(error))


@command.command("create")
@FILE
@JSON
def create(file: Path, as_json: bool) -> None:
    """Write database, log, uploads and releases of one moment into FILE; the service keeps running.

    FILE is a tar, compressed if its name ends in .gz. The signing key is not included: store it
    apart.
    """
    with track_job_run("backup"), _progress("Backup", as_json) as told:
        write_erasure_list(_settings())
        said = make_backup(_settings(), file, told)
    _answer(
        as_json,
        said | {"file": str(file)},
        f"{file}: {said['log']['entries']} sealed entries, {said['files']} files,"
        f" {said['bytes']:,} bytes",
    )


@command.command("verify")
@FILE
@click.option("--heads", type=click.Path(exists=True, dir_okay=False), help="Heads kept elsewhere.")
@click.option("--server", default="", help="PostgreSQL address where a database may be made.")
@JSON
def verify(file: Path, heads: str | None, server: str, as_json: bool) -> None:
    """Restore FILE into a temporary place and recompute its log. Exit code 1 on a fault.

    A PostgreSQL backup is restored into a temporary database on the server of the settings, or on
    the server named here.
    """
    outside = read_heads(Path(heads)) if heads else []
    size = file.stat().st_size if file.exists() else 0
    with _progress("Checking", as_json, size) as told:
        found = check_backup(_settings(), file, outside, server, told)
    faults = [
        {"what": f.problem, "where": f.position, "since": f.since or None} for f in found.faults
    ]
    lines = "\n".join(map(format_fault, found.faults))
    _answer(
        as_json,
        {**_of(found.manifest), "heads_outside": len(outside), "faults": faults},
        lines or f"{_named(file, found.manifest)} is whole",
    )
    if faults:
        raise SystemExit(FAILED)


@command.command("restore")
@FILE
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The list erasures.jsonl from the log's folder, newer than the backup.",
)
@click.option("--without-erasures", is_flag=True, help="Restore though that list is lost.")
@JSON
def restore(file: Path, erasures: Path | None, without_erasures: bool, as_json: bool) -> None:
    """Restore FILE into an empty database and empty folders; later changes are lost.

    Accounts erased after the backup are erased again, from the list of erasures.
    """
    if (erasures is None) is not without_erasures:
        fail("give --erasures FILE; only if that list is lost, --without-erasures", WRONG_USE)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    size = file.stat().st_size if file.exists() else 0
    with _progress("Restoring", as_json, size) as told:
        listed = read_erasures(erasures) if erasures else []
        done = restore_backup(_settings(), app, file, listed, told)
    lines = [
        f"{_named(file, done.manifest)} is restored; whoever was signed in signs in again",
        f"erased again: {done.erased_again}",
    ]
    if not done.has_key:
        lines.append(f"the signing key is not here: put signing.pem into {_settings().log_path}")
    _answer(
        as_json,
        {**_of(done.manifest), "erased_again": done.erased_again, "has_key": done.has_key},
        "\n".join(lines),
    )


def _of(manifest: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in manifest.items() if name != "files"}


def _named(file: Path, manifest: dict[str, Any]) -> str:
    return f"{file} of {manifest['made_at']} with {manifest['log']['entries']} sealed entries"


def _answer(as_json: bool, said: dict[str, Any], words: str) -> None:
    click.echo(json.dumps(said, indent=1) if as_json else words)
