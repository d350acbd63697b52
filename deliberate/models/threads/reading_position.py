"""How far somebody has read a thread: no act, and nobody else sees it."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, Moment, TransientBase


class ReadingPosition(TransientBase):
    """Up to which comment somebody had read a thread before this visit, and at its last look."""

    __tablename__ = "reading_place"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    before: Mapped[int] = mapped_column(BigId)
    """The newest comment at the end of the visit before this one."""
    newest: Mapped[int] = mapped_column(BigId)
    looked_at: Mapped[datetime] = mapped_column(Moment, default=now)
