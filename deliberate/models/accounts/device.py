"""The browsers that are signed in to an account."""

import hashlib
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, TransientBase, UtcDateTime
from deliberate.database.personal_data import Category, keep_for, personal, rows


class Device(TransientBase):
    """A session of an account in one browser; deleted on sign-out or when the role changes."""

    __tablename__ = "device"
    personal_data = rows(
        "devices",
        "Devices that are signed in",
        owner="person_id",
        columns="person_id role began_at seen_at expires_at",
        retention=keep_for(0, "expires_at", "expired devices"),
    )

    token_hash: Mapped[str] = mapped_column(
        String(64), primary_key=True, info=personal(Category.CREDENTIAL, download=False)
    )
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    role: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(120), default="", info=personal(Category.TECHNICAL))

    @property
    def public_id(self) -> str:
        """Return the id of the device in URLs; it does not reveal the token."""
        return public_device_id(self.token_hash)


def public_device_id(token_hash: str) -> str:
    """Return the public id of the device whose token has a hash."""
    return hashlib.sha256(b"mark" + token_hash.encode()).hexdigest()[:24]
