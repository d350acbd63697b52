"""Statements that look up terms in the full-text index of SQLite (FTS5) or PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TableClause,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from deliberate.database import db
from deliberate.queries.search.stemming import EXACT_LENGTH, search_prefixes


def matching_ids(kind: str, terms: Sequence[str]) -> Select[int]:
    """Select the ids of texts of a kind (proposal, comment, response) that have every term."""
    if is_sqlite():
        return _fts_ids(kind, " AND ".join(f"({_fts_alternatives(term)})" for term in terms))
    index = _index_table(kind)
    return select(index.c.id).where(index.c.terms.op("@@")(_all_terms(terms)))


def matching_recent_ids(
    kind: str, terms: Sequence[str], after: int | None, scanned: int
) -> Select[int]:
    """Select the matching ids among the newest `scanned` texts, for PostgreSQL.

    PostgreSQL misestimates how many texts have a term by its prefix: it would scan all texts to
    find a rare term, or fetch nearly all to show the newest with a common one. The query terms
    are a subquery of their own, otherwise PostgreSQL builds them again for every text.
    """
    index = _index_table(kind)
    newest = select(index.c.id, index.c.terms).order_by(index.c.id.desc()).limit(scanned)
    recent = (newest if after is None else newest.where(index.c.id < after)).subquery()
    tsquery = select(_all_terms(terms)).scalar_subquery()
    return select(recent.c.id).where(recent.c.terms.op("@@")(tsquery))


def matching_title_ids(terms: Sequence[str], limit: int) -> Select[int]:
    """Select the ids of proposals whose titles have some of the terms, the best match first."""
    if is_sqlite():
        alternatives = " OR ".join(_fts_alternatives(term) for term in terms)
        rank: ColumnElement[float] = literal_column("bm25(proposal_search)")
        return _fts_ids("proposal", f"title : ({alternatives})").order_by(rank).limit(limit)
    tsquery = _any_form(terms[0], "A")
    for term in terms[1:]:
        tsquery = tsquery.op("||")(_any_form(term, "A"))
    index = _index_table("proposal")
    return (
        select(index.c.id)
        .where(index.c.terms.op("@@")(tsquery))
        .order_by(func.ts_rank(index.c.terms, tsquery).desc(), index.c.id.desc())
        .limit(limit)
    )


def is_sqlite() -> bool:
    """Return whether the texts are in an index of SQLite."""
    return db.engine.dialect.name == "sqlite"


def _index_table(kind: str) -> TableClause:
    return table(f"{kind}_search", column("id"), column("terms"))


def _all_terms(terms: Sequence[str]) -> ColumnElement[Any]:
    tsquery = _any_form(terms[0])
    for term in terms[1:]:
        tsquery = tsquery.op("&&")(_any_form(term))
    return tsquery


def _fts_ids(kind: str, fts_query: str) -> Select[int]:
    index = table(f"{kind}_search", column("rowid"))
    matches = literal_column(f"{kind}_search").op("MATCH")(fts_query)
    return select(index.c.rowid.label("id")).where(matches)


def _fts_alternatives(term: str) -> str:
    star = "" if len(term) <= EXACT_LENGTH else "*"
    return " OR ".join(f'"{prefix}"{star}' for prefix in search_prefixes(term))


def _any_form(term: str, weight: str = "") -> ColumnElement[Any]:
    """Return a tsquery for the prefixes of a term and its affixed forms, as SQLite looks them up.

    A term has letters and digits alone, so that nothing in it has a meaning in a tsquery.
    """
    star = "" if len(term) <= EXACT_LENGTH else "*"
    mark = f":{star}{weight}" if star or weight else ""
    return cast(" | ".join(f"'{prefix}'{mark}" for prefix in search_prefixes(term)), TSQUERY)
