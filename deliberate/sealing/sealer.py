"""Sealing: rows that wait get dense numbers, the tree grows, a head is signed."""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, insert, text
from sqlalchemy.orm import Session

from deliberate.config import Settings
from deliberate.database import db, unrecorded
from deliberate.models import Subtree
from deliberate.models.log.interaction import waiting_first
from deliberate.sealing.heads import key_after, latest_head, new_head
from deliberate.sealing.keys import WrongKey, adopt_key, next_key, public_key, signing_key
from deliberate.sealing.tree import Tree

ROWS_A_HEAD = 1000
_LOCK = 0x64656C69
_NUMBER = {
    "sqlite": text(
        "UPDATE interaction SET seq = :size + given.key FROM json_each(:rows) AS given"
        " WHERE interaction.id = given.value"
    ),
    "postgresql": text(
        "UPDATE interaction SET seq = :size + given.place - 1"
        " FROM json_array_elements_text(CAST(:rows AS json)) WITH ORDINALITY AS given(row, place)"
        " WHERE interaction.id = given.row"
    ),
}


def seal_log(settings: Settings) -> int:
    """Seal what waits with the installation's own key and name; gives how many rows were sealed.

    A key that waits to take over is named by the first head made, and then takes over.
    """
    sealed, key, successor = 0, own_key(settings), next_key(settings.log_path)
    if successor:
        sealed = seal(key, settings.base_url, hand_to=successor)
        key = own_key(settings)
    return sealed + seal_all(key, settings.base_url)


def own_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs the next head; raises WrongKey if no key at hand is the one named."""
    last = latest_head(db.session())
    key = signing_key(settings.log_path, settings.signing_key, key_after(last) if last else "")
    if public_key(key) == next_key(settings.log_path):
        adopt_key(settings.log_path)
    return key


def seal_all(key: Ed25519PrivateKey, origin: str, limit: int = ROWS_A_HEAD) -> int:
    """Seal until nothing waits; gives how many rows were sealed."""
    total = 0
    while sealed := seal(key, origin, limit):
        total += sealed
    return total


def seal(
    key: Ed25519PrivateKey, origin: str, limit: int = ROWS_A_HEAD, *, hand_to: str = ""
) -> int:
    """Number the rows that wait, extend the tree, sign a head; gives how many were sealed.

    One sealer at a time: SQLite's write lock, an advisory lock on PostgreSQL. With `hand_to` the
    head hands over to another key. Raises WrongKey if the newest head names another key.
    """
    with unrecorded("sealing") as session:
        lock_sealing(session)
        waiting = session.execute(waiting_first(db.engine.dialect.name), {"limit": limit}).all()
        if not waiting:
            return 0
        last = latest_head(session)
        if last and key_after(last) != public_key(key):
            raise WrongKey(f"the log is signed by {key_after(last)}, the key at hand is another")
        tree = Tree(last.size, [bytes.fromhex(p) for p in last.peaks]) if last else Tree()
        _number(session, tree.size, waiting)
        _grow(session, tree, waiting)
        session.add(new_head(tree, last, key, origin, hand_to))
    return len(waiting)


def _number(session: Session, size: int, waiting: Sequence[Row[Any]]) -> None:
    rows = json.dumps([row.id for row in waiting])
    statement = _NUMBER[db.engine.dialect.name]
    session.connection().execute(statement, {"rows": rows, "size": size})


def _grow(session: Session, tree: Tree, waiting: Sequence[Row[Any]]) -> None:
    grown = tree.extend([bytes(row.leaf) for row in waiting])
    completed = [{"level": level, "place": place, "root": root} for level, place, root in grown]
    if completed:
        session.execute(insert(Subtree), completed)


def lock_sealing(session: Session) -> None:
    """Let nobody else seal until this transaction ends (SQLite's write lock does so already)."""
    if db.engine.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
