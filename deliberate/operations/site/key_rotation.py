"""Encrypt stored values again with the key that writes, after a new key was added to the ring."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import db, unrecorded
from deliberate.keys import current_ring
from deliberate.models import OutsideSystem, RespondentName, SecondFactor, Webhook
from deliberate.operations.accounts.second_factor import PURPOSE as FACTOR
from deliberate.operations.notices.webhooks import PURPOSE as WEBHOOK
from deliberate.operations.responses.outside_systems import PURPOSE as OUTSIDE_SYSTEM
from deliberate.operations.scores.study_sources import NAME_PURPOSE
from deliberate.operations.site.encryption import decrypt_value, encrypt_value, key_of_value

UNREADABLE = "none"
"""In place of the id of a key: no key of the ring opens the value."""


@dataclass(frozen=True)
class EncryptedValue:
    """A column of a row whose value is encrypted for a purpose and that row."""

    purpose: str
    row_id: int
    row: SecondFactor | RespondentName | Webhook | OutsideSystem
    column: str

    @property
    def content(self) -> bytes:
        """Return the value as it is stored, empty if there is none."""
        return getattr(self.row, self.column) or b""

    def store(self, content: bytes) -> None:
        """Store the value again."""
        setattr(self.row, self.column, content)


def _values(session: Session, *, locked: bool) -> Iterator[EncryptedValue]:
    """Yield the encrypted values of all tables, apart from empty ones."""
    factors, names, webhooks = select(SecondFactor), select(RespondentName), select(Webhook)
    systems = select(OutsideSystem)
    if locked:
        factors, names = factors.with_for_update(), names.with_for_update()
        webhooks, systems = webhooks.with_for_update(), systems.with_for_update()
    for factor in session.scalars(factors):
        yield EncryptedValue(FACTOR, factor.person_id, factor, "encrypted_secret")
    for name in session.scalars(names):
        yield EncryptedValue(NAME_PURPOSE, name.source_id, name, "encrypted_name")
    for webhook in session.scalars(webhooks):
        yield from _secrets(WEBHOOK, webhook)
    for system in session.scalars(systems):
        yield from _secrets(OUTSIDE_SYSTEM, system)


def _secrets(purpose: str, row: Webhook | OutsideSystem) -> Iterator[EncryptedValue]:
    """Yield the secrets of a receiver that there are."""
    for column in ("secret", "old_secret"):
        value = EncryptedValue(purpose, row.id, row, column)
        if value.content:
            yield value


def encrypt_again() -> int:
    """Encrypt every value that is not under the key that writes again; return their number.

    A value that no key opens stays as it is: a key may come back.
    """
    changed = 0
    with unrecorded("key rotation") as session:
        writer = current_ring().writer()
        for value in _values(session, locked=True):
            key = key_of_value(value.purpose, value.row_id, value.content)
            if key is None or key == writer:
                continue
            text = decrypt_value(value.purpose, value.row_id, value.content)
            value.store(encrypt_value(value.purpose, value.row_id, text or ""))
            changed += 1
    return changed


def count_values_by_key() -> Counter[str]:
    """Return how many encrypted values each key opens, by its id."""
    keys = (
        key_of_value(value.purpose, value.row_id, value.content)
        for value in _values(db.session(), locked=False)
    )
    return Counter(UNREADABLE if key is None else key.id for key in keys)
