"""Built research releases, requests for access to protected data, and registered study plans."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import (
    ACCOUNTABILITY,
    OFFICIAL,
    Category,
    not_personal,
    personal,
    rows,
)
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import Equals, IsReader
from deliberate.models.moderation.visibility import ADMINISTRATORS, PUBLIC, read_by
from deliberate.models.processes import Process

PLAN_FIELDS = ("title", "questions", "hypotheses", "measures", "stopping_rule", "changes")
"""The texts of a study plan, which the log binds together."""


class Release(Base):
    """A built release. Its files stay available until an erasure or a legal order removes them."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("process_id", "stamp"),)
    subject_type = "release"
    personal_data = not_personal(
        "id process_id stamp tier built_at manifest size removed_at removed_reason entry"
    )
    readers = read_by(PUBLIC, "removed_reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    stamp: Mapped[str] = mapped_column(String(24))
    """The build date, with a number from the second release of a day on. Part of the URL."""
    tier: Mapped[str] = mapped_column(String(12), default="open")
    built_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    manifest: Mapped[dict[str, Any]] = mapped_column(Json)
    size: Mapped[int] = mapped_column(default=0)
    """Bytes of the ZIP archive."""
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_reason: Mapped[str] = mapped_column(String(255), default="")
    entry: Mapped[str | None] = mapped_column(String(32))
    """The id of the row of its build in the log; None for releases of earlier versions."""

    process: Mapped[Process] = relationship(lazy="joined")


class DataAccessRequest(Base):
    """A researcher's request for protected data of a process, with its purpose and last day."""

    __tablename__ = "data_access_request"
    subject_type = "release_request"
    personal_data = rows(
        "data_access_requests",
        "Requests for protected data",
        owner="person_id",
        columns=(
            "id process_id person_id access_until requested_at decided_at is_granted built_at size"
        ),
        kept=ACCOUNTABILITY,
        hidden="decided_by_id",
    )
    readers = read_by(
        IsReader("person_id") | ADMINISTRATORS | Equals("is_granted", True),
        "purpose",
        "ethics_reference",
    ) | read_by(IsReader("person_id") | ADMINISTRATORS, "reason")
    """Once granted, the people whose data it uses read what for."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    ethics_reference: Mapped[str] = mapped_column(String(160), info=personal(Category.WORDS))
    """The reference of the ethics approval."""
    access_until: Mapped[date]
    """The last day of access."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_granted: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="", info=personal(Category.MODERATION))
    """The reason of a refusal."""
    secret: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), info=personal(Category.CREDENTIAL, download=False)
    )
    """The key of the pseudonyms of this request, deleted when access ends."""
    built_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    manifest: Mapped[dict[str, Any] | None] = mapped_column(
        Json, info=personal(Category.TECHNICAL, kept="sizes and hashes of files")
    )
    size: Mapped[int] = mapped_column(default=0)

    process: Mapped[Process] = relationship(lazy="joined")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    def is_expired(self, today: date) -> bool:
        """Return whether the last day of access is past."""
        return today > self.access_until


class StudyPlan(Base):
    """A version of a researcher's plan of a study, sealed when it was registered; never changed."""

    __tablename__ = "study_plan"
    __table_args__ = (UniqueConstraint("first_id", "version"),)
    subject_type = "study_plan"
    personal_data = rows(
        "study_plans",
        "Registered study plans",
        owner="registered_by_id",
        columns=(
            "id process_id first_id version title questions hypotheses measures stopping_rule "
            "changes language registered_by_id registered_at entry"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, *PLAN_FIELDS)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    first_id: Mapped[int | None] = mapped_column(ForeignKey("study_plan.id"))
    """The first version; None for that itself."""
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(160))
    questions: Mapped[str] = mapped_column(Text)
    hypotheses: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    stopping_rule: Mapped[str] = mapped_column(Text)
    """When the collection of data ends."""
    changes: Mapped[str] = mapped_column(Text, default="")
    """What differs from the version before, and why; empty in the first version."""
    language: Mapped[str] = mapped_column(String(8))
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    entry: Mapped[str] = mapped_column(String(32))
    """The id of its row in the log."""
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_salt)

    process: Mapped[Process] = relationship()
    registered_by: Mapped[Person] = relationship(lazy="joined")
    share: Mapped["StudyPlanShare | None"] = relationship(lazy="joined", viewonly=True)

    @property
    def sealed_text(self) -> str:
        """Return the texts as the log binds them: canonical JSON of the fields and the language."""
        texts = {field: getattr(self, field) for field in PLAN_FIELDS}
        return canonical_json({**texts, "language": self.language})


class StudyPlanShare(Base):
    """How many public acts of its process the log has before and after a study plan."""

    __tablename__ = "study_plan_share"
    personal_data = not_personal("plan_id earlier later counted_at")

    plan_id: Mapped[int] = mapped_column(ForeignKey("study_plan.id"), primary_key=True)
    earlier: Mapped[int]
    later: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def later_percent(self) -> int | None:
        """Return the per cent of the acts that are later, rounded down; None without an act."""
        acts = self.earlier + self.later
        return self.later * 100 // acts if acts else None
