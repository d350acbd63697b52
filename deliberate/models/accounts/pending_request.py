"""Requests that wait for a mail to be sent or confirmed: password resets and e-mail changes."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, TransientBase, UtcDateTime


class PasswordResetRequest(TransientBase):
    """A request for a reset link, by sign-in name or e-mail address.

    The request writes the same row whether or not an account exists, so that its duration
    discloses nothing; a job looks the account up later.
    """

    __tablename__ = "password_reset_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identifier: Mapped[str] = mapped_column(String(254))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class EmailChange(TransientBase):
    """A new e-mail address, which applies once the old and the new mailbox have confirmed."""

    __tablename__ = "email_change"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    """Empty where the present address is removed without a new one."""
    old_confirmed: Mapped[bool] = mapped_column(default=False)
    new_confirmed: Mapped[bool] = mapped_column(default=False)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
