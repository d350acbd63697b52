"""Who lives here, as lists and one-time codes know it: hashes and an area, never who it is."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment


class ResidentList(Base):
    """Addresses or codes that an administrator put in at once."""

    __tablename__ = "resident_list"
    subject_type = "resident_list"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """`addresses` or `codes`."""
    area: Mapped[str] = mapped_column(String(80), default="")
    """The one area of its codes; addresses have each their own."""
    size: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ResidentEntry(Base):
    """One address or code of a list. Whose account it verified is in the log alone, once."""

    __tablename__ = "resident_entry"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of a random code, or a keyed hash of an address: neither can be read back."""
    list_id: Mapped[int] = mapped_column(ForeignKey("resident_list.id"), index=True)
    area: Mapped[str] = mapped_column(String(80), default="")
    is_used: Mapped[bool] = mapped_column(default=False)
