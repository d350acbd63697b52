"""Summaries of proposals: the request and the strongest reason of each side."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime, new_salt
from deliberate.database.personal_data import COUNTS, Category, personal, rows
from deliberate.models.moderation.conditions import NotNull, Through
from deliberate.models.moderation.visibility import BODY_READERS, VisibleText, read_by
from deliberate.models.proposals.proposal import Proposal


class Summary(VisibleText, Base):
    """A summary suggested by author or moderator; a version once the other of the two agrees."""

    __tablename__ = "summary"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)
    personal_data = rows(
        "summaries",
        "Summaries",
        owner="proposal_id.author_id",
        columns="id proposal_id number revision written_at agreed_at",
        kept=COUNTS,
        hidden="written_by_id agreed_by_id",
    )
    visibility = NotNull("number") & Through("proposal", BODY_READERS)
    readers = read_by(visibility, "main_request", "best_for", "best_against")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int | None]
    """Version number; None while the suggestion is not agreed."""
    main_request: Mapped[str] = mapped_column(String(400), info=personal(Category.WORDS))
    best_for: Mapped[str] = mapped_column(String(400), info=personal(Category.WORDS))
    best_against: Mapped[str] = mapped_column(String(400), info=personal(Category.WORDS))
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), default=new_salt, info=personal(Category.TECHNICAL, download=False)
    )
    revision: Mapped[int] = mapped_column(default=1)
    """Counts edits of the suggestion, so that agreement is given to the text that was read."""
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    proposal: Mapped[Proposal] = relationship()

    @property
    def sealed_text(self) -> str:
        """Return the three sentences as one text, of which the log has an HMAC."""
        return "\n\n".join((self.main_request, self.best_for, self.best_against))

    @property
    def is_by_author(self) -> bool:
        """Return whether one of the authors suggested it, so that a moderator has to agree."""
        return self.written_by_id in self.proposal.author_ids
