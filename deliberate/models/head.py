"""A signed tree head: what the log was at a size, linked to the head before it."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId, Json, Moment


class Head(Base):
    """Canonical JSON {origin, prev, root, size, t}, its signature, and the tree's right edge."""

    __tablename__ = "head"

    size: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    prev: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))
    key_id: Mapped[str] = mapped_column(String(64))
    peaks: Mapped[list[str]] = mapped_column(Json)
    """Roots of the full subtrees from left to right; sizes are the bits of `size`."""
    made_at: Mapped[datetime] = mapped_column(Moment)
