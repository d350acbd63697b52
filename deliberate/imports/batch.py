"""Batches of imported acts in one transaction, with one log row per act."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from deliberate.database import Base, new_id, writing
from deliberate.database.bulk_insert import insert_rows
from deliberate.database.engines import prepare_bulk_writes
from deliberate.models import Interaction
from deliberate.models.log.interaction import content_hmac, leaf, private_half, public_half
from deliberate.recording import (
    Actor,
    Subject,
    actor_columns,
    subject_columns,
)
from deliberate.vocabulary import Origin
from deliberate.vocabulary.events import Event

MAX_BATCH_SIZE = 500


_EMPTY_ROW = {
    "institution_id": None,
    "origin": Origin.IMPORT.value,
    "cause": None,
}


@contextmanager
def recorded_batch(purpose: str) -> Iterator["Batch"]:
    """Open a transaction for up to MAX_BATCH_SIZE imported acts; their log rows are written at the
    end.
    """
    with writing(purpose) as session:
        prepare_bulk_writes(session.connection())
        batch = Batch(session)
        yield batch
        session.flush()
        batch.write()


class Batch:
    """Imported acts, dated as they happened, written in order."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._rows: list[dict[str, Any]] = []

    def add(
        self,
        event: Event,
        actor: Actor | None,
        subject: Subject,
        occurred_at: datetime,
        *,
        parent_id: int | None = None,
        stance: int | None = None,
        institution_id: int | None = None,
        content: str | None = None,
        salt: bytes | None = None,
    ) -> None:
        """Add an act as it happened at the source.

        Raises ValueError beyond MAX_BATCH_SIZE, and for a kind with text without text or salt.
        """
        if len(self._rows) == MAX_BATCH_SIZE:
            raise ValueError(f"a batch holds {MAX_BATCH_SIZE} acts")
        if event.HAS_TEXT and (content is None or salt is None):
            raise ValueError(f"{event.KIND}: the text or its salt is missing")
        row = {
            **_EMPTY_ROW,
            "id": new_id(),
            "kind": event.KIND,
            "occurred_at": occurred_at,
            **actor_columns(actor),
            **subject_columns(subject),
            "parent_id": parent_id,
            "stance": stance,
            "content": content_hmac(content, salt),
            "details": event.details(),
            "salt": secrets.token_bytes(16),
        }
        if institution_id is not None:
            row["institution_id"] = institution_id
        # Hashing plain columns is three times as fast as building a model instance.
        halves = SimpleNamespace(**row)
        row["leaf"] = leaf(public_half(halves), private_half(halves))
        self._rows.append(row)

    def allocate_ids(self, model: type[Base], count: int) -> list[int]:
        """Return ids for new rows of a table, in order, reserved within this transaction."""
        if count == 0:
            return []
        table = model.__table__
        if self.session.get_bind().dialect.name == "postgresql":
            statement = text(
                "SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)"
            )
            return list(self.session.scalars(statement, {"t": table.description, "n": count}))
        last = self.session.scalar(select(func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))

    def insert(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Insert rows of a table in one statement; all rows must have the same columns."""
        insert_rows(self.session, cast(Table, model.__table__), rows)

    def set_columns(self, model: type[Base], changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Set columns of single rows by id; every change must name the same columns."""
        if not changes:
            return
        names = next(iter(changes.values()))
        self._change(model, {name: bindparam(f"new_{name}") for name in names}, changes)

    def raise_counters(
        self, model: type[Base], names: Sequence[str], increments: Mapping[int, Mapping[str, int]]
    ) -> None:
        """Add to counters of single rows by id."""
        if not increments:
            return
        table = model.__table__
        sums = {name: table.c[name] + bindparam(f"new_{name}") for name in names}
        changes = {n: {k: counts.get(k, 0) for k in names} for n, counts in increments.items()}
        self._change(model, sums, changes)

    def _change(
        self,
        model: type[Base],
        values: Mapping[str, Any],
        changes: Mapping[int, Mapping[str, Any]],
    ) -> None:
        table = cast(Table, model.__table__)
        statement = update(table).where(table.c.id == bindparam("row")).values(values)
        rows = [
            {"row": row_id, **{f"new_{name}": value for name, value in sorted(change.items())}}
            for row_id, change in sorted(changes.items())
        ]
        self.session.connection().execute(statement, rows)

    def write(self) -> None:
        """Insert the log rows in one statement."""
        self.insert(Interaction, self._rows)
