"""The version of the recorded store, which marks cached pages as current or outdated."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId
from deliberate.database.personal_data import not_personal


class DataVersion(Base):
    """A part of the version: a write that pages may show replaces one of them.

    The version is all parts together. There are several, so that transactions which commit at the
    same time seldom wait for each other; a number that only rises would miss the one that commits
    late.
    """

    __tablename__ = "data_version"
    personal_data = not_personal("slot token")

    slot: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(32))
    """A random text, so that a restored database never has the version of another state."""
