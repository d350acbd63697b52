"""Many imported acts in one transaction: still one row of the log each."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from deliberate.database import Base, new_id, writing
from deliberate.models import Interaction
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.recording import (
    Actor,
    Subject,
    actor_columns,
    checked_details,
    content_mark,
    place_columns,
)
from deliberate.vocabulary import Kind, Origin

ACTS_A_BATCH = 500


_NO_ACT = {
    "seq": None,
    "institution_id": None,
    "origin": Origin.IMPORT.value,
    "cause": None,
    "form_key": None,
    "form_digest": None,
}


@contextmanager
def recorded_batch(purpose: str) -> Iterator["Batch"]:
    """Up to ACTS_A_BATCH imported acts in one transaction, still one row each."""
    with writing(purpose) as session:
        batch = Batch(session)
        yield batch
        session.flush()
        batch.write()


class Batch:
    """Imported acts, dated as they happened, written in their order."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._rows: list[dict[str, Any]] = []

    def add(
        self,
        kind: Kind,
        actor: Actor | None,
        subject: Subject,
        occurred_at: datetime,
        details: Mapping[str, Any],
        *,
        parent_id: int | None = None,
        stance: int | None = None,
        institution_id: int | None = None,
        written: str | None = None,
        salt: bytes | None = None,
    ) -> None:
        """One act as it happened elsewhere. Raises ValueError beyond ACTS_A_BATCH."""
        if len(self._rows) == ACTS_A_BATCH:
            raise ValueError(f"a batch holds {ACTS_A_BATCH} acts")
        row = {
            **_NO_ACT,
            "id": new_id(),
            "kind": kind.value,
            "occurred_at": occurred_at,
            **actor_columns(actor),
            **place_columns(subject),
            "parent_id": parent_id,
            "stance": stance,
            "content": content_mark(written, salt),
            "details": checked_details(kind, details),
            "salt": secrets.token_bytes(16),
        }
        if institution_id is not None:
            row["institution_id"] = institution_id
        # The leaf is made of plain columns: an object of the model costs three times as much.
        halves = SimpleNamespace(**row)
        row["leaf"] = leaf(public_half(halves), private_half(halves))
        self._rows.append(row)

    def numbers(self, thing: type[Base], count: int) -> list[int]:
        """So many ids for new rows of a table, in their order; nobody else gets them."""
        if count == 0:
            return []
        table = thing.__table__
        if self.session.get_bind().dialect.name == "postgresql":
            taken = text(
                "SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)"
            )
            return list(self.session.scalars(taken, {"t": table.description, "n": count}))
        last = self.session.scalar(select(func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))

    def insert(self, thing: type[Base], rows: list[dict[str, Any]]) -> None:
        """Put many rows of a table in, one statement for all; all have the same columns."""
        if rows:
            self.session.execute(insert(thing.__table__), rows)  # type: ignore[arg-type]

    def set_columns(self, thing: type[Base], changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Set columns of single rows by id; every change names the same columns."""
        if not changes:
            return
        names = next(iter(changes.values()))
        self._change(thing, {name: bindparam(f"new_{name}") for name in names}, changes)

    def raise_counters(
        self, thing: type[Base], names: Sequence[str], moved: Mapping[int, Mapping[str, int]]
    ) -> None:
        """Add to counters of single rows by id."""
        if not moved:
            return
        table = thing.__table__
        sums = {name: table.c[name] + bindparam(f"new_{name}") for name in names}
        self._change(thing, sums, {n: {k: c[k] for k in names} for n, c in moved.items()})

    def _change(
        self,
        thing: type[Base],
        values: Mapping[str, Any],
        changes: Mapping[int, Mapping[str, Any]],
    ) -> None:
        table = cast(Table, thing.__table__)
        statement = update(table).where(table.c.id == bindparam("row")).values(values)
        rows = [
            {"row": number, **{f"new_{name}": value for name, value in sorted(change.items())}}
            for number, change in sorted(changes.items())
        ]
        self.session.connection().execute(statement, rows)

    def write(self) -> None:
        """Put the rows of the log in, one statement for all."""
        self.insert(Interaction, self._rows)
