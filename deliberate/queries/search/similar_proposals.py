"""Find proposals by terms: those that have all of them, and those with a similar title."""

import re
from collections.abc import Sequence

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from deliberate.database import db
from deliberate.models import Process, Proposal
from deliberate.queries.search.index import matching_ids, matching_title_ids
from deliberate.queries.search.stemming import EXACT_LENGTH, MAX_TERMS, tokenize, word_stems

MAX_SIMILAR = 5
MAX_CANDIDATES = 60
"""Titles that are compared with the given one."""
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "agar akan atau bagi dalam dari dengan karena lebih oleh pada perlu supaya untuk yang "
        "about also from have into more need that their there this what when with would",
    )
)


def matching_proposal_ids(q: str) -> Select[int]:
    """Select the ids of proposals that have every term in title or body; none without terms."""
    terms = tokenize(q)
    return matching_ids("proposal", terms) if terms else select(Proposal.id).where(false())


def similar_proposals(title: str, *, exclude_id: int = 0) -> Sequence[Proposal]:
    """Return up to five active proposals that share most terms with a title, the nearest first.

    They share two terms at least, or half of them: with one shared term alone nearly every
    proposal would be similar.
    """
    long_terms = (term for term in tokenize(title, limit=30) if len(term) > EXACT_LENGTH)
    terms = [term for term in long_terms if term not in _STOP_WORDS][:MAX_TERMS]
    if not terms:
        return []
    candidates = matching_title_ids(terms, MAX_CANDIDATES).subquery()
    active = (
        select(Proposal)
        .where(
            Proposal.id.in_(select(candidates.c.id)),
            Proposal.active(),
            Proposal.id != exclude_id,
        )
        .options(joinedload(Proposal.process).selectinload(Process.phases))
    )
    required = min(2, (len(terms) + 1) // 2)
    stems = [set(word_stems(term)) for term in terms]
    counted = [
        (_count_shared_terms(proposal.title, stems), proposal)
        for proposal in db.session.scalars(active)
    ]
    similar = [(shared, proposal) for shared, proposal in counted if shared >= required]
    similar.sort(
        key=lambda pair: (-pair[0], -pair[1].support_count, len(pair[1].title), pair[1].id)
    )
    return [proposal for _count, proposal in similar[:MAX_SIMILAR]]


def _count_shared_terms(title: str, stems: Sequence[set[str]]) -> int:
    title_stems = [set(word_stems(word)) for word in tokenize(title, limit=30)]
    return sum(any(stem & other for other in title_stems) for stem in stems)
