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
from deliberate.commands.cli_errors import WRONG_USE, fail
from deliberate.commands.log import exit_code, format_fault, read_heads
from deliberate.config import Settings
from deliberate.operations.accounts.deletion import write_erasure_list
from deliberate.operations.site.job_runs import track_job_run

command = AppGroup("backup", help="Create, verify and restore backups.")
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@contextmanager
def _progress(label: str, as_json: bool, size: int | None = None) -> Iterator[Progress]:
    hidden = as_json or not sys.stderr.isatty()
    with (
        _exit_on_backup_error(),
        click.progressbar(length=size or 0, label=label, file=sys.stderr, hidden=hidden) as bar,
    ):
        yield bar.update


@contextmanager
def _exit_on_backup_error() -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        fail(str(error))


@command.command("create")
@FILE
@JSON
def create(file: Path, as_json: bool) -> None:
    """Write database, log, uploads and releases of one moment into FILE; the service continues.

    FILE is a tar, compressed if its name ends in .gz. The signing key is not included: store it
    apart.
    """
    with track_job_run("backup"), _progress("Backup", as_json) as progress:
        write_erasure_list(_settings())
        manifest = make_backup(_settings(), file, progress)
    _print_result(
        as_json,
        manifest | {"file": str(file)},
        f"{file}: {manifest['log']['entries']} sealed entries, {manifest['files']} files,"
        f" {manifest['bytes']:,} bytes",
    )


@command.command("verify")
@FILE
@click.option(
    "--heads", type=click.Path(exists=True, dir_okay=False), help="Tree heads stored elsewhere."
)
@click.option(
    "--server",
    default="",
    help="URL of a PostgreSQL server where a temporary database may be created. A password"
    " belongs into DELIBERATE_BACKUP_SERVER_URL, as others can read arguments.",
)
@JSON
def verify(file: Path, heads: str | None, server: str, as_json: bool) -> None:
    """Restore FILE into a temporary place and recompute its log.

    Exit code 0: it holds. 1: it does not hold. 2: a head given with --heads cannot be compared, as
    it is newer than the backup or of another log.

    A PostgreSQL backup is restored into a temporary database on the server of the settings, or on
    the server named here.
    """
    external_heads = read_heads(Path(heads)) if heads else []
    server = server or _settings().backup_server_url
    size = file.stat().st_size if file.exists() else 0
    with _progress("Checking", as_json, size) as progress:
        result = check_backup(_settings(), file, external_heads, server, progress)
    faults = [
        {"what": f.problem, "where": f.position, "since": f.since or None} for f in result.faults
    ]
    unclear = [f"cannot be compared: {reason}" for reason in result.not_compared]
    lines = "\n".join([*map(format_fault, result.faults), *unclear])
    _print_result(
        as_json,
        {
            **_without_files(result.manifest),
            "heads_outside": len(external_heads) - len(result.not_compared),
            "faults": faults,
            "not_compared": result.not_compared,
        },
        lines or f"{_describe(file, result.manifest)} is complete",
    )
    raise SystemExit(exit_code(result.faults, result.not_compared))


@command.command("restore")
@FILE
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The list erasures.jsonl from the log's folder, newer than the backup.",
)
@click.option("--without-erasures", is_flag=True, help="Restore without that list, if it is lost.")
@JSON
def restore(file: Path, erasures: Path | None, without_erasures: bool, as_json: bool) -> None:
    """Restore FILE into an empty database and empty folders; later changes are lost.

    Accounts erased after the backup are erased again, from the list of erasures.
    """
    if (erasures is None) is not without_erasures:
        fail(
            "--erasures FILE is required; use --without-erasures only if that list is lost",
            WRONG_USE,
        )
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the app itself
    size = file.stat().st_size if file.exists() else 0
    with _progress("Restoring", as_json, size) as progress:
        erasures_to_repeat = read_erasures(erasures) if erasures else []
        result = restore_backup(_settings(), app, file, erasures_to_repeat, progress)
    lines = [
        f"{_describe(file, result.manifest)} is restored; everybody has to sign in again",
        f"erased again: {result.erased_again}",
    ]
    if not result.has_key:
        lines.append(f"the signing key is not here: put signing.pem into {_settings().log_path}")
    _print_result(
        as_json,
        {
            **_without_files(result.manifest),
            "erased_again": result.erased_again,
            "has_key": result.has_key,
        },
        "\n".join(lines),
    )


def _without_files(manifest: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in manifest.items() if name != "files"}


def _describe(file: Path, manifest: dict[str, Any]) -> str:
    return f"{file} of {manifest['made_at']} with {manifest['log']['entries']} sealed entries"


def _print_result(as_json: bool, result: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(result, indent=1) if as_json else text)
