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
ALONE = ("facts/", "assessments.")
COUNTED = ("events.", *ALONE)


class BrokenRelease(ValueError):
    """The folder is no whole release; the message names the file and what is wrong with it."""


def manifest_of(folder: Path) -> dict[str, Any]:
    """What a release says of itself."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {str(name): dict(said) for name, said in dict(manifest["files"]).items()}
    except OSError as error:
        raise BrokenRelease(f"{folder / MANIFEST}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenRelease(f"{folder / MANIFEST}: no manifest of a release") from error
    if "withheld" not in manifest:
        raise BrokenRelease(f"{MANIFEST} does not say what is withheld")
    return dict(manifest) | {"files": files}


def checked_manifest(folder: Path, whole: bool = True) -> dict[str, Any]:
    """The manifest, once every file it names is there and is what it was.

    Not `whole`: those that scores are counted from; of rows in several formats one will do.
    """
    manifest = manifest_of(folder)
    for name, said in manifest["files"].items():
        if whole or name.startswith(ALONE):
            _refuse_missing(folder, name, said)
        if whole or (name.startswith(COUNTED) and (folder / name).is_file()):
            _refuse_changed(folder, name, said, whole)
    return manifest


def _refuse_missing(folder: Path, name: str, said: Mapping[str, Any]) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts:
        raise BrokenRelease(f"{MANIFEST}: {name} lies outside the release")
    path = folder / place
    if not path.is_file():
        raise BrokenRelease(f"{name} is missing: perhaps half a download")
    if path.stat().st_size < said.get("bytes", 0):
        raise BrokenRelease(f"{name} is cut short: perhaps half a download")


def _refuse_changed(folder: Path, name: str, said: Mapping[str, Any], whole: bool) -> None:
    if sha256_of(folder / name) == said.get("sha256"):
        return
    # Somebody's own selection of files was perhaps never the release; a whole one was.
    what = "was changed after the release was built" if whole else "is not the file of the manifest"
    raise BrokenRelease(f"{name} {what}: other SHA-256")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def events_in(folder: Path) -> Path:
    """The file with the rows of a release, the quicker one where there are two."""
    names = ("events.parquet", "events.csv")
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise BrokenRelease("no events.parquet or events.csv")
    return found


def judged_in(folder: Path) -> Mapping[str, Judged] | None:
    """How the criteria were judged, from a release's files; None where it says nothing of it.

    Raises BrokenRelease where it says something else.
    """
    path = folder / "assessments.json"
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))["judged"]
        found = {str(name): Judged(**one) for name, one in dict(said).items()}
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenRelease(f"{path.name} does not say how it was judged") from error
    if unknown := sorted(set(found) - set(citivoice.load_framework()["criteria"])):
        raise BrokenRelease(f"{path.name} judges what no question asks: {', '.join(unknown)}")
    return found


def scores_in(
    folder: Path,
    as_of: datetime | None = None,
    formulas: citivoice.Formulas | None = None,
    engine: str = "duckdb",
    whole: bool = True,
) -> citivoice.Scores:
    """What a release scores from its files alone, by its own formulas unless others are given.

    Raises BrokenRelease; not `whole`, it may lack files that no score is counted from.
    """
    manifest = checked_manifest(folder, whole)
    own = manifest.get("formulas")
    return citivoice.score_release(
        [events_in(folder)],
        folder / "facts",
        withheld=manifest["withheld"],
        as_of=as_of,
        formulas=formulas or (citivoice.formulas_of(own) if own else None),
        judged=judged_in(folder),
        engine=engine,
    )
