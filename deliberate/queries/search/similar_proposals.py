"""Finding proposals by words: those that have them, and those that a new title resembles."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Process, Proposal
from deliberate.queries.search.stemming import (
    MOST,
    WHOLE,
    forms_of,
    numbers_found,
    titles_found,
    words_asked,
)

SIMILAR = 5
LIKELY = 60
"""Titles that are looked at more closely."""
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "agar akan atau bagi dalam dari dengan karena lebih oleh pada perlu supaya untuk yang "
        "about also from have into more need that their there this what when with would",
    )
)


def found_proposals(q: str) -> Select[Any]:
    """The numbers of proposals that have every word in title or text; none for no word."""
    words = words_asked(q)
    return numbers_found("proposal", words) if words else select(Proposal.id).where(false())


def similar_proposals(title: str, *, but: int = 0) -> Sequence[Proposal]:
    """Up to five standing proposals whose titles share most words with a title, the nearest first.

    Two shared words at least, or half of them: one word alone would call everything similar.
    """
    telling = (word for word in words_asked(title, most=30) if len(word) > WHOLE)
    words = [word for word in telling if word not in _COMMON][:MOST]
    if not words:
        return []
    likely = titles_found(words, LIKELY).subquery()
    standing = (
        select(Proposal)
        .where(
            Proposal.id.in_(select(likely.c.id)),
            Proposal.is_shown_now(),
            Proposal.withdrawn_at.is_(None),
            Proposal.merged_into_id.is_(None),
            Proposal.id != but,
        )
        .options(joinedload(Proposal.process).selectinload(Process.phases))
    )
    enough = min(2, (len(words) + 1) // 2)
    roots = [set(forms_of(word)) for word in words]
    ranked = [
        (_shared(proposal.title, roots), proposal) for proposal in db.session.scalars(standing)
    ]
    near = [(shared, proposal) for shared, proposal in ranked if shared >= enough]
    near.sort(key=lambda one: (-one[0], -one[1].support_count, len(one[1].title), one[1].id))
    return [proposal for _shared_words, proposal in near[:SIMILAR]]


def _shared(title: str, roots: Sequence[set[str]]) -> int:
    """How many of the words, in whatever form, a title has."""
    its = [set(forms_of(word)) for word in words_asked(title, most=30)]
    return sum(any(root & own for own in its) for root in roots)
