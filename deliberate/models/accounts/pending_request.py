"""Requests that wait for a message to be sent or confirmed: new passphrases and addresses."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, TransientBase, UtcDateTime
from deliberate.database.personal_data import Category, Retention, keep_for, personal, rows

EMAIL_CHANGE_LIFETIME = timedelta(days=7)
"""Time within which both mailboxes confirm a new address."""
INTAKE_CODE_LIFETIME = timedelta(minutes=15)
"""Time within which a channel gives the code that links it to an account."""
PHONE_CODE_LIFETIME = timedelta(minutes=30)
"""Time within which the code sent to a telephone number is given."""


class PasswordResetRequest(TransientBase):
    """A request for a reset link, by sign-in name or e-mail address.

    The request writes the same row whether or not an account exists, so that its duration
    discloses nothing; a job looks the account up later.
    """

    __tablename__ = "password_reset_request"
    personal_data = rows(
        "password_resets",
        "Requests for a new passphrase",
        owner="",
        columns="id requested_at",
        retention=keep_for(1, "requested_at", "password reset requests"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identifier: Mapped[str] = mapped_column(
        String(254), info=personal(Category.IDENTITY, download=False)
    )
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class EmailChange(TransientBase):
    """A new e-mail address, which applies once the old and the new mailbox have confirmed."""

    __tablename__ = "email_change"
    personal_data = rows(
        "email_changes",
        "Changes of the e-mail address",
        owner="person_id",
        columns="person_id old_confirmed new_confirmed requested_at",
        retention=Retention("e-mail changes", "requested_at", EMAIL_CHANGE_LIFETIME),
    )

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), info=personal(Category.CONTACT))
    """Empty where the present address is removed without a new one."""
    old_confirmed: Mapped[bool] = mapped_column(default=False)
    new_confirmed: Mapped[bool] = mapped_column(default=False)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class PhoneConfirmation(TransientBase):
    """A telephone number of which a person has to prove by a code that it is theirs."""

    __tablename__ = "phone_confirmation"
    personal_data = rows(
        "telephone_confirmations",
        "Telephone numbers that wait for their code",
        owner="person_id",
        columns="person_id requested_at sent_at is_unreachable",
        retention=keep_for(1, "requested_at", "telephone codes"),
    )

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), info=personal(Category.CONTACT))
    seed: Mapped[str] = mapped_column(
        String(32), info=personal(Category.CREDENTIAL, download=False)
    )
    """What the code is made from, with the secret key."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_unreachable: Mapped[bool] = mapped_column(default=False)


class IntakeLinkCode(TransientBase):
    """A code that a person reads to an intake channel, to link it to the account."""

    __tablename__ = "intake_link_code"
    personal_data = rows(
        "intake_link_codes",
        "Codes that link a channel",
        owner="person_id",
        columns="person_id requested_at",
        retention=keep_for(1, "requested_at", "codes that link a channel"),
    )

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code_hash: Mapped[str] = mapped_column(
        String(64), index=True, info=personal(Category.CREDENTIAL, download=False)
    )
    """A keyed hash: who reads the table cannot use the code."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
