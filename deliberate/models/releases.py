"""Research releases that were built, and requests for what is not open to all."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.processes import Process


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


class ReleaseRequest(Base):
    """What a researcher asks to be given of the protected tier, for what and until when."""

    __tablename__ = "release_request"
    subject_type = "release_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text)
    ethics: Mapped[str] = mapped_column(String(160))
    """Where the approval of an ethics board is found."""
    until: Mapped[date]
    """The last day of access."""
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_granted: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was refused."""
    secret: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """What the pseudonyms of this request are made with; gone when access ends."""
    built_at: Mapped[datetime | None] = mapped_column(Moment)
    manifest: Mapped[dict[str, Any] | None] = mapped_column(Json)
    size: Mapped[int] = mapped_column(default=0)

    process: Mapped[Process] = relationship(lazy="joined")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    def is_over(self, today: date) -> bool:
        """Whether its last day is past."""
        return today > self.until
