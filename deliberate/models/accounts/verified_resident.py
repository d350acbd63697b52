"""Lists and one-time codes that verify residents: hashes and an area, no names."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import OFFICIAL, Category, personal, rows
from deliberate.models.moderation.visibility import ADMINISTRATORS, read_by


class ResidentList(Base):
    """A batch of e-mail addresses or codes that an administrator added."""

    __tablename__ = "resident_list"
    subject_type = "resident_list"
    personal_data = rows(
        "resident_lists",
        "Lists of residents added",
        owner="created_by_id",
        columns="id kind area size created_by_id created_at",
        kept=OFFICIAL,
    )
    readers = read_by(ADMINISTRATORS, "area")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """`addresses` or `codes`."""
    area: Mapped[str] = mapped_column(String(80), default="")
    """The area of all codes of the batch; addresses have an area each."""
    size: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ResidentEntry(Base):
    """One address or code of a list. Only the log knows which account it verified."""

    __tablename__ = "resident_entry"
    personal_data = rows(
        "resident_entries",
        "Entries of lists of residents",
        owner="",
        columns="list_id area is_used",
        kept="an address or code counts once; nothing links it to an account",
    )
    readers = read_by(ADMINISTRATORS, "area")

    key: Mapped[str] = mapped_column(
        String(64),
        primary_key=True,
        info=personal(Category.IDENTITY, kept="only a keyed hash", download=False),
    )
    """The SHA-256 hash of a random code, or a keyed hash of an address."""
    list_id: Mapped[int] = mapped_column(ForeignKey("resident_list.id"), index=True)
    area: Mapped[str] = mapped_column(String(80), default="")
    is_used: Mapped[bool] = mapped_column(default=False)
