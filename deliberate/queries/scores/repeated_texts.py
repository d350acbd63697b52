"""Comments of a process that repeat the words of another author."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Select, or_, select

from deliberate.database import db
from deliberate.models import Comment, Person, Proposal
from deliberate.text import comparable_letters
from deliberate.vocabulary import AccountClass, ModerationRule, Role

BATCH, DIGEST_BYTES = 2000, 16


@dataclass(frozen=True)
class TextCounts:
    """The numbers of comments compared and of those equal to another author's."""

    texts: int
    repeated: int


@dataclass
class _Wording:
    """One wording: who wrote it first, how often it was written, and whether by others too."""

    author: int | None
    comments: int = 0
    is_shared: bool = False


def count_repeated_texts(process_id: int, before: datetime | None = None) -> TextCounts:
    """Count residents' comments with the letters and digits of another author's comment.

    Short texts count too: one word copied under every comment raises scores as well as a page
    does. Texts are compared here and now, so that no fingerprint of a deleted text is stored.
    """
    wordings: dict[bytes, _Wording] = {}
    texts = 0
    for body, author in db.session.execute(_residents_comments(process_id, before)):
        letters = comparable_letters(body)
        if not letters:
            continue
        digest = blake2b(letters.encode(), digest_size=DIGEST_BYTES).digest()
        wording = wordings.setdefault(digest, _Wording(author))
        wording.comments += 1
        wording.is_shared |= wording.author != author
        texts += 1
    return TextCounts(texts, sum(one.comments for one in wordings.values() if one.is_shared))


def _residents_comments(process_id: int, before: datetime | None) -> Select[str, int | None]:
    """Return the query for text and author of the comments that scores count."""
    query = (
        select(Comment.body, Comment.author_id)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .join(Person, Person.id == Comment.author_id)
        .where(
            Proposal.process_id == process_id,
            Comment.author_role == Role.RESIDENT,
            Person.account_class != AccountClass.SYSTEM,
            or_(Comment.hidden_ground.is_(None), Comment.hidden_ground != ModerationRule.SPAM),
        )
        .order_by(Comment.id)
        .execution_options(yield_per=BATCH)
    )
    return query if before is None else query.where(Comment.posted_at < before)
