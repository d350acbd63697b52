"""The fault of a page table that differs from the log, and the entries it is compared with."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from deliberate.models import Interaction, PersonKey

DURATION_OF_ACT = timedelta(minutes=1)
"""How far the time of a row may be from that of its act."""

ENTRY_COLUMNS = (
    Interaction.seq,
    Interaction.occurred_at,
    Interaction.kind,
    Interaction.actor_id,
    Interaction.actor_role,
    Interaction.institution_id,
    Interaction.process_id,
    Interaction.subject_type,
    Interaction.subject_id,
    Interaction.parent_id,
    Interaction.stance,
    Interaction.origin,
    Interaction.content,
    Interaction.details,
)
Entry = Row[Any]  # ENTRY_COLUMNS
T = TypeVar("T")


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


def is_another_act(session: Session, person_id: int | None, at: datetime, entry: Entry) -> bool:
    """Return whether an entry was not made by a person at a time.

    The key of an erased person is gone: whose act it was is then known to nobody.
    """
    if abs(at - entry.occurred_at) > DURATION_OF_ACT:
        return True
    if person_id is None:
        actor = select(PersonKey.person_id).where(PersonKey.actor_id == entry.actor_id)
        return session.scalar(actor) is not None
    key = session.scalar(select(PersonKey.actor_id).where(PersonKey.person_id == person_id))
    return key is not None and key != entry.actor_id


def pair_with_acts(
    rows: Iterable[T],
    owner: Callable[[T], Any],
    entries: Iterable[Entry],
    subject: Callable[[Entry], Any] = attrgetter("subject_id"),
) -> Iterator[tuple[Any, Iterator[tuple[T | Any, Entry | Any]]]]:
    """Yield each subject with its rows beside its acts, in order; None where one is missing."""
    entries_of, rows_of = grouped(entries, subject), grouped(rows, owner)
    for key in sorted(entries_of.keys() | rows_of.keys()):
        yield key, zip_longest(rows_of[key], entries_of[key])


def grouped(rows: Iterable[T], key: Callable[[T], Any]) -> dict[Any, list[T]]:
    """Return rows by a key, in their order; an unknown key has none."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
