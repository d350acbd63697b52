"""Rules that hold a new text for review. They detect advertising, never opinions or words."""

import re
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Comment, Person, Proposal, UnitContribution
from deliberate.queries.moderation.contributions import Contribution
from deliberate.text import comparable_letters
from deliberate.vocabulary import HoldRule, Role

NEW_ACCOUNT_AGE = timedelta(days=1)
LINKS_IN_FIRST_TEXT = 3
"""Number of links at which the first text of an account is held."""
REPEAT_WINDOW = timedelta(days=30)
MAX_COMPARED = 50
MIN_COMPARED_LETTERS = 20
"""Shorter texts are not compared, because people write "I agree" independently."""
_URL = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def matching_hold_rule(author: Person, contribution: Contribution) -> HoldRule | None:
    """Return the rule that holds a resident's text; None for most texts and all texts of staff."""
    if author.role != Role.RESIDENT:
        return None
    links = count_links(contribution)
    if links and now() - author.joined_at < NEW_ACCOUNT_AGE:
        return HoldRule.YOUNG_LINK
    if links >= LINKS_IN_FIRST_TEXT and not any(_recent_texts(author, contribution, limit=1)):
        return HoldRule.MANY_LINKS
    return HoldRule.REPEATED if _is_repeated(author, contribution) else None


def count_links(contribution: Contribution) -> int:
    """Count the links of a text, including its source and URLs that are not clickable."""
    if isinstance(contribution, UnitContribution):
        return len(_URL.findall(_whole_text(contribution)))
    other_text = (
        contribution.source_note if isinstance(contribution, Comment) else contribution.title
    )
    in_body = max(contribution.body_html.count("<a "), len(_URL.findall(contribution.body)))
    return in_body + len(_URL.findall(other_text))


def _whole_text(contribution: Contribution) -> str:
    """Return the text that repeats are found in; of an amendment, its words with the reason."""
    if isinstance(contribution, UnitContribution):
        return contribution.replacement + contribution.body
    return contribution.body


def _is_repeated(author: Person, contribution: Contribution) -> bool:
    """Return whether the author published the same letters and digits within the last month."""
    text = comparable_letters(_whole_text(contribution))
    if len(text) < MIN_COMPARED_LETTERS:
        return False
    return any(comparable_letters(body) == text for body in _recent_texts(author, contribution))


def _recent_texts(
    author: Person, contribution: Contribution, limit: int = MAX_COMPARED
) -> Iterator[str]:
    """Yield other texts that a person published within the last month, newest first."""
    for model, text, created_at in (
        (Comment, Comment.body, Comment.posted_at),
        (Proposal, Proposal.body, Proposal.published_at),
        (
            UnitContribution,
            UnitContribution.replacement + UnitContribution.body,
            UnitContribution.posted_at,
        ),
    ):
        texts = select(text).where(model.author_id == author.id, created_at > now() - REPEAT_WINDOW)
        if isinstance(contribution, model):
            texts = texts.where(model.id != contribution.id)
        yield from db.session.scalars(texts.order_by(model.id.desc()).limit(limit))
