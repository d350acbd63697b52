"""Keeping the scores of processes, so that pages show what was computed and when."""

import json

from deliberate import citivoice
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process, Snapshot
from deliberate.queries.scores import (
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
    if last and _says_the_same(last, scores, digest):
        return False
    _keep(process, scores, digest)
    return True


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


def keep_all_scores() -> int:
    """Keep the scores of every process; gives how many were new."""
    return sum(keep_scores(slug) for slug in process_slugs())
