"""Identities of an OpenID Connect provider that are linked to accounts."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import Category, personal, rows


class LinkedIdentity(Base):
    """The link between an account and an identity of the provider, one to one.

    The subject identifier of the provider is stored as a keyed hash, because it may be a national
    identity number.
    """

    __tablename__ = "linked_identity"
    personal_data = rows(
        "linked_identities",
        "Linked identities",
        owner="person_id",
        columns="id person_id linked_at",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    subject_hash: Mapped[str] = mapped_column(
        String(64), unique=True, info=personal(Category.IDENTITY, download=False)
    )
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
