"""Keeping the scores of processes, so that pages show what was computed and when."""

import json
from datetime import datetime

from sqlalchemy import delete

from deliberate import citivoice
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import ComparedScore, Process, Snapshot
from deliberate.queries.scores.process_scores import (
    compared_of,
    drawn_from,
    newest_snapshot,
    process_named,
    process_slugs,
    scores_of,
)


def keep_scores(slug: str) -> bool:
    """Compute the scores of a process and keep them; False if the newest ones say the same.

    It is no act: whatever moved a score is in the log already.
    """
    process = process_named(slug)
    if process is None:
        raise LookupError(slug)
    scores = scores_of(process, pictures=True)
    last = newest_snapshot(process.id)
    digest = scores.inputs_hash()
    fresh = not last or not _says_the_same(last, scores, digest)
    if fresh:
        _keep(process, scores, digest)
    _keep_compared(process, scores, fresh)
    return fresh


def _says_the_same(last: Snapshot, scores: citivoice.Scores, digest: str) -> bool:
    """Whether facts, formulas and what assessors judged are as they were."""
    if (last.inputs_hash, last.formulas) != (digest, scores.formulas.version):
        return False
    judged: bool = json.loads(last.document)["criteria"] == scores.to_dict()["criteria"]
    return judged


def _keep(process: Process, scores: citivoice.Scores, digest: str) -> None:
    head = scores.to_dict()["log_head"]
    with unrecorded("scores are a job's result") as session:
        session.add(
            Snapshot(
                process_id=process.id,
                computed_at=now(),
                formulas=scores.formulas.version,
                log_size=head["size"] or 0,
                log_root=head["root"],
                inputs_hash=digest,
                document=scores.to_json(),
                drawn=drawn_from(scores),
            )
        )


def _keep_compared(process: Process, scores: citivoice.Scores, fresh: bool) -> None:
    """Keep what comparisons read: of the whole process, and up to the end of each phase over.

    A phase that is over is counted once: what is done later lies after its end.
    """
    version = scores.formulas.version
    kept = {one.phase: (one.as_of, one.formulas) for one in compared_of(process.id)}
    if fresh or kept.get("") != (None, version):
        _replace_compared(process, "", None, scores)
    for phase in process.phases:
        ended = phase.closes_at <= now()
        if ended and kept.get(phase.kind) != (phase.closes_at, version):
            until = scores_of(process, phase.closes_at)
            _replace_compared(process, phase.kind, phase.closes_at, until)


def _replace_compared(
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


def keep_all_scores() -> int:
    """Keep the scores of every process; gives how many were new."""
    return sum(keep_scores(slug) for slug in process_slugs())
