"""Files attached to proposals."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, UtcDateTime
from deliberate.database.personal_data import Category, personal, rows
from deliberate.models.moderation.conditions import IsNull, Through
from deliberate.models.moderation.visibility import BODY_READERS, VisibleText, read_by
from deliberate.models.proposals.proposal import Proposal


class Attachment(VisibleText, Base):
    """A file attached to a proposal; the row of a removed file stays without the file."""

    __tablename__ = "attachment"
    subject_type = "attachment"
    personal_data = rows(
        "files",
        "Files",
        owner="proposal_id.author_id",
        columns="id proposal_id name kind size width height added_at removed_at",
        kept="the log names the row; the file itself is deleted",
    )
    visibility = IsNull("removed_at") & Through("proposal", BODY_READERS)
    readers = read_by(visibility, "title")

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    title: Mapped[str] = mapped_column(String(120), info=personal(Category.WORDS))
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """Random file name with the extension of its kind, used on disk and in the URL."""
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    width: Mapped[int | None]
    """Pixels of the picture that pages show; None for a file that is no picture."""
    height: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    proposal: Mapped[Proposal] = relationship()

    @property
    def process_id(self) -> int:
        """Return the process that acts on this file belong to."""
        return self.proposal.process_id
