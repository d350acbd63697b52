"""Tables of mandates by topic, and of overlaps between institutions with their decisions."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import OFFICIAL, rows
from deliberate.models.moderation.visibility import PUBLIC, read_by
from deliberate.models.responses.institution import Institution


class Mandate(Base):
    """What a rule says: an institution is responsible for a topic."""

    __tablename__ = "mandate"
    subject_type = "mandate"
    personal_data = rows(
        "mandates",
        "Mandates stated",
        owner="stated_by_id",
        columns="id topic institution_id basis stated_at stated_by_id ended_at",
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "topic", "basis")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    basis: Mapped[str] = mapped_column(Text)
    """The rule that says so, with its article."""
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    institution: Mapped[Institution] = relationship()

    @property
    def sealed_text(self) -> str:
        """Return what is stated, as the log binds it."""
        return canonical_json([self.topic, self.institution_id, self.basis])


class Overlap(Base):
    """A question of who is responsible for a topic, with who coordinates it and until when."""

    __tablename__ = "overlap"
    subject_type = "overlap"
    personal_data = rows(
        "overlaps",
        "Overlaps opened",
        owner="opened_by_id",
        columns="id topic coordinator_id due_on reason opened_at opened_by_id",
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "topic", "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), index=True)
    coordinator_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    coordinator: Mapped[Institution] = relationship()
    decision: Mapped["OverlapDecision | None"] = relationship(back_populates="overlap")

    @property
    def sealed_text(self) -> str:
        """Return what was opened, as the log binds it."""
        opened = [self.topic, self.coordinator_id, self.due_on.isoformat(), self.reason]
        return canonical_json(opened)


class OverlapDecision(Base):
    """The written decision that settled an overlap."""

    __tablename__ = "overlap_decision"
    subject_type = "overlap_decision"
    personal_data = rows(
        "overlap_decisions",
        "Overlaps settled",
        owner="settled_by_id",
        columns="id overlap_id decision settled_at settled_by_id",
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "decision")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    overlap_id: Mapped[int] = mapped_column(ForeignKey("overlap.id"), unique=True)
    decision: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    overlap: Mapped[Overlap] = relationship(back_populates="decision")

    @property
    def sealed_text(self) -> str:
        """Return the decision, as the log binds it."""
        return canonical_json([self.overlap_id, self.decision])
