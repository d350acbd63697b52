"""The sealed log of a process for scoring, and the scores computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select

from deliberate import citivoice
from deliberate.config import Settings
from deliberate.database import db
from deliberate.file_storage import file_storage
from deliberate.models import Process
from deliberate.queries.log.sealed_log import load_process_log
from deliberate.queries.log.tree_heads import TreeHeadSummary, count_sealed_dates, latest_tree_head
from deliberate.queries.releases.release_files import score_release_folder
from deliberate.queries.scores.assessments import judged_criteria
from deliberate.queries.scores.inclusion import population_shares
from deliberate.queries.scores.process_scores import SOURCE_RELEASE
from deliberate.queries.scores.repeated_texts import count_repeated_texts


def compute_scores(
    process: Process,
    as_of: datetime | None = None,
    formulas: citivoice.Formulas | None = None,
    engine: str = "duckdb",
    pictures: bool = False,
    log: citivoice.Log | None = None,
) -> citivoice.Scores:
    """Return the scores of a process up to the newest tree head, or up to an earlier time.

    `log` holds the sealed rows of the process where they were read already. An imported release is
    scored from its files, as on the platform it came from.
    """
    return scoring_task(process, as_of, formulas, engine, pictures, log)()


def scoring_task(
    process: Process,
    as_of: datetime | None = None,
    formulas: citivoice.Formulas | None = None,
    engine: str = "duckdb",
    pictures: bool = False,
    log: citivoice.Log | None = None,
) -> Callable[[], citivoice.Scores]:
    """Return the computation of scores as `compute_scores`; it reads nothing of the database."""
    if process.source == SOURCE_RELEASE:
        settings: Settings = current_app.config["SETTINGS"]
        with file_storage().local_folder(settings.imported_path / process.slug) as folder:
            return partial(score_release_folder, folder, as_of, formulas, engine)  # it lasts
    return partial(
        citivoice.score,
        log or sealed_log(process),
        scoring_context(process, as_of),
        formulas=formulas,
        judged=judged_criteria(process.id, as_of),
        engine=engine,
        pictures=pictures,
    )


def scoring_context(process: Process, as_of: datetime | None = None) -> citivoice.Process:
    """Return what the log does not hold about a process: time zone, window and tree head."""
    head = latest_tree_head()
    dates = count_sealed_dates(process.id)
    wordings = count_repeated_texts(process.id, as_of or _moment_after(head))
    return citivoice.Process(
        slug=process.slug,
        timezone=process.timezone,
        as_of=as_of,
        process_id=str(process.id),
        log_size=head.size if head else 0,
        log_root=head.root if head else None,
        sealed_at=head.made_at if head else None,
        sealed_late=dates.late,
        source_dated=dates.dated,
        texts=wordings.texts,
        repeated_texts=wordings.repeated,
        population=population_shares(process.id),
    )


def _moment_after(head: TreeHeadSummary | None) -> datetime | None:
    """Return the first moment that a tree head does not hold; None before the first head."""
    return head.made_at + timedelta(microseconds=1) if head and head.made_at else None


def sealed_log(process: Process) -> citivoice.Log:
    """Return the sealed rows of a process: segments, then batches of later rows."""
    settings: Settings = current_app.config["SETTINGS"]
    return load_process_log(settings.log_path, process.id)


@contextmanager
def sealed_logs(slugs: Sequence[str]) -> Iterator[Mapping[str, citivoice.Log]]:
    """Yield the sealed rows of each process by slug, all from one pass over the log."""
    settings: Settings = current_app.config["SETTINGS"]
    query = select(Process.slug, Process.id).where(Process.slug.in_(slugs))
    ids = {slug: str(process_id) for slug, process_id in db.session.execute(query)}
    with citivoice.partitioned(load_process_log(settings.log_path), ids.values()) as logs:
        yield {slug: logs[process_id] for slug, process_id in ids.items()}


def chart_data(scores: citivoice.Scores) -> dict[str, Any]:
    """Return the data of the scoreboard's charts: small counts from the facts.

    Cohorts under ten people are left out. Waits are [hours, answered] of residents' proposals,
    sides [for, against] of threads, authors [comments, people who wrote so many]. People of the
    reply network get numbers without meaning elsewhere.
    """
    threads = scores.facts.scope("thread_facts", "counted")
    authors = scores.facts.scope("author_facts", "counted")
    weeks = scores.facts.scope("week_facts", "counted")
    cohorts = scores.facts["cohort_facts"]
    responses = scores.facts["response_facts"]
    by_residents = responses["initiator"] != "authority"
    return {
        "weeks": _rows(weeks, "week", "residents", "newcomers", "comments", "is_open"),
        "cohorts": _rows(cohorts, "first_week", "weeks_later", "people"),
        "pairs": _renumber_people(scores.facts.pictures.get("pair_picture", [])),
        "shapes": scores.facts.pictures.get("shape_picture", []),
        "sides": _rows(threads, *_side_columns(scores.formulas)),
        "authors": _rows(authors, "comments", "authors"),
        "waits": sorted(
            [int(hours), int(answered)]
            for hours, answered in zip(
                responses["hours"][by_residents],
                responses["is_answered"][by_residents],
                strict=True,
            )
        ),
    }


def _side_columns(formulas: citivoice.Formulas) -> tuple[str, str]:
    """Return the columns of the sides as the formulas count them."""
    inherits = "standing_sides" in formulas.rules
    return ("side_for", "side_against") if inherits else ("stance_for", "stance_against")


def _renumber_people(pairs: list[list[int]]) -> list[list[int]]:
    """Return the pairs with people numbered 0, 1, 2 …: log numbers would lead to their acts."""
    people = sorted({person for pair in pairs for person in pair[:2]})
    index = {person: number for number, person in enumerate(people)}
    return [[index[first], index[second], *rest] for first, second, *rest in pairs]


def _rows(table: Mapping[str, Any], *names: str) -> list[list[Any]]:
    return sorted(map(list, zip(*(table[name].tolist() for name in names), strict=True)))
