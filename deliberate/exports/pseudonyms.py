"""The names people bear in one release: nothing of them is found in any other."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import PersonKey


class Pseudonyms:
    """Names of one release: HMAC under its secret, thrown away with it; the erased get numbers.

    `mark` begins each name and keeps apart what may not be joined: private rows of a release bear
    other names than its public ones.
    """

    def __init__(self, secret: bytes | None = None, mark: str = "p") -> None:
        self._secret = secret or secrets.token_bytes(32)
        self._mark = mark
        self._erased: dict[str, str] = {}

    def of(self, actor_id: str | None) -> str | None:
        """The pseudonym of an actor; None for nobody."""
        return None if actor_id is None else self.of_all([actor_id])[actor_id]

    def of_all(self, actor_ids: Iterable[str]) -> dict[str, str]:
        """The pseudonyms of some actors; erased ones are numbered in an order of chance."""
        asked = list(actor_ids)
        living = set(
            db.session.scalars(select(PersonKey.actor_id).where(PersonKey.actor_id.in_(asked)))
        )
        gone = [actor for actor in asked if actor not in living and actor not in self._erased]
        secrets.SystemRandom().shuffle(gone)
        for actor in gone:
            self._erased[actor] = f"erased-{len(self._erased) + 1}"
        return {a: self._living(a) if a in living else self._erased[a] for a in asked}

    def _living(self, actor_id: str) -> str:
        message = f"{self._mark}/{actor_id}".encode()
        return self._mark + hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:24]
