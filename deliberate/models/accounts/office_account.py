"""Table of the accounts that offices open for people who have none."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, UtcDateTime
from deliberate.database.personal_data import ACCOUNTABILITY, Category, keep_for, personal, rows
from deliberate.models.accounts.person import Person

PAPER_VALID_FOR = timedelta(days=365)
"""How long the code on the paper is valid after the last entry at an office."""


class OfficeAccount(Base):
    """An account opened at an office; the code on its paper finds it again and takes it over."""

    __tablename__ = "office_account"
    personal_data = rows(
        "accounts_opened_at_offices",
        "Accounts opened at offices",
        owner="person_id",
        columns="person_id institution_id opened_at valid_until claimed_at",
        kept=ACCOUNTABILITY,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    code_hash: Mapped[str] = mapped_column(
        String(64),
        default="",
        index=True,
        info=personal(
            Category.CREDENTIAL,
            download=False,
            retention=keep_for(0, "valid_until", "codes on papers of offices"),
        ),
    )
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    valid_until: Mapped[datetime] = mapped_column(
        UtcDateTime, default=lambda: now() + PAPER_VALID_FOR
    )
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()

    @property
    def has_valid_code(self) -> bool:
        """Return whether its paper finds the account and takes it over now."""
        return self.claimed_at is None and now() < self.valid_until
