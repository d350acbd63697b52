"""Mergers of proposals, with what is needed to undo them completely."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, UtcDateTime
from deliberate.database.personal_data import OFFICIAL, rows


class Merger(Base):
    """A merger of a proposal into a target; there is one row for each time it is merged."""

    __tablename__ = "merger"
    personal_data = rows(
        "mergers",
        "Mergers of proposals",
        owner="moderator_id",
        columns=(
            "id proposal_id target_id moderator_id merged_at undone_at "
            "previous_qualified_at previous_due_at"
        ),
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_qualified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Start of the target's response deadline before the merger."""
    previous_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
