"""Account recovery in person at an office: one officer begins it, a second one confirms."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import ACCOUNTABILITY, Category, keep_for, personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import IdentityProof

PENDING_FOR = timedelta(hours=2)
"""Time within which a second officer confirms."""
CODE_VALID_FOR = timedelta(hours=24)
"""Time within which the confirmed code is used."""


class OfficeRecovery(Base):
    """The recovery of one account at one office; it expires unless it is used or stopped."""

    __tablename__ = "office_recovery"
    __table_args__ = (
        Index("ix_office_recovery_person", "person_id", "begun_at"),
        Index("ix_office_recovery_institution", "institution_id", "begun_at"),
    )
    subject_type = "office_recovery"
    personal_data = rows(
        "help_at_offices",
        "Help at offices",
        owner="person_id",
        columns=("id person_id institution_id proof begun_at confirmed_at used_at stopped_at"),
        kept=ACCOUNTABILITY,
        hidden="begun_by_id confirmed_by_id",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    proof: Mapped[IdentityProof] = mapped_column(String(16))
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_hash: Mapped[str] = mapped_column(
        String(64),
        default="",
        info=personal(
            Category.CREDENTIAL,
            download=False,
            retention=keep_for(2, "begun_at", "codes of recoveries at offices"),
        ),
    )
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    begun_by: Mapped[Person] = relationship(foreign_keys=[begun_by_id])
    institution: Mapped[Institution] = relationship()

    @property
    def is_ended(self) -> bool:
        """Return whether the code was used or the recovery was stopped."""
        return self.used_at is not None or self.stopped_at is not None

    @property
    def is_pending(self) -> bool:
        """Return whether a second officer may confirm it now."""
        return not self.is_ended and self.confirmed_at is None and now() < self.ends_at

    @property
    def has_valid_code(self) -> bool:
        """Return whether its code opens the account now."""
        return not self.is_ended and self.confirmed_at is not None and now() < self.ends_at

    @property
    def ends_at(self) -> datetime:
        """Return when it expires: unconfirmed, or confirmed and unused."""
        if self.confirmed_at is None:
            return self.begun_at + PENDING_FOR
        return self.confirmed_at + CODE_VALID_FOR
