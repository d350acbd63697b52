"""The scores of a process as they were computed at one moment; never changed afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.processes import Process


class Snapshot(Base):
    """One document of scores with the log head it stands on, and what its charts are drawn from."""

    __tablename__ = "score_snapshot"
    __table_args__ = (
        Index("ix_score_snapshot_process_id_computed_at", "process_id", "computed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    computed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    formulas: Mapped[str] = mapped_column(String(20))
    log_size: Mapped[int]
    log_root: Mapped[str | None] = mapped_column(String(64))
    inputs_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    """The JSON text, byte for byte as the score command prints it."""
    drawn: Mapped[dict[str, Any]] = mapped_column(Json)
    """Weeks, cohorts and waits of the charts: small counts, no person."""

    process: Mapped[Process] = relationship()


class ComparedScore(Base):
    """The newest scores of a process, or of one up to the end of a phase, kept to be compared.

    Unlike a snapshot it is replaced: the draws behind an interval are large.
    """

    __tablename__ = "compared_score"
    __table_args__ = (UniqueConstraint("process_id", "phase"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    phase: Mapped[str] = mapped_column(String(20), default="")
    """The phase up to whose end it goes; empty for the whole process."""
    as_of: Mapped[datetime | None] = mapped_column(Moment)
    formulas: Mapped[str] = mapped_column(String(20))
    document: Mapped[str] = mapped_column(Text, deferred=True)
    """The JSON text, as in a snapshot."""
    draws: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """What a comparison reads (citivoice.Comparable)."""

    process: Mapped[Process] = relationship()
