"""Making a backup: the stores at one moment, then the files that belong to that moment."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import deliberate
from deliberate.clock import now
from deliberate.commands.backups.archive import Progress, writing
from deliberate.commands.backups.stores import Moment, copy_stores, engine_of
from deliberate.config import Settings


def make_backup(settings: Settings, file: Path, progress: Progress) -> dict[str, Any]:
    """Write a backup of the installation while it is used; gives what the manifest says of it.

    The signing key stays out: it is kept apart from what it signs. Raises archive.Unusable.
    """
    with (
        writing(file, progress) as backup,
        tempfile.TemporaryDirectory(dir=file.parent, prefix=".backing-up-") as passing,
    ):
        made_at = now().isoformat(timespec="seconds")
        files, moment = copy_stores(settings, Path(passing), progress)
        for copied in files:
            backup.add(copied, f"database/{copied.name}")
        heads = Path(passing) / "heads.jsonl"
        heads.write_text("".join(json.dumps(head) + "\n" for head in moment.heads), "utf-8")
        backup.add(heads, "heads.jsonl")
        for kept, name in _kept_files(settings, moment):
            backup.add(kept, name)
        said = {
            "made_at": made_at,
            "version": deliberate.__version__,
            "engine": engine_of(settings),
            "revision": moment.revision,
            "origin": settings.base_url,
            "log": {"entries": moment.size, "root": moment.root},
        }
        backup.close(said)
    return {**said, "files": len(backup.files), "bytes": file.stat().st_size}


def _kept_files(settings: Settings, moment: Moment) -> Iterator[tuple[Path, str]]:
    """Files beside the database: the log's that the copy knows of, uploads, releases."""
    for segment in sorted(moment.segments):
        path = settings.log_path / "segments" / segment
        if path.is_file():
            yield path, f"log/segments/{segment}"
    for path in sorted((settings.log_path / "leaves").glob("*-*.txt")):
        if int(path.stem.split("-")[1]) < moment.published:
            yield path, f"log/leaves/{path.name}"
    for folder, name in places(settings).items():
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, f"{name}/{path.relative_to(folder).as_posix()}"


def places(settings: Settings) -> dict[Path, str]:
    """Folders that are kept whole, and their names in a backup."""
    return {settings.upload_path: "uploads", settings.releases_path: "releases"}
