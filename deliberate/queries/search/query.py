"""Full-text search over visible proposals, comments and responses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, ScalarSelect, Select, Subquery, select
from sqlalchemy.orm import aliased

from deliberate.database import db
from deliberate.models import Comment, Institution, Process, Proposal, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.proposals.workflow_state import state_conditions
from deliberate.queries.responses.response_owner import is_of_institution
from deliberate.queries.search.index import matching_ids, matching_recent_ids
from deliberate.queries.search.snippets import snippet_parts
from deliberate.queries.search.stemming import SearchTerms, tokenize
from deliberate.text import without_markup

PAGE = 20
KINDS = ("proposals", "comments", "responses")


@dataclass(frozen=True)
class SearchQuery:
    """A search request: the query text, the kind of texts and the filters; empty means any."""

    q: str = ""
    kind: str = KINDS[0]
    process: str = ""
    institution: str = ""
    state: str = ""
    language: str = ""
    after: int | None = None


@dataclass(frozen=True)
class SearchResult:
    """A text that has every term of the query, with a snippet."""

    id: int
    proposal_id: int
    title: str
    language: str
    snippet: list[tuple[str, bool]]
    """Parts of the snippet, each with whether it matches a term."""


Matches = Subquery | CTE
Rows = Sequence[Row[*tuple[Any, ...]]]  # columns differ by kind


def search_texts(query: SearchQuery) -> list[SearchResult]:
    """Return the texts of a kind that have every term, newest first: a page and one more."""
    terms = tokenize(query.q)
    if not terms:
        return []
    kind = query.kind.removesuffix("s")
    recent = matching_recent_ids(kind, terms, query.after)
    rows: Rows = [] if recent is None else _page(query, recent.subquery())
    if len(rows) <= PAGE:
        matches = matching_ids(kind, terms).cte("matches")
        rows = _page(query, matches.prefix_with("MATERIALIZED", dialect="postgresql"))
    search_terms = SearchTerms(terms)
    return [
        SearchResult(
            text_id,
            proposal_id,
            title,
            language,
            snippet_parts(_searched_text(texts), search_terms),
        )
        for text_id, proposal_id, title, language, *texts in rows
    ]


def _page(query: SearchQuery, matches: Matches) -> Rows:
    statement = _STATEMENTS[query.kind](matches).where(*_filters(query))
    if query.after is not None:
        statement = statement.where(matches.c.id < query.after)
    return db.session.execute(statement.order_by(matches.c.id.desc()).limit(PAGE + 1)).all()


def _searched_text(texts: Sequence[Any]) -> str:
    """Return the body with the points of a response or the corrections of a comment."""
    body, *lists = texts
    entries = (lists or [[]])[0]
    more = (entry.get(key, "") for entry in entries for key in ("text", "reason", "body"))
    return without_markup(" ".join([body, *more]))


def _proposals(matches: Matches) -> Select[*tuple[Any, ...]]:
    columns = (matches.c.id, Proposal.id, Proposal.title, Proposal.language, Proposal.body)
    return select(*columns).join(Proposal, Proposal.id == matches.c.id)


def _comments(matches: Matches) -> Select[*tuple[Any, ...]]:
    return (
        select(
            matches.c.id,
            Proposal.id,
            Proposal.title,
            Comment.language,
            Comment.body,
            Comment.corrections,
        )
        .join(Comment, Comment.id == matches.c.id)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(Comment.visible_to(ANYONE))
    )


def _responses(matches: Matches) -> Select[*tuple[Any, ...]]:
    newer = aliased(Response)
    is_latest_version = (
        ~select(newer.id)
        .where(newer.proposal_id == Response.proposal_id, newer.version > Response.version)
        .exists()
    )
    return (
        select(
            matches.c.id,
            Proposal.id,
            Response.headline,
            Response.language,
            Response.body,
            Response.points,
        )
        .join(Response, Response.id == matches.c.id)
        .join(Proposal, Proposal.id == Response.proposal_id)
        .where(is_latest_version)
    )


_STATEMENTS: dict[str, Callable[[Matches], Select[*tuple[Any, ...]]]] = {
    "proposals": _proposals,
    "comments": _comments,
    "responses": _responses,
}
_MODELS: dict[str, type[Proposal] | type[Comment] | type[Response]] = {
    "proposals": Proposal,
    "comments": Comment,
    "responses": Response,
}


def _filters(query: SearchQuery) -> list[ColumnElement[bool]]:
    """Return the conditions on the proposal, which must be visible, and on the text's language."""
    conditions: list[ColumnElement[bool]] = [Proposal.visible_to(ANYONE)]
    if query.state or query.kind == KINDS[0]:
        conditions += state_conditions(query.state)
    if query.process:
        process = select(Process.id).where(Process.slug == query.process)
        conditions.append(Proposal.process_id == process.scalar_subquery())
    if query.institution:
        institution = select(Institution.id).where(Institution.slug == query.institution)
        conditions.append(_has_institution(query.kind, institution.scalar_subquery()))
    if query.language:
        conditions.append(_MODELS[query.kind].language == query.language)
    return conditions


def _has_institution(kind: str, institution_id: ScalarSelect[int]) -> ColumnElement[bool]:
    """Return the condition that an institution gave the response, or has the proposal."""
    if kind == "responses":
        return Response.institution_id == institution_id
    return is_of_institution(institution_id)
