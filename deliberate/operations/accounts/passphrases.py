"""Passphrase hashes (argon2id), and the check of a passphrase against them."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.models import Person
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.text import clean_line

_HASHER = PasswordHasher()


_UNMATCHED_HASH = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)
"""A hash that no passphrase has. Names without an account are verified against it, so that they
take as long as others."""


def hash_passphrase(passphrase: str) -> str:
    """Return the argon2id hash of a passphrase after Unicode normalization."""
    return _HASHER.hash(_normalized(passphrase))


def _normalized(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)


def require_strong_passphrase(person: Person, passphrase: str) -> None:
    """Raise Refused for a new passphrase that is too weak for the account."""
    names = (person.sign_in_name or "", person.display_name)
    has_factor = second_factor_added_at(person) is not None
    if problem := passphrase_problem(passphrase, *names, has_factor=has_factor):
        raise Refused(problem)


def authenticate(sign_in_name: str, passphrase: str) -> Person | None:
    """Return the account with this name and passphrase, or None.

    Takes as long for a name that does not exist as for one that does.
    """
    session: Session = db.session()
    person = session.scalar(
        select(Person).where(Person.sign_in_name == clean_line(sign_in_name).casefold())
    )
    stored = person.passphrase_hash if person and person.passphrase_hash else _UNMATCHED_HASH
    try:
        _HASHER.verify(stored, _normalized(passphrase))
    except Argon2Error:
        return None
    return person if person and person.passphrase_hash and person.is_active else None
