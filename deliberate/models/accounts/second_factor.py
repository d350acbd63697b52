"""The second factor of an account: the secret its phone shares, sealed, and the last code used."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment


class SecondFactor(Base):
    """A phone that shows codes by the clock. The secret is sealed with a key that is in no store.

    It stands in the recorded store: were it in the other one, whoever lost that would lose the
    second factor of everybody with it, and nobody would notice.
    """

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary(80))
    last_step: Mapped[int] = mapped_column(BigId)
    """The half minute of the last code taken: neither it nor an older one is taken again."""
    added_at: Mapped[datetime] = mapped_column(Moment, default=now)
