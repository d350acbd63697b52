"""Finding what people wrote by its words: proposals, comments, responses; only what is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from deliberate.database import db
from deliberate.models import Comment, Proposal, Response
from deliberate.queries.search import WORDS

PAGE = 20
AROUND = 80
"""Characters shown before the first word found, and twice as many after it."""
KINDS = ("proposals", "comments", "responses")


@dataclass(frozen=True)
class Found:
    """A text that has every word, with a piece of it around the first one."""

    id: int
    proposal_id: int
    title: str
    pieces: tuple[str, str, str]
    """Before the word, the word as it was written, after it."""


def texts_found(q: str, kind: str, after: int | None = None) -> list[Found]:
    """Texts of a kind that have every word, newest first; one more than a page."""
    words = q.split()[:WORDS]
    if not words:
        return []
    column, statement = _SHOWN[kind](words)
    if after is not None:
        statement = statement.where(column < after)
    rows = db.session.execute(statement.order_by(column.desc()).limit(PAGE + 1))
    return [
        Found(number, proposal_id, title, piece_of(body, words))
        for number, proposal_id, title, body in rows
    ]


def _has_all(words: Sequence[str], *columns: Any) -> list[ColumnElement[bool]]:
    return [or_(*(c.icontains(word, autoescape=True) for c in columns)) for word in words]


def _proposals(words: Sequence[str]) -> tuple[Any, Any]:
    shown = select(Proposal.id, Proposal.id, Proposal.title, Proposal.body).where(
        Proposal.withdrawn_at.is_(None),
        Proposal.hidden_at.is_(None),
        Proposal.body != "",
        *_has_all(words, Proposal.title, Proposal.body),
    )
    return Proposal.id, shown


def _comments(words: Sequence[str]) -> tuple[Any, Any]:
    shown = (
        select(Comment.id, Comment.proposal_id, Proposal.title, Comment.body)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(
            Comment.withdrawn_at.is_(None),
            Comment.hidden_at.is_(None),
            Proposal.hidden_at.is_(None),
            *_has_all(words, Comment.body),
        )
    )
    return Comment.id, shown


def _responses(words: Sequence[str]) -> tuple[Any, Any]:
    shown = (
        select(Response.id, Response.proposal_id, Response.headline, Response.body)
        .join(Proposal, Proposal.id == Response.proposal_id)
        .where(Proposal.hidden_at.is_(None), *_has_all(words, Response.headline, Response.body))
    )
    return Response.id, shown


_SHOWN = {"proposals": _proposals, "comments": _comments, "responses": _responses}


def piece_of(body: str, words: Sequence[str]) -> tuple[str, str, str]:
    """A line of a text around the first word found in it, cut at spaces."""
    line = " ".join(body.split())
    hit = re.search("|".join(re.escape(word) for word in words), line, re.IGNORECASE)
    start, end = hit.span() if hit else (0, 0)
    before, after = line[max(0, start - AROUND) : start], line[end : end + 2 * AROUND]
    if start > AROUND:
        before = "…" + before.partition(" ")[2]
    if end + 2 * AROUND < len(line):
        after = after.rpartition(" ")[0] + "…"
    return before, line[start:end], after
