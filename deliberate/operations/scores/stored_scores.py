"""Storing the scores of processes, so that pages show what was computed and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial

from sqlalchemy import delete

from deliberate import citivoice
from deliberate.clock import now
from deliberate.database import db, transient, unrecorded
from deliberate.models import ComparedScore, Process, ScoreRequest, ScoreSnapshot
from deliberate.operations.releases.study_plans import store_plan_shares
from deliberate.operations.site.job_runs import run_each
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.computed_scores import (
    chart_data,
    compute_scores,
    scoring_task,
    sealed_logs,
)
from deliberate.queries.scores.process_scores import (
    list_compared_scores,
    newest_snapshot,
    opened_process_slugs,
    requested_process_ids,
    unscored_processes,
)


def store_scores(slug: str, log: citivoice.Log | None = None) -> bool:
    """Compute and store the scores of a process; return False if nothing changed.

    `log` holds the sealed rows of the process where they were read already. This is not an act:
    everything that moves a score is in the log already.
    """
    process = _process(slug)
    return store_computed_scores(process, compute_scores(process, pictures=True, log=log), log)


def _process(slug: str) -> Process:
    process = get_process(slug)
    if process is None:
        raise LookupError(slug)
    return process


def store_computed_scores(
    process: Process, scores: citivoice.Scores, log: citivoice.Log | None = None
) -> bool:
    """Store scores with pictures that were computed just now; return False if nothing changed."""
    last = newest_snapshot(process.id)
    digest = scores.inputs_hash()
    has_changed = not last or not _is_unchanged(last, scores, digest)
    if has_changed:
        _store_snapshot(process, scores, digest)
    _store_compared_scores(process, scores, has_changed, log)
    store_plan_shares(process.id)
    return has_changed


def _is_unchanged(last: ScoreSnapshot, scores: citivoice.Scores, digest: str) -> bool:
    """Return whether facts, formulas and judged criteria equal those of the last snapshot."""
    if (last.inputs_hash, last.formulas) != (digest, scores.formulas.version):
        return False
    judged: bool = json.loads(last.document)["criteria"] == scores.to_dict()["criteria"]
    return judged


def _store_snapshot(process: Process, scores: citivoice.Scores, digest: str) -> None:
    head = scores.to_dict()["log_head"]
    with unrecorded("scores are a job's result") as session:
        session.add(
            ScoreSnapshot(
                process_id=process.id,
                computed_at=now(),
                formulas=scores.formulas.version,
                log_size=head["size"] or 0,
                log_root=head["root"],
                inputs_hash=digest,
                document=scores.to_json(),
                chart_data=chart_data(scores),
            )
        )


def _store_compared_scores(
    process: Process, scores: citivoice.Scores, has_changed: bool, log: citivoice.Log | None
) -> None:
    """Store the comparison scores of the whole process and up to the end of each ended phase.

    An ended phase is scored once: later acts are outside it.
    """
    version = scores.formulas.version
    stored = {row.phase: (row.as_of, row.formulas) for row in list_compared_scores(process.id)}
    if has_changed or stored.get("") != (None, version):
        _replace_compared_score(process, "", None, scores)
    for phase in process.phases:
        has_ended = phase.closes_at <= now()
        if has_ended and stored.get(phase.key) != (phase.closes_at, version):
            scores_until_end = compute_scores(process, phase.closes_at, log=log)
            _replace_compared_score(process, phase.key, phase.closes_at, scores_until_end)


def _replace_compared_score(
    process: Process, phase: str, as_of: datetime | None, scores: citivoice.Scores
) -> None:
    with unrecorded("scores are a job's result") as session:
        session.execute(
            delete(ComparedScore).where(
                ComparedScore.process_id == process.id, ComparedScore.phase == phase
            )
        )
        session.add(
            ComparedScore(
                process_id=process.id,
                phase=phase,
                as_of=as_of,
                formulas=scores.formulas.version,
                document=scores.to_json(),
                draws=citivoice.Comparable.of(scores).to_bytes(),
            )
        )


def store_all_scores() -> int:
    """Store the scores of every process and return how many changed; two are computed at a time.

    A process whose scores fail does not prevent those of the others from being stored.
    """
    changed: list[str] = []
    slugs = opened_process_slugs()
    with sealed_logs(slugs) as logs:

        def store(scored: tuple[str, Future[citivoice.Scores]]) -> None:
            slug, scores = scored
            if store_computed_scores(_process(slug), scores.result(), logs.get(slug)):
                changed.append(slug)

        tasks = (_scoring_task(slug, logs.get(slug)) for slug in slugs)
        run_each("store_all_scores", zip(slugs, citivoice.score_ahead(tasks), strict=True), store)
    return len(changed)


def _scoring_task(slug: str, log: citivoice.Log | None) -> Callable[[], citivoice.Scores]:
    """Return the computation of the scores of a process; it raises what prevents its own alone."""
    try:
        return scoring_task(_process(slug), pictures=True, log=log)
    except Exception as error:  # that of one process: the others are scored
        db.session.rollback()
        return partial(_fail, error)


def _fail(error: Exception) -> citivoice.Scores:
    raise error


def store_new_scores() -> int:
    """Store the scores of the processes that have none yet and return their number."""
    return run_each("store_new_scores", [row.slug for row in unscored_processes()], store_scores)


def store_requested_scores() -> int:
    """Store the scores of the processes for which they were requested; return their number.

    A request ends with the attempt: one that fails is not repeated every minute.
    """
    return run_each("store_requested_scores", requested_process_ids(), _store_requested)


def _store_requested(process_id: int) -> None:
    try:
        if process := db.session.get(Process, process_id):
            store_scores(process.slug)
    finally:
        with transient() as store:
            store.execute(delete(ScoreRequest).where(ScoreRequest.process_id == process_id))
