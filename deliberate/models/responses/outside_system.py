"""Tables of outside systems: where cases are sent, which were, and the statuses that came back."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import OFFICIAL, not_personal, rows
from deliberate.models.moderation.visibility import ADMINISTRATORS, PUBLIC, VisibleText, read_by
from deliberate.models.responses.case import Referral
from deliberate.vocabulary import OutsideState


class OutsideSystem(VisibleText, Base):
    """A system of another office that receives the cases referred to it and reports on them."""

    __tablename__ = "outside_system"
    subject_type = "outside_system"
    personal_data = rows(
        "outside_systems",
        "Outside systems that you entered",
        owner="owner_id",
        columns="id owner_id name adapter url added_at removed_at old_secret_until",
        kept=OFFICIAL,
        hidden="secret old_secret",
    )
    visibility = ADMINISTRATORS
    readers = read_by(ADMINISTRATORS, "url") | read_by(PUBLIC, "name")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(40), index=True)
    """The name that referrals to it have."""
    adapter: Mapped[str] = mapped_column(String(20))
    """The code of what translates between it and this platform."""
    url: Mapped[str] = mapped_column(String(1000))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted, as the old one is; it signs in both directions."""
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def host(self) -> str:
        """Return the host of the address."""
        return urlsplit(self.url).hostname or ""


class OutsideCase(Base):
    """A referral that is sent to an outside system: written with it, sent by a job."""

    __tablename__ = "outside_case"
    subject_type = "outside_case"
    personal_data = not_personal(
        "id referral_id system_id failures next_try_at status error sent_at stopped_at"
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("outside_system.id"), index=True)
    failures: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column()
    """The status of the last answer; None where there was none."""
    error: Mapped[str] = mapped_column(String(40), default="")
    """A code of what went wrong the last time, empty where the case was taken."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was tried for the last time without success."""

    referral: Mapped[Referral] = relationship()
    system: Mapped[OutsideSystem] = relationship()


class OutsideStatus(Base):
    """What an outside system reported on a case: a public step with its source."""

    __tablename__ = "outside_status"
    __table_args__ = (UniqueConstraint("referral_id", "message_id"),)
    subject_type = "outside_status"
    personal_data = not_personal(
        "id referral_id system message_id state number note reported_at received_at salt"
    )
    readers = read_by(PUBLIC, "system", "number", "note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    system: Mapped[str] = mapped_column(String(40))
    """The name of the system that reported it."""
    message_id: Mapped[str] = mapped_column(String(64))
    """What the system called its message: sent twice it is one step."""
    state: Mapped[OutsideState] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(120), default="")
    """The number of the case there."""
    note: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it happened there, as far as the system says."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    referral: Mapped[Referral] = relationship()

    @property
    def proposal_id(self) -> int:
        """Return the id of the proposal that was referred."""
        return self.referral.proposal_id

    @property
    def process_id(self) -> int:
        """Return the id of the process of the proposal."""
        return self.referral.process_id

    @property
    def sealed_text(self) -> str:
        """Return what was reported and by which system, as the log binds it."""
        moment = self.reported_at.isoformat() if self.reported_at else ""
        reported = [self.state, self.number, self.note, moment]
        return canonical_json([self.referral_id, self.system, self.message_id, *reported])
