"""Who may read which text: the one definition that queries and loaded rows are tested with.

A model names the readers of each of its text columns in `readers`. A class with `VisibleText` is
asked `visible_to(reader)` in queries and `is_visible_to(reader)` on a row; None is a stranger.
"""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import ColumnElement, Index, String, case, null, text
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import UtcDateTime
from deliberate.models.moderation.conditions import (
    Ahead,
    Always,
    Condition,
    HasRole,
    IsAuthor,
    IsNull,
    NotNull,
    Passed,
    Through,
)
from deliberate.vocabulary import Role

if TYPE_CHECKING:
    from deliberate.models.accounts.person import Person

ANYONE: None = None
"""The reader of public pages and files: they show nothing that a stranger may not see."""

PUBLIC = Always()
STAFF = HasRole(frozenset({Role.STAFF}))
MODERATORS = HasRole(frozenset({Role.MODERATOR, Role.ADMIN}))
ADMINISTRATORS = HasRole(frozenset({Role.ADMIN}))
ASSESSORS = HasRole(frozenset({Role.EVALUATOR}))
"""They write an assessment; everybody else reads it once it is published."""
CODERS = HasRole(frozenset({Role.EVALUATOR, Role.RESEARCHER}))
OFFICIALS = HasRole(frozenset({Role.STAFF, Role.EVALUATOR, Role.ADMIN}))
NOBODY = HasRole(frozenset())
"""Stored to be counted, never shown."""

NOT_HIDDEN = IsNull("hidden_since") | Passed("held_until")
"""Shown: neither hidden by a moderator nor held now. A hold ends by the clock, without a job.

PostgreSQL estimates this form well; a CASE expression it takes to hold for one row in two hundred.
"""
HELD = NotNull("hidden_since") & Ahead("held_until")
"""Hidden for a time by reports or a rule, without a decision of a moderator."""
COUNTED = IsNull("hidden_since") | NotNull("held_until")
"""Not hidden by a moderator. A held text keeps its place in counts."""
NOT_WITHDRAWN = IsNull("withdrawn_at")
INDEXED = NOT_WITHDRAWN & COUNTED
"""In the full-text index: a hold ends by the clock, so its text stays there and is not listed."""
TITLE_READERS = NOT_HIDDEN | IsAuthor("author_id")
"""Who may read the title of a proposal: everybody unless it is hidden, and always its author."""
SHOWN_TEXT = NOT_WITHDRAWN & (NOT_HIDDEN | (HELD & IsAuthor("author_id")))
"""Who may read a contribution, or the body of a proposal; its author also while it is held."""
BODY_READERS = SHOWN_TEXT & Through("author", IsNull("erased_at"), if_none=True)


def read_by(condition: Condition, *columns: str) -> dict[str, Condition]:
    """Return the condition on which a reader may see some text columns, by column."""
    return dict.fromkeys(columns, condition)


_WAS_HELD = text("held_until IS NOT NULL")


def held_index(name: str, *columns: str) -> Index:
    """Return a partial index of the few rows that are or were held."""
    return Index(name, *columns, sqlite_where=_WAS_HELD, postgresql_where=_WAS_HELD)


class VisibleText:
    """A row with a text that not every reader may see."""

    visibility: ClassVar[Condition]
    """On what condition a reader may see the row in lists."""

    @classmethod
    def visible_to(cls, reader: "Person | None") -> ColumnElement[bool]:
        """Return the condition of the rows that a reader may see; None for a stranger."""
        return cls.visibility.of(cls, reader)

    def is_visible_to(self, reader: "Person | None") -> bool:
        """Return whether a reader may see the row; None for a stranger."""
        return self.visibility.holds(self, reader)


class HideableText(VisibleText):
    """Columns of a text that moderation can hide. A hold ends by the clock, without a job."""

    hidden_since: Mapped[datetime | None] = mapped_column("hidden_at", UtcDateTime)
    hidden_ground: Mapped[str | None] = mapped_column(String(24))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the hold ends; None for a text that a moderator hid."""

    def hide(self, ground: str) -> None:
        """Hide the text by a rule until a moderator shows it again."""
        self.hidden_since, self.held_until, self.hidden_ground = now(), None, ground

    def hold(self, until: datetime, ground: str | None = None) -> None:
        """Hide the text until a moment: by the rule `ground`, or by reports."""
        self.hidden_since, self.held_until, self.hidden_ground = now(), until, ground

    def unhide(self) -> None:
        """Show the text again."""
        self.hidden_since = self.held_until = self.hidden_ground = None

    @property
    def is_hidden(self) -> bool:
        """Return whether the text is hidden or held now."""
        return not NOT_HIDDEN.holds(self)

    @property
    def is_held(self) -> bool:
        """Return whether a rule holds the text now and no moderator has decided on it."""
        return HELD.holds(self)

    @property
    def hidden_at(self) -> datetime | None:
        """Return since when the text is hidden; None if it is shown."""
        return self.hidden_since if self.is_hidden else None

    @classmethod
    def hidden_at_column(cls) -> ColumnElement[datetime | None]:
        """Return the column with the time since when a text is hidden; null if it is shown."""
        return case((NOT_HIDDEN.of(cls), null()), else_=cls.hidden_since)
