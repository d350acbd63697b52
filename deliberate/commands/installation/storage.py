"""`deliberate storage`: move the files of an installation from its folders into its bucket."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.config import Settings
from deliberate.config.terminal import translate as _
from deliberate.file_storage import (
    COPIED_KINDS,
    StorageUnavailable,
    file_storage,
    stored_folders,
)
from deliberate.file_storage.bucket import BucketStorage
from deliberate.file_storage.folders import list_files

command = AppGroup("storage", help="Move the files of an installation into its bucket.")


@dataclass
class _Counts:
    """What a run did: files put, files that were in the bucket already, bytes put."""

    put: int = 0
    present: int = 0
    bytes: int = 0


@command.command("push")
@click.option("--keep", is_flag=True, help="Leave uploads and releases in their folders, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def push(keep: bool, as_json: bool) -> None:
    """Put the log files, imported releases, releases and uploads of this host into the bucket.

    Stop the platform first, and set DELIBERATE_STORAGE_URL. An interrupted run is continued by the
    next one. Uploads and releases then leave their folders, so that what is erased later is
    nowhere else.

    Exit code 0: all files are in the bucket. 1: the bucket refused one. 2: no bucket is set.
    """
    settings: Settings = current_app.config["SETTINGS"]
    storage = file_storage()
    if not isinstance(storage, BucketStorage):
        fail(_("DELIBERATE_STORAGE_URL is empty: no bucket is set"), WRONG_USE)
    counts = _Counts()
    try:
        for kind, folder in stored_folders(settings).items():
            _push_folder(storage, folder, counts, is_silent=as_json)
            if kind not in COPIED_KINDS and not keep:
                _empty_folder(storage, folder)
    except StorageUnavailable as error:
        fail(f"DELIBERATE_STORAGE_URL: {error}", FAILED)
    line = _(
        "files put: %(put)s (%(bytes)s bytes); in the bucket already: %(present)s", **asdict(counts)
    )
    click.echo(json.dumps(asdict(counts)) if as_json else line)


def _push_folder(storage: BucketStorage, folder: Path, counts: _Counts, *, is_silent: bool) -> None:
    """Put the files that the bucket lacks or has with another size."""
    sizes, paths = storage.sizes(folder), sorted(list_files(folder))
    with click.progressbar(paths, label=str(folder), file=sys.stderr, hidden=is_silent) as bar:
        for path in bar:
            size = path.stat().st_size
            if sizes.get(path.relative_to(folder).as_posix()) == size:
                counts.present += 1
                continue
            storage.put(path, path)
            counts.put += 1
            counts.bytes += size


def _empty_folder(storage: BucketStorage, folder: Path) -> None:
    """Delete the files that the bucket has now."""
    for path in _stored(storage, folder):
        path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _stored(storage: BucketStorage, folder: Path) -> Iterator[Path]:
    sizes = storage.sizes(folder)
    for path in list(list_files(folder)):
        if sizes.get(path.relative_to(folder).as_posix()) == path.stat().st_size:
            yield path
