"""Results of sealing: tree heads, dates of sealed rows, subtree hashes, segments."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId, Json, UtcDateTime
from deliberate.database.personal_data import not_personal

BACKDATING_TOLERANCE = timedelta(minutes=1)
"""How long before the previous tree head a row may be dated: an act takes less."""
LATE_AFTER = timedelta(seconds=60)
"""A row is sealed late if its tree head was made this long after it, or later."""


class SignedTreeHead(Base):
    """Canonical JSON {origin, prev, root, size, t}, its signature, and the peaks of the tree.

    The last head signed by a key also names the following key as `next`.
    """

    __tablename__ = "signed_tree_head"
    personal_data = not_personal("size root prev body signature key_id peaks made_at")

    size: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    prev: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))
    key_id: Mapped[str] = mapped_column(String(64))
    peaks: Mapped[list[str]] = mapped_column(Json)
    """Roots of the full subtrees from left to right; their sizes are the bits of `size`."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SealedDates(Base):
    """How many rows of a process one tree head covers that were sealed late or dated by a source.

    Process 0 is none. Only heads with such rows have an entry, so that scores need not read times.
    """

    __tablename__ = "sealed_dates"
    personal_data = not_personal("size process_id late dated")

    size: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    process_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    late: Mapped[int] = mapped_column(BigId)
    dated: Mapped[int] = mapped_column(BigId)


class Subtree(Base):
    """The root of a full subtree of 2^level entries at a position within its level.

    Stored for every eighth level, so that a proof reads at most 256 rows of a level.
    """

    __tablename__ = "subtree"
    personal_data = not_personal("level position root")

    level: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))


class Segment(Base):
    """An immutable Parquet file of sealed rows, with its SHA-256."""

    __tablename__ = "segment"
    personal_data = not_personal("first last sha256 written_at")

    first: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def file_name(self) -> str:
        """Return the file name, which contains the first and the last position."""
        return f"{self.first:09d}-{self.last:09d}.parquet"


class PublishedTreeHead(Base):
    """A tree head published on the hour, with the consistency proof from the previous one."""

    __tablename__ = "published_tree_head"
    personal_data = not_personal("size published_at consistency")

    size: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    consistency: Mapped[list[str]] = mapped_column(Json)
    """Consistency proof from the previous published head; empty for the first."""
