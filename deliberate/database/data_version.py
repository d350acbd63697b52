"""The version of the recorded store: changed by every write transaction, in the same transaction.

Pages that are kept name the version they were made from. A write need not know which pages it
changes, so none can be forgotten.
"""

import secrets

from sqlalchemy import text
from sqlalchemy.orm import Session

SLOTS = {"sqlite": 1, "postgresql": 16}
"""Parts of the version: SQLite has one writer at a time."""
_REPLACE = text(
    "INSERT INTO data_version (slot, token) VALUES (:slot, :token) "
    "ON CONFLICT (slot) DO UPDATE SET token = excluded.token"
)
_READ = text("SELECT token FROM data_version ORDER BY slot")


def change_version(session: Session) -> None:
    """Change the version; the last statement of a transaction, so that others wait shortly."""
    connection = session.connection()
    slot = secrets.randbelow(SLOTS[connection.dialect.name])
    connection.execute(_REPLACE, {"slot": slot, "token": secrets.token_hex(8)})


def read_version(session: Session) -> str:
    """Return the version of the data that the session sees."""
    return "".join(session.connection().execute(_READ).scalars())
