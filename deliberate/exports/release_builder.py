"""Building a research release of a process: public acts, facts, scores and codebook, by tier."""

import errno
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from flask import current_app

from deliberate import citivoice
from deliberate.clock import now
from deliberate.config import Settings
from deliberate.exports.assessments_json import write_assessments
from deliberate.exports.columns import SCORES, TEXTS, codebook
from deliberate.exports.content_tables import (
    count_withheld_texts,
    write_comments,
    write_proposals,
    write_responses,
)
from deliberate.exports.csv_writer import write_rows
from deliberate.exports.documents.licences import licence_of
from deliberate.exports.documents.notebook import write_notebook
from deliberate.exports.documents.notice import write_notice
from deliberate.exports.documents.questionnaires_csv import write_questionnaires
from deliberate.exports.documents.reason_survey_csv import write_reason_survey
from deliberate.exports.documents.study_plans_json import write_study_plans
from deliberate.exports.duckdb_workspace import EXACT_FORMAT, HOUR_FORMAT, DuckDBWorkspace
from deliberate.exports.event_log import (
    count_withheld,
    create_acts_view,
    period_and_people,
    write_events,
)
from deliberate.exports.formats import FORMATS
from deliberate.exports.protected_release import create_texts_table, write_private_acts, write_texts
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.exports.release_metadata import (
    Description,
    write_descriptions,
    write_manifest,
)
from deliberate.exports.suppression import redacted_scores
from deliberate.exports.tables.draft_texts_csv import write_draft_texts
from deliberate.exports.tables.polls_csv import write_polls
from deliberate.models import Process
from deliberate.queries.polls.electorate import min_group_size
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.scores.process_scores import SOURCE_RELEASE, numbers_digest

Progress = Callable[[str, int], None]
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ReleaseNotWritable(ValueError):
    """The folder cannot take a release; the message states the reason."""


@dataclass(frozen=True)
class ReleaseSpec:
    """What to build. With the secret of an approved request it is the protected tier."""

    process: Process
    formats: Sequence[str] = ()
    secret: bytes | None = None
    scores: citivoice.Scores | None = None
    """The scores that its numbers are, computed already; None to compute them."""

    @property
    def tier(self) -> str:
        """Return the name of the tier: "open", or "protected" for one approved request."""
        return "open" if self.secret is None else "protected"


def build_release(
    process: Process,
    out: Path,
    progress: Progress | None = None,
    formats: Sequence[str] = (),
    secret: bytes | None = None,
    scores: citivoice.Scores | None = None,
) -> dict[str, Any]:
    """Write a release of a process into a new folder and return its manifest.

    The release is built beside `out` and moved there when complete. Raises ReleaseNotWritable if
    `out` is not empty, a format is unknown, the process is an imported release or the disk is full.
    """
    _require_writable(process, out, formats)
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    spec = ReleaseSpec(process, formats, secret, scores)
    try:
        building.mkdir(parents=True)
        manifest = _write_files(spec, building, progress or (lambda _name, _rows: None))
        if out.exists():
            out.rmdir()
        building.rename(out)
    except BaseException as error:
        shutil.rmtree(building, ignore_errors=True)
        raise translate_build_error(error, out) from error
    return manifest


def _require_writable(process: Process, out: Path, formats: Sequence[str]) -> None:
    """Raise ReleaseNotWritable for a release that cannot be built, before anything is written."""
    if unknown := [name for name in formats if name not in FORMATS]:
        known = ", ".join(FORMATS)
        raise ReleaseNotWritable(f"unknown format: {', '.join(unknown)}; formats are {known}")
    if process.source == SOURCE_RELEASE:
        raise ReleaseNotWritable(
            f"{process.slug} is an imported release: its files are the release"
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ReleaseNotWritable(f"{out}: exists already; a release is never rebuilt in place")


def translate_build_error(error: BaseException, out: Path) -> BaseException:
    """Return ReleaseNotWritable if the disk was full, or else the error itself."""
    is_full = isinstance(error, OSError) and error.errno in DISK_FULL
    if isinstance(error, duckdb.Error):
        is_full = any(text in str(error) for text in ("No space left", "File too large", "fsync"))
    if is_full:
        return ReleaseNotWritable(
            f"{out}: the disk is full; nothing was written, older releases are unchanged"
        )
    return error


def _write_files(spec: ReleaseSpec, folder: Path, progress: Progress) -> dict[str, Any]:
    process = spec.process
    scores = redacted_scores(spec.scores or compute_scores(process), min_group_size())
    size = int(scores.facts.one("window_facts", "log_size") or 0)
    row_counts: dict[str, int] = {}
    temporary = TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-")
    time_format = HOUR_FORMAT if spec.secret is None else EXACT_FORMAT
    with temporary as path, DuckDBWorkspace(Path(path), time_format) as workspace:
        create_acts_view(workspace, process, size)
        for written in _write_tables(workspace, folder, spec, size):
            row_counts |= written
            for name, rows in written.items():
                progress(name, rows)
        for name in spec.formats:
            progress(name, FORMATS[name](workspace, folder, process, size))
        summary = _summarize(workspace, process, spec.tier)
    row_counts |= _write_scores(folder, scores)
    settings: Settings = current_app.config["SETTINGS"]
    publisher, licence = settings.brand_name, licence_of(process, spec.tier)
    write_notebook(folder, process.title, scores.formulas)
    write_notice(
        folder,
        process,
        publisher=publisher,
        version=scores.formulas.version,
        size=size,
        licence=(licence.name, licence.url or licence.text),
    )
    names = [*row_counts, *_file_names(folder)]
    summary |= {"scored": {"log_size": size, "numbers": numbers_digest(scores.to_json())}}
    description = Description(
        tier=spec.tier,
        publisher=publisher,
        address=f"{settings.base_url}/data/{process.slug}/latest.zip" if settings.base_url else "",
        licence=licence,
        size=size,
        root=scores.facts.one("window_facts", "log_root"),
    )
    write_descriptions(folder, process, description, names)
    return write_manifest(folder, process, scores, row_counts, summary, licence)


def _summarize(workspace: DuckDBWorkspace, process: Process, tier: str) -> dict[str, Any]:
    return {
        "tier": tier,
        **period_and_people(workspace),
        "withheld": count_withheld(workspace),
        "withheld_texts": count_withheld_texts(workspace, process),
    }


def _write_tables(
    workspace: DuckDBWorkspace, folder: Path, spec: ReleaseSpec, size: int
) -> Iterator[dict[str, int]]:
    process = spec.process
    workspace.create_table("texts", TEXTS, [])
    yield write_events(workspace, folder, Pseudonyms(spec.secret))
    yield {"proposals.csv": write_proposals(workspace, folder, process)}
    yield {"comments.csv": write_comments(workspace, folder, process)}
    yield {"responses.csv": write_responses(workspace, folder, process)}
    yield from write_draft_texts(workspace, folder, process)
    yield {"polls.csv": write_polls(folder, process, size)}
    yield {"assessments.json": write_assessments(folder, process)}
    yield {"questionnaires.csv": write_questionnaires(folder, process)}
    yield write_reason_survey(folder, process)
    yield {"study_plans.json": write_study_plans(folder, process, size)}
    if spec.secret is not None:
        create_texts_table(workspace, process)
        yield {"texts.csv": write_texts(workspace, folder)}
        yield {"private_acts.csv": write_private_acts(workspace, folder, spec.secret)}


def _file_names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _write_scores(folder: Path, scores: citivoice.Scores) -> dict[str, int]:
    header = [column.name for column in SCORES]
    row_counts = {"scores.csv": write_rows(folder / "scores.csv", header, score_rows(scores))}
    entries = list(codebook())
    row_counts["codebook.csv"] = write_rows(folder / "codebook.csv", list(entries[0]), entries)
    for path in scores.facts.write(folder / "facts"):
        row_counts[f"facts/{path.name}"] = path.read_text(encoding="utf-8").count("\n") - 1
    return row_counts


def score_rows(scores: citivoice.Scores) -> Iterator[dict[str, Any]]:
    """Yield the rows of scores.csv: one per indicator, then one per dimension."""
    yield from scores.records(now())
    for name, dimension in scores.to_dict()["dimensions"].items():
        low, high = dimension["ci"] or (None, None)
        yield {
            "id": name,
            "version": scores.formulas.version,
            "value": dimension["score"],
            "state": dimension["state"],
            "reason": dimension.get("reason"),
            "ci_low": low,
            "ci_high": high,
            "normalised": dimension["score"],
            "seed": scores.formulas.seed,
        }
