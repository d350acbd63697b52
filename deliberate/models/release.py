"""A research release that was built: where it lies, what is in it, and up to which head."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.process import Process


class Release(Base):
    """One built release; its files keep their address until an erasure or an order removes them."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("process_id", "stamp"),)
    subject_type = "release"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    stamp: Mapped[str] = mapped_column(String(24))
    """Its date, with a number behind it for a second one that day: part of its address."""
    tier: Mapped[str] = mapped_column(String(12), default="open")
    built_at: Mapped[datetime] = mapped_column(Moment, default=now)
    manifest: Mapped[dict[str, Any]] = mapped_column(Json)
    size: Mapped[int] = mapped_column(default=0)
    """Bytes of the packed release."""
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_reason: Mapped[str] = mapped_column(String(255), default="")

    process: Mapped[Process] = relationship(lazy="joined")
