"""One proposal joined to another: who did it, and what it takes to undo it whole."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, Json, Moment


class Merger(Base):
    """A proposal joined to another one; several stand for it where it was undone and done again."""

    __tablename__ = "merger"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime] = mapped_column(Moment, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    own_qualified_at: Mapped[datetime | None] = mapped_column(Moment)
    """The target's clock as it was before."""
    own_due_at: Mapped[datetime | None] = mapped_column(Moment)
    replaced: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    """Supports the target had that gave way to earlier ones: person, version, moment in UTC."""
