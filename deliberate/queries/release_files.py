"""A release's folder as it lies: whether it is whole and unchanged, and what it scores."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from deliberate import citivoice
from deliberate.citivoice import Judged

MANIFEST = "manifest.json"


class BrokenRelease(ValueError):
    """The folder is no whole release; the message names the file and what is wrong with it."""


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, once every file it names is there and is what it was."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = dict(manifest["files"])
    except OSError as error:
        raise BrokenRelease(f"{folder / MANIFEST}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenRelease(f"{folder / MANIFEST}: no manifest of a release") from error
    for name, said in files.items():
        _check(folder, name, said)
    return dict(manifest)


def _check(folder: Path, name: str, said: Mapping[str, Any]) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts:
        raise BrokenRelease(f"{MANIFEST}: {name} lies outside the release")
    path = folder / place
    if not path.is_file():
        raise BrokenRelease(f"{name} is missing: perhaps half a download")
    if path.stat().st_size < said.get("bytes", 0):
        raise BrokenRelease(f"{name} is cut short: perhaps half a download")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != said.get("sha256"):
        raise BrokenRelease(f"{name} was changed after the release was built: other SHA-256")


def events_in(folder: Path) -> Path:
    """The file with the rows of a release, the quicker one where there are two."""
    names = ("events.parquet", "events.csv")
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise BrokenRelease("no events.parquet or events.csv")
    return found


def judged_in(folder: Path) -> Mapping[str, Judged] | None:
    """How the criteria were judged, from a release's files; None where it says nothing of it."""
    path = folder / "assessments.json"
    if not path.is_file():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))["judged"]
    return {name: Judged(**one) for name, one in said.items()}


def scores_in(
    folder: Path,
    as_of: datetime | None = None,
    formulas: citivoice.Formulas | None = None,
    engine: str = "duckdb",
) -> citivoice.Scores:
    """What a release scores from its files alone, by its own formulas unless others are given."""
    manifest = checked_manifest(folder)
    return citivoice.score_release(
        [events_in(folder)],
        folder / "facts",
        withheld=manifest["withheld"],
        as_of=as_of,
        formulas=formulas or citivoice.formulas_of(manifest["formulas"]),
        judged=judged_in(folder),
        engine=engine,
    )
