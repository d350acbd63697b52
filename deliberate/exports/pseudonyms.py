"""Pseudonyms of people, made anew for each release."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import PersonKey


class Pseudonyms:
    """Pseudonyms of one release: HMAC under a secret discarded with it; erased actors are numbered.

    `prefix` begins each pseudonym and separates rows that must not be joined: private rows of a
    release have other pseudonyms than its public rows.
    """

    def __init__(self, secret: bytes | None = None, prefix: str = "p") -> None:
        self._secret = secret or secrets.token_bytes(32)
        self._prefix = prefix
        self._erased: dict[str, str] = {}

    def of_all(self, actor_ids: Iterable[str]) -> dict[str, str]:
        """Return the pseudonym of each actor; erased actors are numbered in random order."""
        actors = list(actor_ids)
        query = select(PersonKey.actor_id).where(PersonKey.actor_id.in_(actors))
        existing = set(db.session.scalars(query))
        erased = [a for a in actors if a not in existing and a not in self._erased]
        secrets.SystemRandom().shuffle(erased)
        for actor_id in erased:
            self._erased[actor_id] = f"erased-{len(self._erased) + 1}"
        return {a: self._pseudonym(a) if a in existing else self._erased[a] for a in actors}

    def _pseudonym(self, actor_id: str) -> str:
        message = f"{self._prefix}/{actor_id}".encode()
        return self._prefix + hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:24]
