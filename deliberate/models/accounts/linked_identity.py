"""That an account is somebody whom another house knows: a mark of theirs, never their number."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment


class LinkedIdentity(Base):
    """One account of ours and one of theirs; each belongs to one at most."""

    __tablename__ = "provider_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    linked_at: Mapped[datetime] = mapped_column(Moment, default=now)
