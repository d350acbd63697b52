"""Tables of proposals, comments and responses of a release, in their state at build time."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, literal, select

from deliberate.database import db
from deliberate.exports.columns import COMMENTS, PROPOSALS, RESPONSES, Column
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.geography.places import Geometry, place_of_geometry
from deliberate.models import (
    AnsweredComment,
    Comment,
    Commitment,
    Document,
    Person,
    Process,
    Proposal,
    Response,
    UnitContribution,
)
from deliberate.models.moderation.visibility import ANYONE

ROWS_PER_BATCH = 5000
_FROM_ACTS = ("author_id", "coauthor_ids")
"""Columns of proposals that come from the acts, under pseudonyms."""
_PLACE = [column.name for column in PROPOSALS if column.name not in _FROM_ACTS].index("place")
"""Where a row of proposals has its place, followed by whether it is exact."""


def batches(query: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Yield the rows of a query in batches."""
    yield from db.session.execute(query.execution_options(yield_per=ROWS_PER_BATCH)).partitions()


def _without_columns(columns: Sequence[Column], *names: str) -> list[Column]:
    return [column for column in columns if column.name not in names]


_COAUTHORS = (
    "SELECT subject_id, string_agg(actor_id, '|' ORDER BY joined) AS coauthor_ids FROM"
    " (SELECT subject_id, actor_id, min(seq) AS joined FROM events"
    " WHERE subject_type = 'proposal' AND kind IN ('coauthor.joined', 'coauthor.left')"
    " AND actor_id IS NOT NULL GROUP BY subject_id, actor_id"
    " HAVING arg_max(kind, seq) = 'coauthor.joined') AS present GROUP BY subject_id"
)
"""The co-authors of each proposal who have not left it, in the order in which they joined."""


def write_proposals(workspace: DuckDBWorkspace, folder: Path, process: Process) -> int:
    """Write proposals.csv, the proposals published up to the tree head, and return its rows."""
    is_shown = Proposal.text_visible_to(ANYONE)
    query = select(
        Proposal.id,
        Proposal.published_at,
        Proposal.initiator,
        Proposal.institution_id,
        case((is_shown, Proposal.topic), else_=None),
        case((is_shown, Proposal.area), else_=None),
        case((is_shown, Proposal.place), else_=None),
        Proposal.place_is_exact,
        Proposal.language,
        Proposal.version,
        Proposal.support_count,
        Proposal.comment_count,
        Proposal.decision,
        Proposal.qualified_at,
        Proposal.answered_at,
        Proposal.withdrawn_at,
        Proposal.hidden_at_column(),
    ).where(Proposal.process_id == process.id)
    workspace.create_table(
        "stored_proposals", _without_columns(PROPOSALS, *_FROM_ACTS), _with_shown_places(query)
    )
    workspace.create_view("present_coauthors", _COAUTHORS)
    workspace.create_view(
        "proposals",
        "SELECT p.*, e.actor_id AS author_id, c.coauthor_ids FROM stored_proposals AS p"
        " JOIN events AS e ON e.kind = 'proposal.submitted' AND e.subject_id = p.proposal_id"
        " LEFT JOIN present_coauthors AS c ON c.subject_id = p.proposal_id ORDER BY proposal_id",
    )
    return workspace.write(folder / "proposals.csv", PROPOSALS, "proposals")


def _with_shown_places(query: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Yield batches of rows in which one column, the place as it is shown, replaces two."""
    for batch in batches(query):
        yield [
            (*row[:_PLACE], _shown_geometry(*row[_PLACE : _PLACE + 2]), *row[_PLACE + 2 :])
            for row in batch
        ]


def _shown_geometry(stored: Geometry | None, is_exact: bool) -> str | None:
    """Return the geometry of a place as others see it, None without one."""
    geometry = place_of_geometry(stored, is_exact=is_exact).shown.geometry
    return json.dumps(geometry) if geometry else None


_TEXTLESS = (
    Column("subject_type", "string", ""),
    Column("subject_id", "integer", ""),
    Column("reason", "string", ""),
)


def count_withheld_texts(workspace: DuckDBWorkspace, process: Process) -> dict[str, dict[str, int]]:
    """Return the number of texts up to the tree head that are not shown, by type and reason.

    The reason is erased, hidden, withdrawn or held, the first that holds.
    """
    workspace.create_table("withheld_texts", _TEXTLESS, _withheld_texts(process))
    counts: dict[str, dict[str, int]] = {"proposal": {}, "comment": {}, "unit_contribution": {}}
    rows = workspace.rows(
        "SELECT subject_type, reason, count(*) FROM withheld_texts WHERE (subject_type, subject_id)"
        " IN (SELECT (subject_type, subject_id) FROM events"
        " WHERE kind IN ('proposal.submitted', 'comment.posted', 'amendment.proposed'))"
        " GROUP BY ALL ORDER BY ALL"
    )
    for subject_type, reason, count in rows:
        counts[str(subject_type)][str(reason)] = int(count)
    return counts


def _withheld_texts(process: Process) -> Iterator[Sequence[Any]]:
    of_process = Proposal.process_id == process.id
    yield from batches(_reasons(Proposal, Proposal.text_visible_to(ANYONE)).where(of_process))
    comments = _reasons(Comment, Comment.visible_to(ANYONE)).where(of_process)
    yield from batches(comments.join(Proposal, Comment.proposal_id == Proposal.id))
    on_units = _reasons(UnitContribution, UnitContribution.visible_to(ANYONE))
    documents = on_units.join(Document, Document.id == UnitContribution.document_id)
    yield from batches(documents.where(Document.process_id == process.id))


def _reasons(
    model: type[Proposal] | type[Comment] | type[UnitContribution], is_shown: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Return the query of the withheld texts of a model, each with its reason."""
    reason = case(
        (Person.erased_at.is_not(None), "erased"),
        (model.hidden_at_column().is_not(None), "hidden"),
        (model.withdrawn_at.is_not(None), "withdrawn"),
        else_="held",
    )
    rows = select(literal(model.subject_type), model.id, reason)
    # A condition on what a text lacks is NULL, and so would be its negation.
    is_withheld = ~func.coalesce(is_shown, false())
    return rows.outerjoin(Person, Person.id == model.author_id).where(is_withheld)


_FROM_EVENTS = (
    "author_id",
    "author_role",
    "account_class",
    "parent_id",
    "institution_id",
    "stance",
)


def write_comments(workspace: DuckDBWorkspace, folder: Path, process: Process) -> int:
    """Write comments.csv, the comments up to the tree head without texts; return its rows."""
    query = (
        select(
            Comment.id,
            Comment.proposal_id,
            Comment.root_id,
            Comment.depth,
            Comment.is_question,
            Comment.posted_at,
            Comment.withdrawn_at,
            Comment.hidden_at_column(),
            Comment.strong_count,
            Comment.weak_count,
        )
        .join(Proposal, Comment.proposal_id == Proposal.id)
        .where(Proposal.process_id == process.id)
    )
    workspace.create_table(
        "stored_comments", _without_columns(COMMENTS, *_FROM_EVENTS), batches(query)
    )
    workspace.create_view(
        "comments",
        "SELECT c.*, e.actor_id AS author_id, e.actor_role AS author_role, e.account_class,"
        " e.parent_id, e.institution_id, e.stance FROM stored_comments AS c JOIN events AS e"
        " ON e.kind = 'comment.posted' AND e.subject_type = 'comment'"
        " AND e.subject_id = c.comment_id ORDER BY comment_id",
    )
    return workspace.write(folder / "comments.csv", COMMENTS, "comments")


def write_responses(workspace: DuckDBWorkspace, folder: Path, process: Process) -> int:
    """Write responses.csv, the responses published up to the tree head; return its rows."""
    workspace.create_table("stored_responses", RESPONSES, _response_rows(process))
    workspace.create_view(
        "responses",
        "SELECT r.* FROM stored_responses AS r JOIN events AS e"
        " ON e.kind = 'response.published' AND e.subject_id = r.response_id ORDER BY response_id",
    )
    return workspace.write(folder / "responses.csv", RESPONSES, "responses")


def _response_rows(process: Process) -> Iterator[Sequence[Any]]:
    promised = select(func.count(Commitment.id)).where(Commitment.response_id == Response.id)
    answered = select(func.count()).where(AnsweredComment.response_id == Response.id)
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


def _response(response: Response, *counts: int) -> tuple[Any, ...]:
    """Return a row; the counts are of answered comments and of commitments by their state."""
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
        *counts,
        response.answers_yes,
        response.answers_partly,
        response.answers_no,
    )
