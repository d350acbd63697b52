"""Stored scores of processes: an insert-only history and the input of comparisons."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, TransientBase, UtcDateTime
from deliberate.database.personal_data import not_personal
from deliberate.models.processes import Process


class ScoreSnapshot(Base):
    """The score document of a process at one time, with log head and chart data; never updated."""

    __tablename__ = "score_snapshot"
    __table_args__ = (
        Index("ix_score_snapshot_process_id_computed_at", "process_id", "computed_at"),
    )
    personal_data = not_personal(
        "id process_id computed_at formulas log_size log_root inputs_hash document chart_data"
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    formulas: Mapped[str] = mapped_column(String(20))
    log_size: Mapped[int]
    log_root: Mapped[str | None] = mapped_column(String(64))
    inputs_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    """The JSON text, byte for byte as `deliberate score --json` prints it."""
    chart_data: Mapped[dict[str, Any]] = mapped_column(Json)
    """Weeks, cohorts and waiting times for the charts: small counts without persons."""

    process: Mapped[Process] = relationship()


class ComparedScore(Base):
    """The newest scores of a process, or of the process up to the end of a phase, for comparisons.

    Unlike a snapshot it is replaced: the bootstrap draws behind an interval are large.
    """

    __tablename__ = "compared_score"
    __table_args__ = (UniqueConstraint("process_id", "phase"),)
    personal_data = not_personal("id process_id phase as_of formulas document draws")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    phase: Mapped[str] = mapped_column(String(20), default="")
    """The phase up to whose end the scores count; empty for the whole process."""
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    formulas: Mapped[str] = mapped_column(String(20))
    document: Mapped[str] = mapped_column(Text, deferred=True)
    """The JSON text, as in a snapshot."""
    draws: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The serialised `citivoice.Comparable`."""

    process: Mapped[Process] = relationship()


class ScoreRequest(TransientBase):
    """A process whose scores are to be computed now; a job computes them and removes the row."""

    __tablename__ = "score_request"
    personal_data = not_personal("process_id requested_at")

    process_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
