"""Finding what people wrote by its words: proposals, comments, responses; only what is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from deliberate.database import db
from deliberate.models import Comment, Institution, Process, Proposal, Response
from deliberate.queries.proposals.workflow_state import in_state
from deliberate.queries.search.stemming import SearchTerms, newest_found, numbers_found, words_asked

PAGE = 20
AROUND = 80
"""Characters shown before the first word found, and twice as many after it."""
KINDS = ("proposals", "comments", "responses")


@dataclass(frozen=True)
class Asked:
    """What somebody looks for, and where; empty words narrow nothing."""

    q: str = ""
    kind: str = KINDS[0]
    process: str = ""
    institution: str = ""
    state: str = ""
    language: str = ""
    after: int | None = None


@dataclass(frozen=True)
class Found:
    """A text that has every word, with a piece of it around the first one."""

    id: int
    proposal_id: int
    title: str
    language: str
    pieces: list[tuple[str, bool]]
    """The piece in parts, each with whether it is one of the words."""


def texts_found(asked: Asked) -> list[Found]:
    """Texts of a kind that have every word, newest first; one more than a page."""
    words = words_asked(asked.q)
    if not words:
        return []
    kind = asked.kind.removesuffix("s")
    newest = newest_found(kind, words, asked.after)
    rows = [] if newest is None else _page(asked, newest.subquery())
    if len(rows) <= PAGE:
        found = numbers_found(kind, words).cte("found")
        rows = _page(asked, found.prefix_with("MATERIALIZED", dialect="postgresql"))
    sought = SearchTerms(words)
    return [
        Found(number, proposal_id, title, language, pieces_of(_text(rest), sought))
        for number, proposal_id, title, language, *rest in rows
    ]


def _page(asked: Asked, found: Any) -> Sequence[Any]:
    statement = _SHOWN[asked.kind](found).where(*_narrowed(asked))
    if asked.after is not None:
        statement = statement.where(found.c.id < asked.after)
    return db.session.execute(statement.order_by(found.c.id.desc()).limit(PAGE + 1)).all()


def _text(parts: Sequence[Any]) -> str:
    """A body, and what stands under it: the points of a response, corrections of a comment."""
    body, *below = parts
    said = (one.get(name, "") for one in (below or [[]])[0] for name in ("text", "reason", "body"))
    return " ".join([body, *said])


def _proposals(found: Any) -> Select[Any]:
    columns = (found.c.id, Proposal.id, Proposal.title, Proposal.language, Proposal.body)
    return select(*columns).join(Proposal, Proposal.id == found.c.id)


def _comments(found: Any) -> Select[Any]:
    return (
        select(
            found.c.id,
            Proposal.id,
            Proposal.title,
            Comment.language,
            Comment.body,
            Comment.corrections,
        )
        .join(Comment, Comment.id == found.c.id)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(Comment.withdrawn_at.is_(None), Comment.is_shown_now())
    )


def _responses(found: Any) -> Select[Any]:
    newer = aliased(Response)
    is_last = (
        ~select(newer.id)
        .where(newer.proposal_id == Response.proposal_id, newer.version > Response.version)
        .exists()
    )
    return (
        select(
            found.c.id,
            Proposal.id,
            Response.headline,
            Response.language,
            Response.body,
            Response.points,
        )
        .join(Response, Response.id == found.c.id)
        .join(Proposal, Proposal.id == Response.proposal_id)
        .where(is_last)
    )


_SHOWN = {"proposals": _proposals, "comments": _comments, "responses": _responses}
_WRITTEN: dict[str, Any] = {"proposals": Proposal, "comments": Comment, "responses": Response}


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    """By the proposal it belongs to, which must be shown itself, and by its own language."""
    narrowed: list[ColumnElement[bool]] = [Proposal.is_shown_now()]
    if asked.state or asked.kind == KINDS[0]:
        narrowed += in_state(asked.state)
    if asked.process:
        process = select(Process.id).where(Process.slug == asked.process)
        narrowed.append(Proposal.process_id == process.scalar_subquery())
    if asked.institution:
        office = select(Institution.id).where(Institution.slug == asked.institution)
        narrowed.append(_office_of(asked.kind) == office.scalar_subquery())
    if asked.language:
        narrowed.append(_WRITTEN[asked.kind].language == asked.language)
    return narrowed


def _office_of(kind: str) -> Any:
    """Which institution answered, or is to answer the proposal."""
    return Response.institution_id if kind == "responses" else Proposal.institution_id


def pieces_of(body: str, sought: SearchTerms) -> list[tuple[str, bool]]:
    """A line of a text around the first word found in it, cut at spaces, every word in it apart."""
    line = " ".join(body.split())
    hits = (hit for hit in re.finditer(r"[^\W_]+", line) if sought.is_one(hit.group()))
    first = next(hits, None)
    start = first.start() if first else 0
    begin, end = max(0, start - AROUND), start + 2 * AROUND
    cut, before, after = line[begin:end], "", ""
    if begin:
        before, cut = "…", cut.partition(" ")[2] or cut
    if end < len(line):
        after, cut = "…", cut.rpartition(" ")[0] or cut
    parts = re.split(r"([^\W_]+)", before + cut + after)
    return _joined([(part, sought.is_one(part)) for part in parts if part])


def _joined(parts: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Plain parts that follow one another as one."""
    joined: list[tuple[str, bool]] = []
    for text, is_word in parts:
        if joined and not is_word and not joined[-1][1]:
            joined[-1] = (joined[-1][0] + text, False)
        else:
            joined.append((text, is_word))
    return joined
