"""A research release of a process: rows of public acts, facts, scores, codebook, by its tier."""

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
from deliberate.exports.assessments import write_assessments
from deliberate.exports.columns import SCORES, TEXTS, codebook
from deliberate.exports.content_tables import write_comments, write_proposals, write_responses
from deliberate.exports.duckdb_workspace import EXACT, HOUR, DuckDBWorkspace
from deliberate.exports.event_log import lay_out_log, told_of, withheld, write_events
from deliberate.exports.formats import FORMATS
from deliberate.exports.protected_release import lay_out_texts, write_private_acts, write_texts
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.exports.readme import write_manifest, write_words
from deliberate.exports.suppression import redacted_scores
from deliberate.exports.tables import write_rows
from deliberate.exports.tally_csv import write_polls
from deliberate.models import Process
from deliberate.queries.polls.electorate import smallest_group
from deliberate.queries.scores.process_scores import RELEASE, scores_of

Progress = Callable[[str, int], None]
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Unwritable(ValueError):
    """The folder cannot take a release; the message says why."""


@dataclass(frozen=True)
class Order:
    """What is to be built; with the secret of an approved request it is the protected tier."""

    process: Process
    formats: Sequence[str] = ()
    secret: bytes | None = None

    @property
    def tier(self) -> str:
        """Open to all, or for one approved request."""
        return "open" if self.secret is None else "protected"


def build_release(
    process: Process,
    out: Path,
    progress: Progress | None = None,
    formats: Sequence[str] = (),
    secret: bytes | None = None,
) -> dict[str, Any]:
    """Write a release of a process into a new folder; gives its manifest.

    It is built beside its place and moved there whole, so no half release is ever seen. Raises
    Unwritable if something is there already, a format has an unknown name, or the disk is full.
    """
    if unknown := [name for name in formats if name not in FORMATS]:
        known = ", ".join(FORMATS)
        raise Unwritable(f"no format is called {', '.join(unknown)}; there are {known}")
    if process.source == RELEASE:
        raise Unwritable(f"{process.slug} came in as a release: its own files are its release")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Unwritable(f"{out}: is there already; a release is never rebuilt in place")
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    order = Order(process, formats, secret)
    try:
        building.mkdir(parents=True)
        manifest = _fill(order, building, progress or (lambda _name, _rows: None))
        if out.exists():
            out.rmdir()
        building.rename(out)
    except BaseException as error:
        shutil.rmtree(building, ignore_errors=True)
        raise named(error, out) from error
    return manifest


def named(error: BaseException, out: Path) -> BaseException:
    """What is said of a failed build: a full disk by its name, whichever writer met it."""
    is_full = isinstance(error, OSError) and error.errno in FULL
    if isinstance(error, duckdb.Error):
        is_full = any(word in str(error) for word in ("No space left", "File too large", "fsync"))
    if is_full:
        return Unwritable(f"{out}: the disk is full; nothing was written, older releases stand")
    return error


def _fill(order: Order, folder: Path, tell: Progress) -> dict[str, Any]:
    process = order.process
    scores = redacted_scores(scores_of(process), smallest_group())
    size = int(scores.facts.one("window_facts", "log_size") or 0)
    counted: dict[str, int] = {}
    passing = TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-")
    times = HOUR if order.secret is None else EXACT
    with passing as place, DuckDBWorkspace(Path(place), times) as bench:
        lay_out_log(bench, process, size)
        for done in _tables(bench, folder, order, size):
            counted |= done
            for name, rows in done.items():
                tell(name, rows)
        for name in order.formats:
            tell(name, FORMATS[name](bench, folder, process, size))
        told = {"tier": order.tier, **told_of(bench), "withheld": withheld(bench)}
    counted |= _write_scores(folder, scores)
    names = [*counted, *_names(folder)]
    write_words(folder, process, current_app.config["SETTINGS"].brand_name, order.tier, names)
    return write_manifest(folder, process, scores, counted, told)


def _tables(
    bench: DuckDBWorkspace, folder: Path, order: Order, size: int
) -> Iterator[dict[str, int]]:
    process = order.process
    bench.table("texts", TEXTS, [])
    yield write_events(bench, folder, Pseudonyms(order.secret))
    yield {"proposals.csv": write_proposals(bench, folder, process)}
    yield {"comments.csv": write_comments(bench, folder, process)}
    yield {"responses.csv": write_responses(bench, folder, process)}
    yield {"polls.csv": write_polls(folder, process, size)}
    yield {"assessments.json": write_assessments(folder, process)}
    if order.secret is not None:
        lay_out_texts(bench, process)
        yield {"texts.csv": write_texts(bench, folder)}
        yield {"private_acts.csv": write_private_acts(bench, folder, order.secret)}


def _names(folder: Path) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]


def _write_scores(folder: Path, scores: citivoice.Scores) -> dict[str, int]:
    headings = [column.name for column in SCORES]
    counted = {"scores.csv": write_rows(folder / "scores.csv", headings, score_rows(scores))}
    book = list(codebook())
    counted["codebook.csv"] = write_rows(folder / "codebook.csv", list(book[0]), book)
    for path in scores.facts.write(folder / "facts"):
        counted[f"facts/{path.name}"] = path.read_text(encoding="utf-8").count("\n") - 1
    return counted


def score_rows(scores: citivoice.Scores) -> Iterator[dict[str, Any]]:
    """One row an indicator, then one a dimension, as they stand in scores.csv."""
    yield from scores.records(now())
    for name, total in scores.to_dict()["dimensions"].items():
        low, high = total["ci"] or (None, None)
        yield {
            "id": name,
            "version": scores.formulas.version,
            "value": total["score"],
            "state": total["state"],
            "reason": total.get("reason"),
            "ci_low": low,
            "ci_high": high,
            "normalised": total["score"],
            "seed": scores.formulas.seed,
        }
