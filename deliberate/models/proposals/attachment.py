"""A file that belongs to a proposal: what it is called here, what it is, where it lies."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, Moment
from deliberate.models.proposals.proposal import Proposal


class Attachment(Base):
    """A file an author put beside a proposal; a removed one keeps its row without the file."""

    __tablename__ = "attachment"
    subject_type = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """A random name with the ending of its kind: the one it lies and travels under."""
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(Moment, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)

    proposal: Mapped[Proposal] = relationship()

    @property
    def process_id(self) -> int:
        """Where its acts belong."""
        return self.proposal.process_id
