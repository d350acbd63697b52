"""Invitations to an account with a role, by a link that is used once."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import Category, keep_for, personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import ADMINISTRATORS, read_by
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import Role

VALID_FOR = timedelta(days=7)
"""Time within which an invitation is accepted."""


class Invitation(Base):
    """An invitation by an administrator; the account exists once it is accepted.

    The link is derived from `seed` and the secret key of the installation, so that a job can mail
    it although only its hash is stored.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_to_mail", "mailed_at", "id"),)
    subject_type = "invitation"
    personal_data = rows(
        "invitations",
        "Invitations to a role",
        owner="person_id",
        columns=(
            "id role institution_id person_id language created_at expires_at accepted_at "
            "revoked_at mailed_at"
        ),
        hidden="invited_by_id",
        retention=keep_for(90, "expires_at", "invitations"),
    )
    readers = read_by(ADMINISTRATORS, "name", "email")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seed: Mapped[str] = mapped_column(
        String(64), info=personal(Category.CREDENTIAL, download=False)
    )
    token_hash: Mapped[str] = mapped_column(
        String(64), unique=True, info=personal(Category.CREDENTIAL, download=False)
    )
    name: Mapped[str] = mapped_column(String(80), default="", info=personal(Category.IDENTITY))
    """For the administrators' list; the invited person chooses the name of the account."""
    email: Mapped[str] = mapped_column(String(254), default="", info=personal(Category.CONTACT))
    role: Mapped[Role] = mapped_column(String(16))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    language: Mapped[str] = mapped_column(String(2), default="id")
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The account that accepted it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its mail was sent or given up; None without an address or while it waits."""
    mail_problem: Mapped[str] = mapped_column(
        String(255), default="", info=personal(Category.TECHNICAL, download=False)
    )

    institution: Mapped[Institution | None] = relationship(lazy="joined")
    invited_by: Mapped[Person] = relationship(foreign_keys=[invited_by_id], lazy="joined")

    @property
    def is_open(self) -> bool:
        """Return whether it can be accepted now: its sender must still be an administrator."""
        is_ended = self.accepted_at is not None or self.revoked_at is not None
        return not is_ended and now() < self.expires_at and self._is_sender_administrator

    @property
    def _is_sender_administrator(self) -> bool:
        return self.invited_by.is_active and self.invited_by.role == Role.ADMIN
