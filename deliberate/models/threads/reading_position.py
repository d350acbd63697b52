"""Reading positions in threads, stored outside the recorded data."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, TransientBase, UtcDateTime
from deliberate.database.personal_data import keep_for, rows


class ReadingPosition(TransientBase):
    """The last comment a person has read of a thread, before this visit and now."""

    __tablename__ = "reading_position"
    personal_data = rows(
        "reading_positions",
        "Reading positions",
        owner="person_id",
        columns="person_id proposal_id last_read_id newest_id viewed_at",
        retention=keep_for(180, "viewed_at", "reading positions"),
    )

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    last_read_id: Mapped[int] = mapped_column(BigId)
    """The newest comment at the end of the previous visit."""
    newest_id: Mapped[int] = mapped_column(BigId)
    viewed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
