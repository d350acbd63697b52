"""A comment in a proposal's thread, and what people weighed it as."""

from datetime import datetime
from math import sqrt

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import HideableText, held_index
from deliberate.models.proposals.proposal import Proposal, new_salt
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import Role


class Comment(HideableText, Base):
    """An argument or question on a proposal, or a reply to one; replies may go to any depth.

    A thread is read by `root_id` in the order of writing, so no page ever walks the tree.
    """

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_branch", "root_id", "id"),
        Index("ix_comment_written", "proposal_id", "id"),
        Index("ix_comment_people", "proposal_id", "author_id"),
        Index("ix_comment_newest", "proposal_id", "depth", "id"),
        Index("ix_comment_weighed", "proposal_id", "depth", "weight", "id"),
        Index("ix_comment_discussed", "proposal_id", "depth", "branch_count", "id"),
        Index("ix_comment_strongest", "proposal_id", "depth", "strength", "id"),
        Index("ix_comment_stance", "proposal_id", "depth", "stance", "weight", "id"),
        held_index("ix_comment_held", "proposal_id", "held_until"),
        held_index("ix_comment_held_until", "held_until"),
        UniqueConstraint("proposal_id", "source_id"),
    )
    subject_type = "comment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    """The top-level comment of its branch; None on that comment itself."""
    depth: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    author_role: Mapped[Role] = mapped_column(String(16), default=Role.RESIDENT)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)
    source_note: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str] = mapped_column(String(8), default="id")
    stance: Mapped[int | None] = mapped_column(SmallInteger)
    is_question: Mapped[bool] = mapped_column(default=False)
    is_orphan: Mapped[bool] = mapped_column(default=False)
    """A reply whose parent its source did not carry: here it heads a branch, in figures depth 1."""
    posted_at: Mapped[datetime] = mapped_column(Moment, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    corrections: Mapped[list[dict[str, str]]] = mapped_column(
        Json, default=list, server_default="[]"
    )
    """{at, body, html}: added below by its author once it could no longer be edited."""
    strong_count: Mapped[int] = mapped_column(default=0)
    weak_count: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(default=0)
    """How many people weighed it, strong and weak together."""
    strength: Mapped[int] = mapped_column(default=0, server_default="0")
    """How surely it is a strong point, in millionths: see `strength_of`."""
    branch_count: Mapped[int] = mapped_column(default=0)
    """On a top-level comment: replies below it at any depth."""
    is_answered: Mapped[bool] = mapped_column(default=False, server_default=false())
    """On a top-level comment: staff replied somewhere below it."""
    source_id: Mapped[str | None] = mapped_column(String(64))

    proposal: Mapped[Proposal] = relationship()
    parent: Mapped["Comment | None"] = relationship(remote_side=[id], foreign_keys=[parent_id])
    author: Mapped[Person | None] = relationship()
    institution: Mapped[Institution | None] = relationship()

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.proposal.process_id

    @property
    def stands(self) -> bool:
        """Whether its text is shown; a tombstone stands in its place otherwise."""
        return self.withdrawn_at is None and self.hidden_at is None


def strength_of(strong: int, weak: int) -> int:
    """Lower bound of the 95 % Wilson interval of the share of strong points, in millionths.

    Five of five strong stand below ninety of a hundred: few views are no certainty (Wilson 1927).
    """
    n, z = strong + weak, 1.959964
    if n == 0:
        return 0
    share, spread = strong / n, z * z / n
    margin = z * sqrt((share * (1 - share) + spread / 4) / n)
    return round(1_000_000 * max(0.0, (share + spread / 2 - margin) / (1 + spread)))


class Rating(Base):
    """One person's view that a comment is a strong or a weak point."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("person_id", "comment_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    is_strong: Mapped[bool]
    rated_at: Mapped[datetime] = mapped_column(Moment, default=now)
