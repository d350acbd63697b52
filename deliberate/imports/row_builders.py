"""Builders of table rows for an import: proposals with their version, comments, responses."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from deliberate.database import new_salt
from deliberate.imports.columns import safe_html
from deliberate.imports.source_records import (
    SourceComment,
    SourceProposal,
    SourceResponse,
    StoredComment,
)
from deliberate.text import RENDERER, clean_line, excerpt, to_slug
from deliberate.vocabulary import ResponseDecision, Role

RowValues = dict[str, Any]

body_html = lru_cache(maxsize=4096)(safe_html)
"""Cached: support desks post the same text a thousand times."""


def proposal_row(act: SourceProposal, row_id: int, author_id: int | None) -> RowValues:
    """Return the row of a proposal; its support count is the source's figure."""
    title = excerpt(clean_line(act.title), 254)
    return {
        "id": row_id,
        "author_id": author_id,
        "initiator": act.initiator,
        "title": title,
        "slug": to_slug(title),
        **_text(act),
        "topic": topic_of(act),
        "area": clean_line(act.area)[:80],
        "published_at": act.at,
        "decision": act.decision,
        "support_count": act.supports,
        "source_id": act.proposal,
        "source_url": act.url if 0 < len(act.url) <= 500 else None,
    }


def topic_of(act: SourceProposal) -> str:
    """Return the topic of a proposal as the source writes it, at most as long as the column."""
    return clean_line(act.topic)[:80]


def version_row(proposal: RowValues) -> RowValues:
    """Return the row of the only version that the source shows."""
    return {
        "proposal_id": proposal["id"],
        "number": 1,
        "title": proposal["title"],
        "body": proposal["body"],
        "written_at": proposal["published_at"],
    }


def comment_row(
    act: SourceComment,
    row_id: int,
    proposal_id: int,
    author_id: int | None,
    stored: Mapping[str, StoredComment],
) -> RowValues:
    """Return the row of a comment in its thread; an orphan starts a branch."""
    return {
        "id": row_id,
        "proposal_id": proposal_id,
        **_parent_columns(None if act.is_orphan else stored.get(act.parent)),
        "depth": act.depth,
        "author_id": author_id,
        "author_role": act.author.role if act.author else Role.SYSTEM,
        **_text(act),
        "stance": act.stance,
        "is_orphan": act.is_orphan,
        "is_blank": act.is_blank,
        "posted_at": act.at,
        "source_id": act.source_id,
    }


def _parent_columns(parent: StoredComment | None) -> RowValues:
    if parent is None:
        return {"parent_id": None, "root_id": None}
    return {"parent_id": parent.id, "root_id": parent.root_id or parent.id}


def response_row(
    act: SourceResponse, row_id: int, proposal_id: int, version: int, institution_id: int | None
) -> RowValues:
    """Return the row of an official response with its own date and that of its publication."""
    return {
        "id": row_id,
        "proposal_id": proposal_id,
        "version": version,
        "institution_id": institution_id,
        "decision": act.decision or ResponseDecision.UNSTATED,
        "headline": excerpt(clean_line(act.headline), 254),
        **_text(act),
        "grounds": list(act.grounds),
        "code": act.code[:40],
        "dated": act.dated,
        "published_at": act.at,
    }


def missing_parent_id(act: SourceComment) -> int | None:
    """Return the log id of a parent that the source lacks: its source id as a negative number."""
    if not act.is_orphan:
        return None
    parent_id = int(act.parent) if act.parent.isdecimal() else 0
    return -parent_id if 0 < parent_id < 2**53 else -1


def _text(act: SourceProposal | SourceComment | SourceResponse) -> RowValues:
    return {
        "body": act.body,
        "body_html": body_html(act.body, act.markup),
        "renderer": f"{act.markup}-{RENDERER}",
        "salt": new_salt(),
    }
