"""The public pages worth finding."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Institution, Poll, Process, Proposal

PLAIN = (
    *("home.front", "processes.index", "proposals.index", "responses.index", "scoreboard.index"),
    *(
        "releases.index",
        "log.index",
        "static_pages.help",
        "static_pages.method",
        "static_pages.rules",
        "static_pages.privacy",
    ),
)
MOST = 5000
"""Of each kind; a sitemap takes at most 50,000 addresses."""


def pages_to_find() -> Iterator[tuple[str, dict[str, Any]]]:
    """Endpoints with their values: the plain pages, then the newest of each kind of thing."""
    yield from ((endpoint, {}) for endpoint in PLAIN)
    opened = select(Process.slug).where(Process.opened_at.is_not(None))
    for slug in db.session.scalars(opened.order_by(Process.id.desc()).limit(MOST)):
        yield "processes.show", {"slug": slug}
    for slug in db.session.scalars(select(Institution.slug).limit(MOST)):
        yield "institutions.show", {"slug": slug}
    standing = select(Proposal.id, Proposal.slug).where(
        Proposal.withdrawn_at.is_(None),
        Proposal.hidden_at.is_(None),
        Proposal.merged_into_id.is_(None),
    )
    for number, slug in db.session.execute(standing.order_by(Proposal.id.desc()).limit(MOST)):
        yield "proposals.show", {"number": number, "slug": slug or None}
    for number in db.session.scalars(select(Poll.id).order_by(Poll.id.desc()).limit(MOST)):
        yield "polls.show", {"number": number}
