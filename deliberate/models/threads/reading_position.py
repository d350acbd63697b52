"""Reading positions in threads, kept outside the recorded data."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, TransientBase, UtcDateTime


class ReadingPosition(TransientBase):
    """The last comment a person has read of a thread, before this visit and now."""

    __tablename__ = "reading_position"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    last_read_id: Mapped[int] = mapped_column(BigId)
    """The newest comment at the end of the previous visit."""
    newest_id: Mapped[int] = mapped_column(BigId)
    viewed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
