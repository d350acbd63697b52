"""The second factor of an account: a TOTP secret (RFC 6238)."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import Category, personal, rows


class SecondFactor(Base):
    """The TOTP secret of an account, encrypted with a key that is in neither database.

    It is in the recorded store: losing the transient store must not remove the second factors.
    """

    __tablename__ = "second_factor"
    personal_data = rows(
        "second_factor", "Second factor", owner="person_id", columns="person_id last_step added_at"
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    encrypted_secret: Mapped[bytes] = mapped_column(
        LargeBinary(80), info=personal(Category.CREDENTIAL, download=False)
    )
    last_step: Mapped[int] = mapped_column(BigId)
    """The time step of the last accepted code: this step and older ones are rejected."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
