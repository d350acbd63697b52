"""Single comments, and the last stance of a person in a thread."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Comment
from deliberate.vocabulary import Stance


def get_comment(comment_id: int) -> Comment | None:
    """Return a comment by its id."""
    return db.session.get(Comment, comment_id)


def get_last_stance(person_id: int, proposal_id: int) -> Stance | None:
    """Return the stance of a person's newest comment that has one in a thread."""
    stance = db.session.scalar(
        select(Comment.stance)
        .where(
            Comment.author_id == person_id,
            Comment.proposal_id == proposal_id,
            Comment.stance.is_not(None),
        )
        .order_by(Comment.id.desc())
        .limit(1)
    )
    return None if stance is None else Stance(stance)
