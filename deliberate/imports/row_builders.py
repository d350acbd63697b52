"""Rows of things as an import writes them: proposals with their version, comments, responses."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from deliberate.imports.columns import html
from deliberate.imports.source_records import FoundComment, FoundProposal, FoundResponse
from deliberate.imports.threads import Stored
from deliberate.models.proposals.proposal import new_salt
from deliberate.text import RENDERER, clean_line, excerpt, to_slug
from deliberate.vocabulary import ResponseDecision, Role

ROW = dict[str, Any]

body_html = lru_cache(maxsize=4096)(html)
"""Support desks post the same words a thousand times; cleaning them once is enough."""


def proposal_row(act: FoundProposal, number: int, author_id: int | None) -> ROW:
    """A proposal; its number of supports is the source's word, without a row for each."""
    title = excerpt(clean_line(act.title), 254)
    return {
        "id": number,
        "author_id": author_id,
        "initiator": act.initiator,
        "title": title,
        "slug": to_slug(title),
        **_text(act),
        "topic": clean_line(act.topic)[:80],
        "area": clean_line(act.area)[:80],
        "published_at": act.at,
        "decision": act.decision,
        "support_count": act.supports,
        "source_id": act.proposal,
        "source_url": act.url if 0 < len(act.url) <= 500 else None,
    }


def version_row(proposal: ROW) -> ROW:
    """The first and only version the source shows."""
    return {
        "proposal_id": proposal["id"],
        "number": 1,
        "title": proposal["title"],
        "body": proposal["body"],
        "written_at": proposal["published_at"],
    }


def comment_row(
    act: FoundComment,
    number: int,
    proposal_id: int,
    author_id: int | None,
    above: Mapping[str, Stored],
) -> ROW:
    """A comment in its place; an orphan heads a branch of its own."""
    parent = None if act.is_orphan else above.get(act.parent)
    return {
        "id": number,
        "proposal_id": proposal_id,
        "parent_id": parent.id if parent else None,
        "root_id": (parent.root_id or parent.id) if parent else None,
        "depth": act.depth,
        "author_id": author_id,
        "author_role": act.author.role if act.author else Role.SYSTEM,
        **_text(act),
        "stance": act.stance,
        "is_orphan": act.is_orphan,
        "posted_at": act.at,
        "source_id": act.number,
    }


def response_row(
    act: FoundResponse, number: int, proposal_id: int, version: int, office: int | None
) -> ROW:
    """An official response with both its dates: the one it bears, and that of its publication."""
    return {
        "id": number,
        "proposal_id": proposal_id,
        "version": version,
        "institution_id": office,
        "decision": act.decision or ResponseDecision.UNSTATED,
        "headline": excerpt(clean_line(act.headline), 254),
        **_text(act),
        "grounds": list(act.grounds),
        "code": act.code[:40],
        "dated": act.dated,
        "published_at": act.at,
    }


def absent_parent(act: FoundComment) -> int | None:
    """What the log says of a parent the source does not carry: its number there, negative."""
    if not act.is_orphan:
        return None
    number = int(act.parent) if act.parent.isdecimal() else 0
    return -number if 0 < number < 2**53 else -1


def _text(act: FoundProposal | FoundComment | FoundResponse) -> ROW:
    return {
        "body": act.body,
        "body_html": body_html(act.body, act.markup),
        "renderer": f"{act.markup}-{RENDERER}",
        "salt": new_salt(),
    }
