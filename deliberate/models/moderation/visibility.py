"""What can be hidden: by a moderator until it is restored, or held by a rule for a while."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, bindparam, case, null, or_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Moment

_WAS_HELD = text("held_until IS NOT NULL")


def held_index(name: str, *columns: str) -> Index:
    """An index of the few rows that a rule holds or held, so that nobody walks through the rest."""
    return Index(name, *columns, sqlite_where=_WAS_HELD, postgresql_where=_WAS_HELD)


class HideableText:
    """A text that moderation can hide. A hold ends by the clock: no job has to lift it."""

    hidden_since: Mapped[datetime | None] = mapped_column("hidden_at", Moment)
    hidden_ground: Mapped[str | None] = mapped_column(String(24))
    held_until: Mapped[datetime | None] = mapped_column(Moment)
    """When a hold ends by itself; None for what a moderator decided."""

    @hybrid_property
    def hidden_at(self) -> datetime | None:
        """Since when it is hidden now; None for what is shown, and for a hold that is over."""
        is_over = self.held_until is not None and self.held_until <= now()
        return None if is_over else self.hidden_since

    @hidden_at.inplace.setter
    def _hide_at(self, moment: datetime | None) -> None:
        self.hidden_since, self.held_until = moment, None

    @hidden_at.inplace.expression
    @classmethod
    def _hidden_at(cls) -> ColumnElement[datetime | None]:
        moment = bindparam("this_moment", callable_=now, type_=Moment, unique=True)
        return case((cls.held_until <= moment, null()), else_=cls.hidden_since)

    @classmethod
    def is_shown_now(cls) -> ColumnElement[bool]:
        """True of rows that are not hidden now: said so that a database expects nearly all of them.

        PostgreSQL takes `hidden_at IS NULL`, a case, to be true of one row in two hundred.
        """
        moment = bindparam("this_moment", callable_=now, type_=Moment, unique=True)
        return or_(cls.hidden_since.is_(None), cls.held_until <= moment)

    @property
    def is_held(self) -> bool:
        """Whether a rule holds it now, and nobody has decided yet."""
        return self.hidden_at is not None and self.held_until is not None
