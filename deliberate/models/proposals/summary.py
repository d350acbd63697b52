"""A proposal in short: what is asked, and the strongest reason of each side."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment
from deliberate.models.proposals.proposal import Proposal


class Summary(Base):
    """Suggested by author or moderator; a version of the summary once the other one agrees."""

    __tablename__ = "summary"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int | None]
    """Which version; None while it waits for the other one."""
    asked: Mapped[str] = mapped_column(String(400))
    best_for: Mapped[str] = mapped_column(String(400))
    best_against: Mapped[str] = mapped_column(String(400))
    revision: Mapped[int] = mapped_column(default=1)
    """So that nobody agrees to other words than those they read."""
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(Moment)

    proposal: Mapped[Proposal] = relationship()

    @property
    def is_by_author(self) -> bool:
        """Whether the proposal's author suggested it, so that a moderator agrees."""
        return self.written_by_id == self.proposal.author_id
