"""A person: an account with one role, its key apart, and the devices it is signed in on."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment, TransientBase
from deliberate.models.responses.institution import Institution
from deliberate.text import name_key
from deliberate.vocabulary import AccountClass, Role

_CAN_SIGN_IN = "sign_in_name IS NOT NULL"


class Person(Base):
    """An account. The sign-in name is private; the display name stands beside what was written."""

    __tablename__ = "person"
    __table_args__ = (
        Index(
            "uq_person_name_key_signing_in",
            "name_key",
            unique=True,
            sqlite_where=text(_CAN_SIGN_IN),
            postgresql_where=text(_CAN_SIGN_IN),
        ),
    )
    subject_type = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sign_in_name: Mapped[str | None] = mapped_column(String(80), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(160), default="", server_default="", index=True)
    """Equal for display names that look alike; no two accounts that can sign in share one."""
    passphrase_hash: Mapped[str | None] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(String(16), default=Role.RESIDENT)
    account_class: Mapped[AccountClass] = mapped_column(String(16), default=AccountClass.PERSON)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    area: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(2), default="id")
    research_consent: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    area_is_verified: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The area came from a list or code: then its person does not change it alone."""
    joined_at: Mapped[datetime] = mapped_column(Moment, default=now)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    source: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Where an imported account came from: platform and its number there."""

    institution: Mapped[Institution | None] = relationship(lazy="joined")
    key: Mapped["PersonKey | None"] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="joined"
    )

    @validates("display_name")
    def _keep_name_key(self, _column: str, display_name: str) -> str:
        self.name_key = name_key(display_name)[:160]
        return display_name

    @property
    def actor_id(self) -> str | None:
        """The pseudonym the log knows this person by; None once the key is gone."""
        return self.key.actor_id if self.key else None

    @property
    def is_erased(self) -> bool:
        """Whether the account was erased; its texts are tombstones then."""
        return self.erased_at is not None

    # What Flask-Login asks of an account. The token is the device's: it alone is in the cookie.
    is_authenticated = True
    is_anonymous = False

    def on_device(self, token: str, seen_at: datetime) -> "Person":
        """Say on which device the person acts, for this request only."""
        self.__dict__.update(device_token=token, device_seen_at=seen_at)
        return self

    @property
    def device_mark(self) -> str:
        """What a browser that signed in keeps, so that strangers' tries never lock it out."""
        key = self.key.key if self.key else b""
        return hmac.new(key, b"device", hashlib.sha256).hexdigest()[:32]

    @property
    def draft_mark(self) -> str:
        """What a browser writes beside drafts, so that it shows them to nobody else."""
        key = self.key.key if self.key else b""
        return hmac.new(key, b"drafts", hashlib.sha256).hexdigest()[:16]

    @property
    def seen_at(self) -> datetime | None:
        """When this device was last noted."""
        return self.__dict__.get("device_seen_at")

    def get_id(self) -> str | None:
        """What the cookie holds: the token of this device."""
        return self.__dict__.get("device_token")

    @property
    def is_active(self) -> bool:
        """Whether one may sign in with it."""
        return self.erased_at is None and self.account_class != AccountClass.SYSTEM


class PersonKey(Base):
    """The random key of a person, in a table apart: erasing it cuts the log's pseudonym loose."""

    __tablename__ = "person_key"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    actor_id: Mapped[str] = mapped_column(String(64), unique=True)

    person: Mapped[Person] = relationship(back_populates="key")

    @classmethod
    def new(cls) -> "PersonKey":
        """A key with the pseudonym that follows from it: HMAC-SHA256(key, "actor")."""
        key = secrets.token_bytes(32)
        return cls(key=key, actor_id=hmac.new(key, b"actor", hashlib.sha256).hexdigest())


class Device(TransientBase):
    """A browser somebody is signed in on; gone when they sign out or their role changes."""

    __tablename__ = "device"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    role: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    agent: Mapped[str] = mapped_column(String(120), default="")

    @property
    def mark(self) -> str:
        """What names this device on its owner's page, and opens nothing."""
        return hashlib.sha256(b"mark" + self.token_hash.encode()).hexdigest()[:24]


class SignInAttempts(TransientBase):
    """Wrong sign-ins of an account from a network, or of a network: how many, and when again."""

    __tablename__ = "tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(Moment, default=now)
    again_at: Mapped[datetime] = mapped_column(Moment, default=now)


class RecoveryCode(TransientBase):
    """A code that opens an account once, for somebody without mail; shown when it was made."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
