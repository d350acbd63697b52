"""Encrypt stored values again with the key that writes, after a new key was added to the ring."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import db, unrecorded
from deliberate.keys import current_ring
from deliberate.models import RespondentName, SecondFactor
from deliberate.operations.accounts.second_factor import PURPOSE
from deliberate.operations.scores.study_sources import NAME_PURPOSE
from deliberate.operations.site.encryption import decrypt_value, encrypt_value, key_of_value

UNREADABLE = "none"
"""In place of the id of a key: no key of the ring opens the value."""


class EncryptedValue(Protocol):
    """A stored value with what it is encrypted for."""

    purpose: str
    row_id: int

    @property
    def content(self) -> bytes:
        """Return the value as it is stored."""

    def store(self, content: bytes) -> None:
        """Store the value again."""


class _Secret:
    """The secret of a second factor."""

    def __init__(self, factor: SecondFactor) -> None:
        self.purpose, self.row_id, self._factor = PURPOSE, factor.person_id, factor

    @property
    def content(self) -> bytes:
        return self._factor.encrypted_secret

    def store(self, content: bytes) -> None:
        self._factor.encrypted_secret = content


class _Name:
    """The name of a respondent."""

    def __init__(self, name: RespondentName) -> None:
        self.purpose, self.row_id, self._name = NAME_PURPOSE, name.source_id, name

    @property
    def content(self) -> bytes:
        return self._name.encrypted_name

    def store(self, content: bytes) -> None:
        self._name.encrypted_name = content


def _values(session: Session, *, locked: bool) -> Iterator[EncryptedValue]:
    factors, names = select(SecondFactor), select(RespondentName)
    if locked:
        factors, names = factors.with_for_update(), names.with_for_update()
    yield from map(_Secret, session.scalars(factors))
    yield from map(_Name, session.scalars(names))


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
