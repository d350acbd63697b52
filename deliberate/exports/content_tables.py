"""Proposals, comments and responses of a release, as they stood when it was built."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Select, case, func, select

from deliberate.database import db
from deliberate.exports.columns import COMMENTS, PROPOSALS, RESPONSES, Column
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.models import Comment, Commitment, Process, Proposal, Response, ResponseAnswer

ROWS_AT_ONCE = 5000


def batches(query: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """The rows of a query, some thousand at a time."""
    yield from db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)).partitions()


def _but(columns: Sequence[Column], *names: str) -> list[Column]:
    return [column for column in columns if column.name not in names]


def write_proposals(bench: DuckDBWorkspace, folder: Path, process: Process) -> int:
    """Write the proposals whose publication the log's head covers; gives how many."""
    is_shown = Proposal.hidden_at.is_(None) & Proposal.withdrawn_at.is_(None)
    query = select(
        Proposal.id,
        Proposal.published_at,
        Proposal.initiator,
        Proposal.institution_id,
        case((is_shown, Proposal.topic), else_=None),
        case((is_shown, Proposal.area), else_=None),
        Proposal.language,
        Proposal.version,
        Proposal.support_count,
        Proposal.comment_count,
        Proposal.decision,
        Proposal.qualified_at,
        Proposal.answered_at,
        Proposal.withdrawn_at,
        Proposal.hidden_at,
    ).where(Proposal.process_id == process.id)
    bench.table("kept_proposals", _but(PROPOSALS, "author_id"), batches(query))
    bench.view(
        "proposals",
        "SELECT p.*, e.actor_id AS author_id FROM kept_proposals AS p JOIN events AS e"
        " ON e.kind = 'proposal.submitted' AND e.subject_id = p.proposal_id ORDER BY proposal_id",
    )
    return bench.write(folder / "proposals.csv", PROPOSALS, "proposals")


_OF_ACT = ("author_id", "author_role", "account_class", "parent_id", "institution_id", "stance")


def write_comments(bench: DuckDBWorkspace, folder: Path, process: Process) -> int:
    """Write the comments whose posting the log's head covers, without their texts."""
    query = (
        select(
            Comment.id,
            Comment.proposal_id,
            Comment.root_id,
            Comment.depth,
            Comment.is_question,
            Comment.posted_at,
            Comment.withdrawn_at,
            Comment.hidden_at,
            Comment.strong_count,
            Comment.weak_count,
        )
        .join(Proposal, Comment.proposal_id == Proposal.id)
        .where(Proposal.process_id == process.id)
    )
    bench.table("kept_comments", _but(COMMENTS, *_OF_ACT), batches(query))
    bench.view(
        "comments",
        "SELECT c.*, e.actor_id AS author_id, e.actor_role AS author_role, e.account_class,"
        " e.parent_id, e.institution_id, e.stance FROM kept_comments AS c JOIN events AS e"
        " ON e.kind = 'comment.posted' AND e.subject_id = c.comment_id ORDER BY comment_id",
    )
    return bench.write(folder / "comments.csv", COMMENTS, "comments")


def write_responses(bench: DuckDBWorkspace, folder: Path, process: Process) -> int:
    """Write the responses whose publication the log's head covers, without their texts."""
    bench.table("kept_responses", RESPONSES, _response_rows(process))
    bench.view(
        "responses",
        "SELECT r.* FROM kept_responses AS r JOIN events AS e"
        " ON e.kind = 'response.published' AND e.subject_id = r.response_id ORDER BY response_id",
    )
    return bench.write(folder / "responses.csv", RESPONSES, "responses")


def _response_rows(process: Process) -> Iterator[Sequence[Any]]:
    promised = select(func.count(Commitment.id)).where(Commitment.response_id == Response.id)
    answered = select(func.count()).where(ResponseAnswer.response_id == Response.id)
    query = (
        select(
            Response,
            answered.scalar_subquery(),
            promised.scalar_subquery(),
            promised.where(Commitment.fulfilled_at.is_not(None)).scalar_subquery(),
            promised.where(Commitment.dropped_at.is_not(None)).scalar_subquery(),
        )
        .join(Proposal, Response.proposal_id == Proposal.id)
        .where(Proposal.process_id == process.id)
    )
    for batch in batches(query):
        yield [_response(*row) for row in batch]


def _response(
    response: Response, answered: int, promised: int, fulfilled: int, dropped: int
) -> tuple[Any, ...]:
    return (
        response.id,
        response.proposal_id,
        response.version,
        response.institution_id,
        response.decision,
        response.published_at,
        response.dated,
        response.study_until,
        response.code or None,
        "|".join(response.grounds),
        len(response.points),
        answered,
        promised,
        fulfilled,
        dropped,
        response.answers_yes,
        response.answers_partly,
        response.answers_no,
    )
