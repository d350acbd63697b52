"""A limit on an account: reasoned, for a time, open to an appeal."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment
from deliberate.models.accounts.person import Person
from deliberate.vocabulary import AppealOutcome, Rule


class Sanction(Base):
    """For some days an account may not write, support or weigh; it reads, votes and appeals.

    It ends by the clock: no job has to lift it.
    """

    __tablename__ = "sanction"
    __table_args__ = (
        Index("ix_sanction_person", "person_id", "ends_at"),
        Index("ix_sanction_appealed", "appealed_at"),
    )
    subject_type = "sanction"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ground: Mapped[Rule] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(Text)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imposed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    appeal: Mapped[str] = mapped_column(Text, default="")
    appealed_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[AppealOutcome | None] = mapped_column(String(16))
    outcome_note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    @property
    def holds(self) -> bool:
        """Whether the account is limited by it now."""
        return self.lifted_at is None and now() < self.ends_at

    @property
    def waits(self) -> bool:
        """Whether its appeal waits for somebody's decision."""
        return self.appealed_at is not None and self.decided_at is None
