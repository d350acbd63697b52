"""The fault of a page table that differs from the log, and the entries it is compared with."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from deliberate.models import Interaction

ENTRY_COLUMNS = (
    Interaction.seq,
    Interaction.kind,
    Interaction.actor_id,
    Interaction.actor_role,
    Interaction.subject_type,
    Interaction.subject_id,
    Interaction.parent_id,
    Interaction.stance,
    Interaction.origin,
    Interaction.content,
    Interaction.details,
)
Entry = Row[Any]  # ENTRY_COLUMNS


@dataclass(frozen=True)
class PageFault:
    """A column of a page table that differs from the entry of the log it came from."""

    table: str
    id: int
    column: str
    position: int | None = None

    @property
    def problem(self) -> str:
        """Return the fault as a phrase."""
        if self.column == "id":
            return f"{self.table} {self.id} has no entry in the log"
        if self.column == "-":
            return f"{self.table} {self.id} is in the log, but not in its table"
        if self.column.endswith("_html"):
            return f"{self.table} {self.id}: {self.column} is not what its text renders to"
        return f"{self.table} {self.id}: {self.column} differs from its entry"


def select_entries() -> Select[Any]:
    """Return the query for entries in the order in which they were sealed, unsealed ones last."""
    return select(*ENTRY_COLUMNS).order_by(
        Interaction.seq.is_(None), Interaction.seq, Interaction.id
    )
