"""The public pages listed in the sitemap."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Institution, Poll, Process, Proposal
from deliberate.models.moderation.visibility import ANYONE

SitemapEntry = tuple[str, dict[str, Any]]  # values as url_for() takes them
"""An endpoint and its URL values."""
STATIC_ENDPOINTS = (
    "home.front",
    "processes.index",
    "proposal_list.index",
    "responses.index",
    "scoreboard.index",
    "releases.index",
    "log.index",
    "static_pages.help",
    "static_pages.method",
    "static_pages.rules",
    "static_pages.privacy",
)
MAX_PAGES_PER_KIND = 5000
"""A sitemap has at most 50,000 URLs: four kinds in two languages."""


def sitemap_entries() -> Iterator[SitemapEntry]:
    """Yield the static pages, then the newest processes, institutions, proposals and polls."""
    yield from ((endpoint, {}) for endpoint in STATIC_ENDPOINTS)
    processes = select(Process.slug).where(Process.visible_to(ANYONE))
    for slug in db.session.scalars(processes.order_by(Process.id.desc()).limit(MAX_PAGES_PER_KIND)):
        yield "processes.show", {"slug": slug}
    for slug in db.session.scalars(select(Institution.slug).limit(MAX_PAGES_PER_KIND)):
        yield "institutions.show", {"slug": slug}
    proposals = select(Proposal.id, Proposal.slug).where(Proposal.active())
    newest = proposals.order_by(Proposal.id.desc()).limit(MAX_PAGES_PER_KIND)
    for proposal_id, slug in db.session.execute(newest):
        yield "proposals.show", {"proposal_id": proposal_id, "slug": slug or None}
    polls = select(Poll.id).order_by(Poll.id.desc()).limit(MAX_PAGES_PER_KIND)
    for poll_id in db.session.scalars(polls):
        yield "polls.show", {"poll_id": poll_id}
