"""What waits on the way back into an account, or to another address: nothing of it is proof."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import BigId, Moment, TransientBase


class PasswordResetRequest(TransientBase):
    """Somebody typed a name or an address to come back by mail; a job looks whose it is.

    The page writes the same row for names that exist and names that do not, so it takes as long.
    """

    __tablename__ = "recovery_wish"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    words: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)


class AddressChange(TransientBase):
    """Another address that somebody wants; it holds once both mailboxes have said yes."""

    __tablename__ = "address_change"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    """Empty where the present address is to go and no other comes."""
    old_agreed: Mapped[bool] = mapped_column(default=False)
    new_agreed: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
