"""Reclassification of accounts: one administrator proposes a class, another confirms it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import ACCOUNTABILITY, rows
from deliberate.models.accounts.person import Person
from deliberate.vocabulary import AccountClass, ReclassificationReason


class Reclassification(Base):
    """A class proposed for an account; it applies once a second administrator confirms it."""

    __tablename__ = "reclassification"
    subject_type = "reclassification"
    personal_data = rows(
        "reclassifications",
        "Classes of the account",
        owner="person_id",
        columns="id person_id account_class reason proposed_at confirmed_at dismissed_at",
        kept=ACCOUNTABILITY,
        hidden="proposed_by_id confirmed_by_id",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    account_class: Mapped[AccountClass] = mapped_column(String(16))
    reason: Mapped[ReclassificationReason] = mapped_column(String(16))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])

    @property
    def is_pending(self) -> bool:
        """Return whether a second administrator may confirm or dismiss it."""
        return self.confirmed_at is None and self.dismissed_at is None
