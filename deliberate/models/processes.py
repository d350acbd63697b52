"""A participation process, its dated phases and the institutions that take part in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.database import Base, BigId, Json, Moment
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import PhaseKind, Switch


class Process(Base):
    """A question put to residents, with what is open, what is fixed, and who decides."""

    __tablename__ = "process"
    subject_type = "process"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    question: Mapped[str] = mapped_column(Text, default="")
    question_en: Mapped[str] = mapped_column(Text, default="")
    decides: Mapped[str] = mapped_column(Text, default="")
    decides_en: Mapped[str] = mapped_column(Text, default="")
    open_points: Mapped[str] = mapped_column(Text, default="")
    open_points_en: Mapped[str] = mapped_column(Text, default="")
    fixed_points: Mapped[str] = mapped_column(Text, default="")
    fixed_points_en: Mapped[str] = mapped_column(Text, default="")
    timezone: Mapped[str] = mapped_column(String(64), default="Asia/Makassar")
    calendar: Mapped[str] = mapped_column(String(8), default="ID")
    """Whose holidays count: a country, or a country and its part, as GB or GB-ENG."""
    support_threshold: Mapped[int] = mapped_column(default=100)
    response_days: Mapped[int] = mapped_column(default=20)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    source: Mapped[str | None] = mapped_column(String(40))
    """The platform an imported process came from."""
    days_off: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    """Days its offices do not work beside the holidays of its calendar: ISO date and name."""
    proposal_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)

    phases: Mapped[list["Phase"]] = relationship(
        order_by="Phase.opens_at", back_populates="process", cascade="all, delete-orphan"
    )
    institutions: Mapped[list["ProcessInstitution"]] = relationship(
        cascade="all, delete-orphan", order_by="ProcessInstitution.id"
    )

    @property
    def process_id(self) -> int:
        """Where its acts belong: to itself."""
        return self.id

    def phase_at(self, moment: datetime) -> "Phase | None":
        """The phase open at a moment, or None between and outside phases."""
        for phase in self.phases:
            if phase.opens_at <= moment < phase.closes_at:
                return phase
        return None

    def allows(self, switch: Switch, moment: datetime) -> bool:
        """Whether the phase open at a moment makes this possible; computed, never stored."""
        phase = self.phase_at(moment)
        return phase is not None and self.closed_at is None and switch in phase.switches

    def said(self, field: str, language: str) -> str:
        """A text of the process in a language, the Indonesian one where there is no other."""
        found: str = getattr(self, f"{field}_en") if language == "en" else ""
        return found or getattr(self, field)


class Phase(Base):
    """A dated span of a process with switches for what may be done in it."""

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("process_id", "kind"),)
    subject_type = "phase"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    kind: Mapped[PhaseKind] = mapped_column(String(16))
    opens_at: Mapped[datetime] = mapped_column(Moment)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    switches: Mapped[list[str]] = mapped_column(Json, default=list)

    process: Mapped[Process] = relationship(back_populates="phases")


class ProcessInstitution(Base):
    """The part an institution has in a process: lead, consulted, or must sign."""

    __tablename__ = "process_institution"
    __table_args__ = (UniqueConstraint("process_id", "institution_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    part: Mapped[str] = mapped_column(String(16), default="consulted")

    institution: Mapped[Institution] = relationship(lazy="joined")


class ProcessChange(Base):
    """A change of an open process, with its reason as everybody reads it."""

    __tablename__ = "process_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fields: Mapped[list[str]] = mapped_column(Json)
    """What was changed: names of columns, "institutions", or a phase."""
    reason: Mapped[str] = mapped_column(Text)
    opened_before: Mapped[datetime | None] = mapped_column(Moment)
    closed_before: Mapped[datetime | None] = mapped_column(Moment)
    """When the phase opened and closed before it was moved."""
