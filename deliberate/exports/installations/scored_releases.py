"""Releases of other installations: verified against their log, scored by the same formulas."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from deliberate import citivoice
from deliberate.exports.columns import SCORES
from deliberate.exports.csv_writer import csv_cell
from deliberate.exports.installations.release_archives import (
    Downloads,
    PublishedLog,
    download_log,
    is_address,
    unpacked,
    without_credentials,
)
from deliberate.exports.release_builder import score_rows
from deliberate.queries.releases.release_files import (
    InvalidRelease,
    read_manifest,
    score_release_folder,
)
from deliberate.sealing import verifier
from deliberate.vocabulary.events.releases import ReleaseBuilt

Progress = Callable[[str], None]
CHECKED_ROWS = "events.csv"
"""The file of the rows that is checked against the log, and then scored."""


@dataclass(frozen=True)
class ScoredRelease:
    """A verified release with its scores."""

    source: str
    manifest: dict[str, Any]
    scores: citivoice.Scores
    rows: int | None
    """Rows found in the published log; None for a file, of which only the manifest is verified."""
    is_bound: bool = False
    """Whether the manifest is the one that the log has of the build of the release."""

    @property
    def home(self) -> str:
        """Return the host of the installation, empty for a file."""
        return urlsplit(self.source).netloc if self.rows is not None else ""

    @property
    def name(self) -> str:
        """Return the name of the file, without the folders of this machine."""
        return Path(self.source).name

    @property
    def title(self) -> str:
        """Return the title of the process."""
        return str(self.manifest.get("title") or self.manifest.get("process") or self.source)

    @property
    def head(self) -> dict[str, Any]:
        """Return size and root of the log that the scores were computed from."""
        return dict(self.manifest.get("log_head") or {})


def load_release(
    source: str, formulas: citivoice.Formulas, progress: Progress = lambda _step: None
) -> ScoredRelease:
    """Verify and score a release: a folder, a ZIP file, or the address of a ZIP file.

    Of an address the tree heads and leaf hashes of its installation are downloaded too, and each
    row is checked against them. Raises InvalidRelease if a file was changed, if a row is not in
    the log, or if the release's own scores differ.
    """
    with _files(source, progress) as (folder, log):
        manifest, rows, events, is_bound = read_manifest(folder), None, None, False
        if log is not None:
            progress("checking each row against the log")
            rows, is_bound = _check_against_log(folder, log, manifest)
            events = folder / CHECKED_ROWS
        progress("computing the scores")
        scores = own = score_release_folder(folder, formulas=formulas, events=events)
        if manifest.get("formulas") != formulas.version:
            own = score_release_folder(folder, events=events)
        if differing := differing_ids(folder / "scores.csv", own):
            raise InvalidRelease(f"scores.csv differs for {', '.join(differing)}")
        return ScoredRelease(without_credentials(source), manifest, scores, rows, is_bound)


@contextmanager
def _files(source: str, progress: Progress) -> Iterator[tuple[Path, PublishedLog | None]]:
    """Yield the folder of a release and, if it has an address, the log of its installation."""
    if not is_address(source):
        with unpacked(Path(source)) as folder:
            yield folder, None
        return
    with TemporaryDirectory() as name:
        progress("downloading the release")
        downloads = Downloads()
        archive = downloads.download(source, Path(name) / "release.zip")
        log = download_log(source, Path(name), downloads, progress)
        with unpacked(archive) as folder:
            yield folder, log


def _check_against_log(
    folder: Path, log: PublishedLog, manifest: dict[str, Any]
) -> tuple[int, bool]:
    """Return the number of rows, each checked against the log, and whether the manifest was too.

    Raises InvalidRelease.
    """
    try:
        heads = verifier.read_heads(log.heads)
        verifier.check_heads(heads)
        verifier.check_files(folder)
        count = verifier.check_release(folder / CHECKED_ROWS, heads, log.leaves)
        leaves = verifier.read_leaves(log.leaves)
        _require_root(manifest, leaves)
        return count.rows, _is_manifest_bound(folder, log, leaves[: count.covered])
    except (*verifier.REFUSALS, OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidRelease(str(error)) from error


def _is_manifest_bound(folder: Path, log: PublishedLog, leaves: Sequence[bytes]) -> bool:
    """Return whether the log has this manifest; False where it cannot be checked yet, or at all.

    Raises VerificationError if the log has another one.
    """
    if log.receipt is None:
        return False
    receipt = json.loads(log.receipt.read_text(encoding="utf-8"))
    entry = int(receipt["entry"])
    if entry >= len(leaves):
        return False
    is_build = receipt["public"]["kind"] == ReleaseBuilt.KIND
    if not is_build or verifier.leaf_hash(receipt["public"], receipt["private"]) != leaves[entry]:
        raise verifier.VerificationError("the receipt of the release is not of the log")
    verifier.check_files(folder, receipt)
    return True


def _require_root(manifest: dict[str, Any], leaves: Sequence[bytes]) -> None:
    """Require that the leaves have the root that the manifest names for its number of entries."""
    head = dict(manifest.get("log_head") or {})
    size = int(head.get("size") or 0)
    _all, roots = verifier.compute_roots(leaves, [size])
    if size not in roots:
        raise InvalidRelease(f"manifest.json names {size} entries, the leaf files have others")
    if roots[size].hex() != head.get("root"):
        raise InvalidRelease(f"manifest.json names another log: its root over {size} entries")


def differing_ids(path: Path, scores: citivoice.Scores) -> list[str]:
    """Return the ids whose line in scores.csv differs from a score computed from rows and facts."""
    if not path.is_file():
        return []
    names = [column.name for column in SCORES]
    computed = {
        str(row["id"]): [str(csv_cell(row.get(name))) for name in names]
        for row in score_rows(scores)
    }
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        released = {row.get("id", ""): [row.get(n, "") for n in names] for row in rows}
    return sorted(key for key in computed | released if computed.get(key) != released.get(key))
