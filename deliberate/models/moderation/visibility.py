"""Visibility of texts that a moderator can hide or a rule can hold."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, bindparam, case, null, or_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import UtcDateTime

_WAS_HELD = text("held_until IS NOT NULL")


def held_index(name: str, *columns: str) -> Index:
    """Return a partial index of the few rows that are or were held."""
    return Index(name, *columns, sqlite_where=_WAS_HELD, postgresql_where=_WAS_HELD)


class HideableText:
    """Columns of a text that moderation can hide. A hold ends by the clock, without a job."""

    hidden_since: Mapped[datetime | None] = mapped_column("hidden_at", UtcDateTime)
    hidden_ground: Mapped[str | None] = mapped_column(String(24))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the hold ends; None for a text that a moderator hid."""

    @hybrid_property
    def hidden_at(self) -> datetime | None:
        """Return since when the text is hidden; None if it is visible or its hold is over."""
        is_over = self.held_until is not None and self.held_until <= now()
        return None if is_over else self.hidden_since

    @hidden_at.inplace.setter
    def _hide_at(self, moment: datetime | None) -> None:
        self.hidden_since, self.held_until = moment, None

    @hidden_at.inplace.expression
    @classmethod
    def _hidden_at(cls) -> ColumnElement[datetime | None]:
        moment = bindparam("this_moment", callable_=now, type_=UtcDateTime, unique=True)
        return case((cls.held_until <= moment, null()), else_=cls.hidden_since)

    @classmethod
    def is_shown_now(cls) -> ColumnElement[bool]:
        """Return a condition for rows that are visible now, in a form that query planners estimate
        well.

        PostgreSQL estimates that `hidden_at IS NULL`, a CASE expression, holds for one row in two
        hundred. It holds for nearly all.
        """
        moment = bindparam("this_moment", callable_=now, type_=UtcDateTime, unique=True)
        return or_(cls.hidden_since.is_(None), cls.held_until <= moment)

    @property
    def is_held(self) -> bool:
        """Return whether a rule holds the text now and no moderator has decided on it."""
        return self.hidden_at is not None and self.held_until is not None
