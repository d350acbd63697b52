"""Which rule holds a new text for a while: what advertising does, never an opinion or a word."""

import re
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Comment, Person, Proposal
from deliberate.vocabulary import HoldRule, Role

YOUNG = timedelta(days=1)
MANY = 3
"""So many links in the first text of an account are more than a source."""
REPEATING = timedelta(days=30)
LOOKED_AT = 50
SHORTEST = 20
"""Letters below which two texts are the same by chance: "I agree" is no advertising."""
_BARE = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
Thing = Comment | Proposal


def rule_that_holds(author: Person, thing: Thing) -> HoldRule | None:
    """The rule by which a resident's text waits; None for most, and for whoever works here."""
    if author.role != Role.RESIDENT:
        return None
    links = links_in(thing)
    if links and now() - author.joined_at < YOUNG:
        return HoldRule.YOUNG_LINK
    if links >= MANY and not any(_others_of(author, thing, limit=1)):
        return HoldRule.MANY_LINKS
    return HoldRule.REPEATED if _is_repeated(author, thing) else None


def links_in(thing: Thing) -> int:
    """How many links a text has, whether or not they can be pressed, and the one as its source."""
    beside = thing.source_note if isinstance(thing, Comment) else thing.title
    within = max(thing.body_html.count("<a "), len(_BARE.findall(thing.body)))
    return within + len(_BARE.findall(beside))


def _is_repeated(author: Person, thing: Thing) -> bool:
    """Whether the author published the same words within a month, whatever their case and marks."""
    words = _letters(thing.body)
    if len(words) < SHORTEST:
        return False
    return any(_letters(body) == words for body in _others_of(author, thing))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _others_of(author: Person, thing: Thing, limit: int = LOOKED_AT) -> Iterator[str]:
    """What else somebody wrote of late, newest first."""
    for kind, written_at in ((Comment, Comment.posted_at), (Proposal, Proposal.published_at)):
        texts = select(kind.body).where(kind.author_id == author.id, written_at > now() - REPEATING)
        if isinstance(thing, kind):
            texts = texts.where(kind.id != thing.id)
        yield from db.session.scalars(texts.order_by(kind.id.desc()).limit(limit))
