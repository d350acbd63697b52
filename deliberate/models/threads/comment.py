"""Comments in the threads of proposals, and their ratings."""

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
from deliberate.database import Base, BigId, Json, UtcDateTime, new_salt
from deliberate.database.personal_data import COUNTS, Category, personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import SHOWN_TEXT, HideableText, held_index, read_by
from deliberate.models.processes import Process
from deliberate.models.proposals.proposal import Proposal
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import Role


class Comment(HideableText, Base):
    """An argument or question on a proposal, or a reply at any depth.

    A branch is read by `root_id` in the order of posting, without walking the tree.
    """

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_branch", "root_id", "id"),
        Index("ix_comment_posted", "proposal_id", "id"),
        Index("ix_comment_author", "proposal_id", "author_id"),
        Index("ix_comment_newest", "proposal_id", "depth", "id"),
        Index("ix_comment_most_rated", "proposal_id", "depth", "rating_count", "id"),
        Index("ix_comment_discussed", "proposal_id", "depth", "reply_count", "id"),
        Index("ix_comment_strongest", "proposal_id", "depth", "strength", "id"),
        Index("ix_comment_stance", "proposal_id", "depth", "stance", "rating_count", "id"),
        held_index("ix_comment_held_until", "held_until"),
        UniqueConstraint("proposal_id", "source_id"),
    )
    subject_type = "comment"
    personal_data = rows(
        "comments",
        "Comments",
        owner="author_id",
        columns=(
            "id proposal_id parent_id root_id depth author_id author_role institution_id "
            "language stance is_question is_orphan is_blank posted_at edited_at withdrawn_at "
            "strong_count weak_count rating_count strength reply_count is_answered "
            "source_id desk_institution_id hidden_at hidden_ground held_until"
        ),
        kept=COUNTS,
        hidden="renderer",
    )
    visibility = SHOWN_TEXT
    readers = read_by(visibility, "body", "body_html", "source_note", "corrections")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    """The top-level comment of its branch; None on that comment itself."""
    depth: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    author_role: Mapped[Role] = mapped_column(String(16), default=Role.RESIDENT)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    body: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    body_html: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS, download=False))
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), default=new_salt, info=personal(Category.TECHNICAL, download=False)
    )
    source_note: Mapped[str] = mapped_column(String(500), default="", info=personal(Category.WORDS))
    language: Mapped[str] = mapped_column(String(8), default="id")
    stance: Mapped[int | None] = mapped_column(SmallInteger)
    is_question: Mapped[bool] = mapped_column(default=False)
    is_orphan: Mapped[bool] = mapped_column(default=False)
    """An imported reply without its parent: it heads a branch here and counts as depth 1."""
    is_blank: Mapped[bool] = mapped_column(default=False, server_default=false())
    """An imported comment with nothing to read: it keeps its place and counts nowhere."""
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    corrections: Mapped[list[dict[str, str]]] = mapped_column(
        Json, default=list, server_default="[]", info=personal(Category.WORDS)
    )
    """Corrections by the author after the time for editing, each as {at, body, html}."""
    strong_count: Mapped[int] = mapped_column(default=0)
    weak_count: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    """Number of people who rated it, strong and weak together."""
    strength: Mapped[int] = mapped_column(default=0, server_default="0")
    """Lower confidence bound of the share of strong ratings, see `rating_strength`."""
    reply_count: Mapped[int] = mapped_column(default=0)
    """Number of replies at any depth; counted on top-level comments only."""
    is_answered: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether staff replied in the branch; set on top-level comments only."""
    source_id: Mapped[str | None] = mapped_column(String(64))
    desk_institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    """The institution at whose office it was entered."""

    proposal: Mapped[Proposal] = relationship()
    parent: Mapped["Comment | None"] = relationship(remote_side=[id], foreign_keys=[parent_id])
    author: Mapped[Person | None] = relationship()
    institution: Mapped[Institution | None] = relationship(foreign_keys=[institution_id])

    @property
    def sealed_text(self) -> str:
        """Return the text of which the log has an HMAC: with the source that it names, if any."""
        return f"{self.body}\n\n{self.source_note}" if self.source_note else self.body

    @property
    def process_id(self) -> int:
        """Return the process that acts on this comment belong to."""
        return self.proposal.process_id

    @property
    def process(self) -> Process:
        """Return the process that its proposal belongs to."""
        return self.proposal.process


def rating_strength(strong: int, weak: int) -> int:
    """Return the lower bound of the 95 % Wilson interval of the strong share, in millionths.

    Five strong ratings of five rank below ninety of a hundred, because few ratings leave the
    share uncertain (Wilson 1927).
    """
    n, z = strong + weak, 1.959964
    if n == 0:
        return 0
    share, spread = strong / n, z * z / n
    margin = z * sqrt((share * (1 - share) + spread / 4) / n)
    return round(1_000_000 * max(0.0, (share + spread / 2 - margin) / (1 + spread)))


class Rating(Base):
    """A person's rating of a comment as a strong or a weak point."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("person_id", "comment_id"),)
    personal_data = rows(
        "ratings",
        "Ratings",
        owner="person_id",
        columns="id person_id comment_id is_strong rated_at",
        kept=COUNTS,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    is_strong: Mapped[bool]
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
