"""A person: an account with one role, and its key in a separate table."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import Category, personal, rows
from deliberate.models.moderation.conditions import IsReader
from deliberate.models.moderation.visibility import ADMINISTRATORS, PUBLIC, read_by
from deliberate.models.responses.institution import Institution
from deliberate.text import name_key
from deliberate.vocabulary import AccountClass, Role

_CAN_SIGN_IN = "sign_in_name IS NOT NULL"


class Person(Base):
    """An account. The sign-in name is private, the display name is shown with every text."""

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
    personal_data = rows(
        "account",
        "Account",
        owner="id",
        columns="id role account_class institution_id joined_at erased_at",
        kept="the notes in place of its texts and the log refer to the row",
    )
    readers = {
        **read_by(PUBLIC, "display_name", "area"),
        **read_by(IsReader("id") | ADMINISTRATORS, "sign_in_name", "email"),
    }

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sign_in_name: Mapped[str | None] = mapped_column(
        String(80), unique=True, info=personal(Category.IDENTITY)
    )
    display_name: Mapped[str] = mapped_column(String(80), info=personal(Category.IDENTITY))
    name_key: Mapped[str] = mapped_column(
        String(160),
        default="",
        server_default="",
        index=True,
        info=personal(Category.IDENTITY, download=False),
    )
    """Equal for display names that look alike; unique among accounts that can sign in."""
    passphrase_hash: Mapped[str | None] = mapped_column(
        String(255), info=personal(Category.CREDENTIAL, download=False)
    )
    role: Mapped[Role] = mapped_column(String(16), default=Role.RESIDENT)
    account_class: Mapped[AccountClass] = mapped_column(String(16), default=AccountClass.PERSON)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    email: Mapped[str | None] = mapped_column(String(254), info=personal(Category.CONTACT))
    email_confirmed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=personal(Category.CONTACT)
    )
    area: Mapped[str] = mapped_column(String(80), default="", info=personal(Category.CONTACT))
    language: Mapped[str] = mapped_column(
        String(2), default="id", info=personal(Category.PREFERENCE)
    )
    research_consent: Mapped[bool] = mapped_column(
        default=False, info=personal(Category.PREFERENCE)
    )
    verified_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=personal(Category.IDENTITY)
    )
    area_is_verified: Mapped[bool] = mapped_column(
        default=False, server_default=false(), info=personal(Category.IDENTITY)
    )
    """The area comes from a list or code, so the person cannot change it."""
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str | None] = mapped_column(
        String(120), unique=True, info=personal(Category.IDENTITY)
    )
    """The origin of an imported account: the platform and the id there."""

    institution: Mapped[Institution | None] = relationship(lazy="joined")
    key: Mapped["PersonKey | None"] = relationship(
        back_populates="person", cascade="all, delete-orphan", lazy="joined"
    )

    @validates("display_name")
    def _set_name_key(self, _column: str, display_name: str) -> str:
        self.name_key = name_key(display_name)[:160]
        return display_name

    @property
    def actor_id(self) -> str | None:
        """Return the pseudonym in the log, or None once the key is erased."""
        return self.key.actor_id if self.key else None

    @property
    def is_erased(self) -> bool:
        """Return whether the account was erased; its texts are tombstones then."""
        return self.erased_at is not None

    # Interface of Flask-Login. The cookie contains only the token of the device.
    is_authenticated = True
    is_anonymous = False

    def on_device(self, token: str, seen_at: datetime) -> "Person":
        """Attach the device of the current request; return the person."""
        self.__dict__.update(device_token=token, device_seen_at=seen_at)
        return self

    @property
    def device_cookie(self) -> str:
        """Return the value that marks a browser as known to this account.

        A known browser has sign-in attempts of its own, so that attempts from elsewhere cannot
        lock it out.
        """
        key = self.key.key if self.key else b""
        return hmac.new(key, b"device", hashlib.sha256).hexdigest()[:32]

    @property
    def draft_owner(self) -> str:
        """Return the owner id that a browser stores with drafts, to hide them from others."""
        key = self.key.key if self.key else b""
        return hmac.new(key, b"drafts", hashlib.sha256).hexdigest()[:16]

    @property
    def seen_at(self) -> datetime | None:
        """Return when the device of this request was last seen."""
        return self.__dict__.get("device_seen_at")

    def get_id(self) -> str | None:
        """Return the token of the device, which Flask-Login stores in the cookie."""
        return self.__dict__.get("device_token")

    @property
    def is_active(self) -> bool:
        """Return whether the account can sign in.

        System accounts of imports cannot; an account that was reclassified as one still can.
        """
        is_imported = self.account_class == AccountClass.SYSTEM and self.sign_in_name is None
        return self.erased_at is None and not is_imported


class PersonKey(Base):
    """The random key of a person. Erasing it severs the link to the pseudonym in the log."""

    __tablename__ = "person_key"
    personal_data = rows(
        "pseudonym", "Pseudonym in the log", owner="person_id", columns="person_id"
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(
        LargeBinary(32), info=personal(Category.CREDENTIAL, download=False)
    )
    actor_id: Mapped[str] = mapped_column(String(64), unique=True, info=personal(Category.IDENTITY))

    person: Mapped[Person] = relationship(back_populates="key")

    @classmethod
    def new(cls) -> "PersonKey":
        """Return a random key with its pseudonym, HMAC-SHA256(key, "actor")."""
        key = secrets.token_bytes(32)
        return cls(key=key, actor_id=hmac.new(key, b"actor", hashlib.sha256).hexdigest())
