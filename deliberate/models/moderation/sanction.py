"""Sanctions: time limits on accounts, with a reason and an appeal."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import ACCOUNTABILITY, Category, personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import IsReader
from deliberate.models.moderation.visibility import MODERATORS, read_by
from deliberate.vocabulary import AppealOutcome, ModerationRule


class Sanction(Base):
    """A period in which an account may not write, support or rate; it can read, vote and appeal.

    A sanction ends by the clock, so no job has to lift it.
    """

    __tablename__ = "sanction"
    __table_args__ = (
        Index("ix_sanction_person", "person_id", "ends_at"),
        Index("ix_sanction_appealed", "appealed_at"),
    )
    subject_type = "sanction"
    personal_data = rows(
        "sanctions",
        "Limits on the account",
        owner="person_id",
        columns=("id person_id ground imposed_at ends_at lifted_at appealed_at outcome decided_at"),
        kept=ACCOUNTABILITY,
        hidden="moderator_id decided_by_id",
    )
    readers = read_by(IsReader("person_id") | MODERATORS, "note", "appeal_reason", "outcome_note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ground: Mapped[ModerationRule] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(Text, info=personal(Category.MODERATION))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appeal_reason: Mapped[str] = mapped_column(Text, default="", info=personal(Category.WORDS))
    appealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[AppealOutcome | None] = mapped_column(String(16))
    outcome_note: Mapped[str] = mapped_column(Text, default="", info=personal(Category.MODERATION))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    @property
    def is_active(self) -> bool:
        """Return whether the sanction limits the account now."""
        return self.lifted_at is None and now() < self.ends_at

    @property
    def has_open_appeal(self) -> bool:
        """Return whether the person appealed and no moderator has decided on the appeal."""
        return self.appealed_at is not None and self.decided_at is None
