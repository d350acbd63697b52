"""Reading the folder of a release: checking its files and computing scores from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from deliberate import citivoice
from deliberate.citivoice import Judged

MANIFEST = "manifest.json"
RELEASE_FORMAT = 1
"""Number of the layout of a release; a release without one is of the first."""
REQUIRED_FOR_SCORES = ("facts/", "assessments.")
READ_FOR_SCORES = ("events.", *REQUIRED_FOR_SCORES)


class InvalidRelease(ValueError):
    """The folder is not a complete release; the message names the file and the error."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release folder.

    Raises InvalidRelease if it is missing or malformed.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): dict(entry) for name, entry in dict(manifest["files"]).items()}
    except OSError as error:
        raise InvalidRelease(f"{folder / MANIFEST}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRelease(f"{folder / MANIFEST}: not a release manifest") from error
    number = manifest.get("format", RELEASE_FORMAT)
    if number != RELEASE_FORMAT:
        raise InvalidRelease(
            f"{folder / MANIFEST}: format {number} is of a newer version, this one reads"
            f" {RELEASE_FORMAT}"
        )
    if "withheld" not in manifest:
        raise InvalidRelease(f"{MANIFEST} has no field withheld")
    return dict(manifest) | {"files": files}


def verify_manifest(folder: Path, whole: bool = True) -> dict[str, Any]:
    """Return the manifest after checking that its files are present and unchanged.

    If `whole` is False, only files that scores are computed from are checked; of rows in several
    formats one is enough.
    """
    manifest = read_manifest(folder)
    for name, entry in manifest["files"].items():
        if whole or name.startswith(REQUIRED_FOR_SCORES):
            _require_file(folder, name, entry)
        if whole or (name.startswith(READ_FOR_SCORES) and (folder / name).is_file()):
            _require_unchanged(folder, name, entry, whole)
    return manifest


def _require_file(folder: Path, name: str, entry: Mapping[str, Any]) -> None:
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise InvalidRelease(f"{MANIFEST}: {name} is outside the release")
    path = folder / relative
    if not path.is_file():
        raise InvalidRelease(f"{name} is missing: the download may be incomplete")
    if path.stat().st_size < entry.get("bytes", 0):
        raise InvalidRelease(f"{name} is truncated: the download may be incomplete")


def _require_unchanged(folder: Path, name: str, entry: Mapping[str, Any], whole: bool) -> None:
    if sha256_of(folder / name) == entry.get("sha256"):
        return
    # A partial selection of files need not be an altered release; a whole one is.
    problem = (
        "was changed after the release was built" if whole else "is not the file of the manifest"
    )
    raise InvalidRelease(f"{name} {problem}: its SHA-256 differs")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def events_file(folder: Path) -> Path:
    """Return the file with the rows of a release, Parquet before CSV."""
    names = ("events.parquet", "events.csv")
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        raise InvalidRelease("no events.parquet or events.csv")
    return path


def read_judged(folder: Path) -> Mapping[str, Judged] | None:
    """Return the judged criteria from a release's files, or None without assessments.

    Raises InvalidRelease if the file is malformed.
    """
    path = folder / "assessments.json"
    if not path.is_file():
        return None
    try:
        scores = json.loads(path.read_text(encoding="utf-8"))["judged"]
        judged = {str(name): Judged(**fields) for name, fields in dict(scores).items()}
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRelease(f"{path.name} has no valid judged scores") from error
    if unknown := sorted(set(judged) - set(citivoice.load_framework()["criteria"])):
        raise InvalidRelease(f"{path.name} has unknown criteria: {', '.join(unknown)}")
    return judged


def score_release_folder(
    folder: Path,
    as_of: datetime | None = None,
    formulas: citivoice.Formulas | None = None,
    engine: str = "duckdb",
    whole: bool = True,
    events: Path | None = None,
) -> citivoice.Scores:
    """Return the scores of a release from its files, by its own formulas unless others are given.

    If `whole` is False, files that no score is computed from may be missing. `events` chooses the
    file of the rows. Raises InvalidRelease.
    """
    manifest = verify_manifest(folder, whole)
    own = manifest.get("formulas")
    return citivoice.score_release(
        [events or events_file(folder)],
        folder / "facts",
        withheld=manifest["withheld"],
        as_of=as_of,
        formulas=formulas or (citivoice.get_formulas(own) if own else None),
        judged=read_judged(folder),
        engine=engine,
    )
