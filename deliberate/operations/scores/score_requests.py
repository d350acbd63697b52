"""Requests for the first scores of a process, which a job computes in a process of its own."""

from deliberate.database import transient
from deliberate.models import Person, Process, ScoreRequest
from deliberate.permissions.decision import require
from deliberate.permissions.scores.assessments import may_assess
from deliberate.queries.scores.process_scores import newest_snapshot


def request_first_scores(evaluator: Person, process: Process) -> None:
    """Have a process without scores scored within a minute or two, not in the night only.

    The process that serves pages stays small: it never loads what computes.
    """
    require(may_assess(evaluator))
    if newest_snapshot(process.id) is None:
        with transient() as store:
            if store.get(ScoreRequest, process.id) is None:
                store.add(ScoreRequest(process_id=process.id))
