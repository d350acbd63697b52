"""What sealing leaves: signed heads, hashes of full subtrees, segments, what was given out."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId, Json, Moment


class SignedTreeHead(Base):
    """Canonical JSON {origin, prev, root, size, t}, its signature, and the tree's right edge.

    A head that hands over to another key also has that key as `next`.
    """

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


class Subtree(Base):
    """The root of a full subtree of 2^level entries, the place-th of its level.

    Kept for every eighth level, so that no proof reads more than 256 rows of one level.
    """

    __tablename__ = "subtree"

    level: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))


class Segment(Base):
    """An immutable Parquet file of sealed rows: which rows, and the file's SHA-256."""

    __tablename__ = "segment"

    first: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def file_name(self) -> str:
        """The file's name, which tells the rows in it."""
        return f"{self.first:09d}-{self.last:09d}.parquet"


class PublishedTreeHead(Base):
    """A head that was given out: once an hour, with the proof that it continues the one before."""

    __tablename__ = "published_head"

    size: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column(Moment, index=True)
    consistency: Mapped[list[str]] = mapped_column(Json)
    """Consistency proof from the published head before it; empty for the first."""
