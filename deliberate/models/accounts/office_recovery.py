"""Coming back into an account at an office: one officer begins it, a second one confirms."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import Proof

BEGUN_LASTS = timedelta(hours=2)
"""So long somebody sits at the desk at most."""
CODE_LASTS = timedelta(hours=24)


class OfficeRecovery(Base):
    """Help for one account at one office; it ends by the clock when nobody ends it before."""

    __tablename__ = "office_recovery"
    __table_args__ = (
        Index("ix_office_recovery_person", "person_id", "begun_at"),
        Index("ix_office_recovery_institution", "institution_id", "begun_at"),
    )
    subject_type = "office_recovery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    proof: Mapped[Proof] = mapped_column(String(16))
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime] = mapped_column(Moment, default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    begun_by: Mapped[Person] = relationship(foreign_keys=[begun_by_id])
    institution: Mapped[Institution] = relationship()

    @property
    def is_ended(self) -> bool:
        """Whether it was used or stopped, whatever the time."""
        return self.used_at is not None or self.stopped_at is not None

    @property
    def waits(self) -> bool:
        """Whether a second officer may confirm it now."""
        return not self.is_ended and self.confirmed_at is None and now() < self.ends_at

    @property
    def opens(self) -> bool:
        """Whether its code opens the account now."""
        return not self.is_ended and self.confirmed_at is not None and now() < self.ends_at

    @property
    def ends_at(self) -> datetime:
        """When it ends by the clock."""
        if self.confirmed_at is None:
            return self.begun_at + BEGUN_LASTS
        return self.confirmed_at + CODE_LASTS
