"""Full-text search over visible proposals, comments and responses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, ScalarSelect, Select, Subquery, select, true
from sqlalchemy.orm import aliased

from deliberate.database import db
from deliberate.models import Comment, Institution, Process, Proposal, Response
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.proposals.workflow_state import state_conditions
from deliberate.queries.responses.response_owner import is_of_institution
from deliberate.queries.search.index import is_sqlite, matching_ids, matching_recent_ids
from deliberate.queries.search.snippets import snippet_parts
from deliberate.queries.search.stemming import SearchTerms, tokenize
from deliberate.text import without_markup

PAGE = 20
RECENT_TEXTS = 1500
"""Newest texts that PostgreSQL scans before it uses the whole index."""
MAX_RECENT_TEXTS = 6000
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
    search_terms = SearchTerms(terms)
    return [
        SearchResult(
            text_id,
            proposal_id,
            title,
            language,
            snippet_parts(_searched_text(texts), search_terms),
        )
        for text_id, proposal_id, title, language, *texts in _find(query, terms)
    ]


def _find(query: SearchQuery, terms: Sequence[str]) -> Rows:
    """Return a page and one more row, on PostgreSQL from the newest texts if they have enough."""
    kind = query.kind.removesuffix("s")
    if is_sqlite():
        return _page(query, matching_ids(kind, terms).cte("matches"))
    scanned = RECENT_TEXTS
    while scanned <= MAX_RECENT_TEXTS:
        rows = _page(query, matching_recent_ids(kind, terms, query.after, scanned).subquery())
        if len(rows) > PAGE:
            return rows
        # As many texts as would have a page if the older ones match as often; then some more.
        scanned = scanned * (PAGE + 1) * 3 // (2 * len(rows)) if rows else MAX_RECENT_TEXTS + 1
    matches = matching_ids(kind, terms).cte("matches")
    return _page(query, matches.prefix_with("MATERIALIZED", dialect="postgresql"))


def _page(query: SearchQuery, matches: Matches) -> Rows:
    """Return the texts of the newest matches that the filters let through.

    PostgreSQL looks up each text by its id (OFFSET 0 keeps it from another join): as it
    misestimates how many texts match, it would read all texts, newest first, to find a few.
    """
    model = _MODELS[query.kind]
    texts = _STATEMENTS[query.kind]().where(model.id == matches.c.id, *_filters(query))
    if is_sqlite():
        statement = texts
    else:
        visible = texts.correlate(matches).offset(0).lateral("visible")
        statement = select(*visible.c).join_from(matches, visible, true())
    if query.after is not None:
        statement = statement.where(matches.c.id < query.after)
    return db.session.execute(statement.order_by(matches.c.id.desc()).limit(PAGE + 1)).all()


def _searched_text(texts: Sequence[Any]) -> str:
    """Return the body with the points of a response or the corrections of a comment."""
    body, *lists = texts
    entries = (lists or [[]])[0]
    more = (entry.get(key, "") for entry in entries for key in ("text", "reason", "body"))
    return without_markup(" ".join([body, *more]))


def _proposals() -> Select[*tuple[Any, ...]]:
    proposal_id = Proposal.id.label("proposal_id")
    return select(Proposal.id, proposal_id, Proposal.title, Proposal.language, Proposal.body)


def _comments() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Comment.id,
            Comment.proposal_id,
            Proposal.title,
            Comment.language,
            Comment.body,
            Comment.corrections,
        )
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(Comment.visible_to(ANYONE))
    )


def _responses() -> Select[*tuple[Any, ...]]:
    newer = aliased(Response)
    is_latest_version = (
        ~select(newer.id)
        .where(newer.proposal_id == Response.proposal_id, newer.version > Response.version)
        .exists()
    )
    return (
        select(
            Response.id,
            Response.proposal_id,
            Response.headline,
            Response.language,
            Response.body,
            Response.points,
        )
        .join(Proposal, Proposal.id == Response.proposal_id)
        .where(is_latest_version)
    )


_STATEMENTS: dict[str, Callable[[], Select[*tuple[Any, ...]]]] = {
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
