"""Creation of backups: both stores at one moment, then the files that belong to it."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import deliberate
from deliberate import sealing
from deliberate.clock import now
from deliberate.commands.backups.archive import Progress, new_backup
from deliberate.commands.backups.stores import BackupState, copy_stores, engine_name
from deliberate.config import Settings
from deliberate.file_storage import StoredFile, fetch_file, file_storage


def make_backup(settings: Settings, file: Path, progress: Progress) -> dict[str, Any]:
    """Write a backup of the running installation and return its manifest.

    The signing key is left out: store it apart from what it signs. Raises archive.BackupError.
    """
    with (
        new_backup(file, progress) as backup,
        tempfile.TemporaryDirectory(dir=file.parent, prefix=".backing-up-") as temporary_folder,
    ):
        made_at = now().isoformat(timespec="seconds")
        files, state = copy_stores(settings, Path(temporary_folder), progress)
        for copied in files:
            backup.add(copied, f"database/{copied.name}")
        heads = Path(temporary_folder) / "heads.jsonl"
        heads.write_text("".join(json.dumps(head) + "\n" for head in state.heads), "utf-8")
        backup.add(heads, "heads.jsonl")
        for path, name in _files_of_log(settings, state):
            backup.add(path, name)
        for stored, name in _stored_files(settings):
            with stored.open_file() as content:
                backup.add_open(content, name)
        manifest = _manifest(settings, state, made_at)
        backup.close(manifest)
    return {**manifest, "files": len(backup.files), "bytes": file.stat().st_size}


def _manifest(settings: Settings, state: BackupState, made_at: str) -> dict[str, Any]:
    return {
        "made_at": made_at,
        "version": deliberate.__version__,
        "engine": engine_name(settings),
        "revision": state.revision,
        "origin": settings.base_url,
        "log": {"entries": state.size, "root": state.root},
    }


def _files_of_log(settings: Settings, state: BackupState) -> Iterator[tuple[Path, str]]:
    """Yield the files of the log that are known to the copy of the database."""
    for segment in sorted(state.segments):
        path = settings.log_path / "segments" / segment
        if fetch_file(path):
            yield path, f"log/segments/{segment}"
    for path in sealing.leaf_files(settings.log_path):
        if int(path.stem.split("-")[1]) < state.published and fetch_file(path):
            yield path, f"log/leaves/{path.name}"


def _stored_files(settings: Settings) -> Iterator[tuple[StoredFile, str]]:
    """Yield the uploads and the releases."""
    for folder, kind in stored_folders(settings).items():
        for name in file_storage().names(folder):
            if stored := file_storage().open(folder / name):  # it was deleted meanwhile otherwise
                yield stored, f"{kind}/{name}"


def stored_folders(settings: Settings) -> dict[Path, str]:
    """Return the folders that are backed up whole, with their names in a backup."""
    return {settings.upload_path: "uploads", settings.releases_path: "releases"}
