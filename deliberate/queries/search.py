"""Finding proposals by words: those that have them, and those that a new title resembles."""

import re
from collections.abc import Sequence

from sqlalchemy import Select, case, func, or_, select

from deliberate.database import db
from deliberate.models import Proposal

WORDS = 8
"""Words of a question that are looked for."""
SIMILAR = 5
_COMMON = frozenset(
    [
        "agar",
        "akan",
        "atau",
        "bagi",
        "dalam",
        "dari",
        "dengan",
        "karena",
        "lebih",
        "oleh",
        "pada",
        "perlu",
        "supaya",
        "untuk",
        "yang",
        "about",
        "also",
        "from",
        "have",
        "into",
        "more",
        "need",
        "that",
        "their",
        "there",
        "this",
        "what",
        "when",
        "with",
        "would",
    ]
)


def found_proposals(q: str) -> Select[int]:
    """The numbers of proposals that have every word in title or text."""
    has_all = [
        or_(
            Proposal.title.icontains(word, autoescape=True),
            Proposal.body.icontains(word, autoescape=True),
        )
        for word in q.split()[:WORDS]
    ]
    return select(Proposal.id).where(*has_all)


def similar_proposals(title: str, *, but: int = 0) -> Sequence[Proposal]:
    """Up to five standing proposals whose titles share most words with a title, the nearest first.

    Two shared words at least, or half of them: one word alone would call everything similar.
    """
    words = [w for w in re.findall(r"\w{4,}", title.lower()) if w not in _COMMON][:WORDS]
    if not words:
        return []
    shared = sum(
        (case((Proposal.title.icontains(word, autoescape=True), 1), else_=0) for word in words[1:]),
        case((Proposal.title.icontains(words[0], autoescape=True), 1), else_=0),
    )
    enough = min(2, (len(words) + 1) // 2)
    return db.session.scalars(
        select(Proposal)
        .where(
            Proposal.hidden_at.is_(None),
            Proposal.withdrawn_at.is_(None),
            Proposal.id != but,
            shared >= enough,
        )
        .order_by(shared.desc(), Proposal.support_count.desc(), func.length(Proposal.title))
        .limit(SIMILAR)
    ).all()
