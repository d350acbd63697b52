"""Sealing: unsealed rows get dense positions, the tree is extended, a tree head is signed."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, insert, text
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, unrecorded
from deliberate.models import SealedDates, SignedTreeHead, Subtree
from deliberate.models.log.interaction import UNSEALED_ROWS
from deliberate.models.log.signed_tree_head import BACKDATING_TOLERANCE, LATE_AFTER
from deliberate.sealing.merkle_tree import MerkleTree
from deliberate.sealing.signing_keys import (
    WrongKey,
    activate_pending_key,
    load_signing_key,
    pending_key,
    public_key_hex,
)
from deliberate.sealing.tree_heads import latest_tree_head, next_signing_key, sign_tree_head
from deliberate.vocabulary import DATED_ORIGINS

UnsealedRow = Row[tuple[str, bytes, int | None, datetime, str]]
"""Id, leaf, process, time and origin."""
ROWS_PER_HEAD = 1000
_LOCK_KEY = 0x64656C69
_INSERT_POSITIONS = {
    "sqlite": text(
        "INSERT INTO position (seq, entry)"
        " SELECT :size + unsealed.key, unsealed.value FROM json_each(:ids) AS unsealed"
    ),
    "postgresql": text(
        "INSERT INTO position (seq, entry) SELECT :size + unsealed.number - 1, unsealed.entry"
        " FROM json_array_elements_text(CAST(:ids AS json)) WITH ORDINALITY"
        " AS unsealed(entry, number)"
    ),
}
_DELETE_UNSEALED = {
    "sqlite": text("DELETE FROM unsealed_entry WHERE entry IN (SELECT value FROM json_each(:ids))"),
    "postgresql": text(
        "DELETE FROM unsealed_entry"
        " WHERE entry IN (SELECT json_array_elements_text(CAST(:ids AS json)))"
    ),
}


def seal_log(settings: Settings) -> int:
    """Seal all unsealed rows with the key of this installation; return their number.

    A pending key is named by the first tree head made, and then becomes the current one.
    """
    sealed, key, successor = 0, current_signing_key(settings), pending_key(settings.log_path)
    if successor:
        sealed = seal_batch(key, settings.base_url, next_key=successor)
        key = current_signing_key(settings)
    return sealed + seal_all(key, settings.base_url)


def current_signing_key(settings: Settings) -> Ed25519PrivateKey:
    """Return the key that signs the next head; raise WrongKey if it is not available."""
    last = latest_tree_head(db.session())
    expected = next_signing_key(last) if last else ""
    key = load_signing_key(settings.log_path, settings.signing_key, expected)
    if public_key_hex(key) == pending_key(settings.log_path):
        activate_pending_key(settings.log_path)
    return key


def seal_all(key: Ed25519PrivateKey, origin: str, limit: int = ROWS_PER_HEAD) -> int:
    """Seal batch by batch until no row is unsealed; return the number of rows."""
    total = 0
    while sealed := seal_batch(key, origin, limit):
        total += sealed
    return total


def seal_batch(
    key: Ed25519PrivateKey, origin: str, limit: int = ROWS_PER_HEAD, *, next_key: str = ""
) -> int:
    """Assign positions to unsealed rows, extend the tree, sign a head; return the number of rows.

    Runs one at a time: under SQLite's write lock, or an advisory lock on PostgreSQL. With
    `next_key` the head names the key of the following heads. Raises WrongKey if the newest head
    names another key.
    """
    with unrecorded("sealing") as session:
        lock_sealing(session)
        rows = session.execute(UNSEALED_ROWS, {"limit": limit, "now": now()}).all()
        if not rows:
            return 0
        last = latest_tree_head(session)
        _require_expected_key(last, key)
        tree = _tree_at(last)
        rows, made_at = _sealed_together(rows, last)
        _assign_positions(session, tree.size, rows)
        _extend_tree(session, tree, rows)
        head = sign_tree_head(tree, last, key, origin, made_at, next_key)
        session.add_all([head, *count_dates(rows, head)])
    return len(rows)


def _tree_at(head: SignedTreeHead | None) -> MerkleTree:
    if head is None:
        return MerkleTree()
    return MerkleTree(head.size, [bytes.fromhex(peak) for peak in head.peaks])


def _sealed_together(
    rows: Sequence[UnsealedRow], last: SignedTreeHead | None
) -> tuple[Sequence[UnsealedRow], datetime]:
    """Return the rows for the next head and its time.

    The rest of a backlog, older than the head just made over its beginning, is sealed under the
    time of that head: heads of the same time are one seal, and no row seems dated back.
    """
    if last is None:
        return rows, now()
    earliest = last.made_at - BACKDATING_TOLERANCE
    if not any(row.occurred_at < earliest and row.origin not in DATED_ORIGINS for row in rows):
        return rows, now()
    backlog = [
        row for row in rows if row.occurred_at <= last.made_at or row.origin in DATED_ORIGINS
    ]
    return backlog, last.made_at


def _require_expected_key(last: SignedTreeHead | None, key: Ed25519PrivateKey) -> None:
    """Raise WrongKey if the last tree head names another key than this one."""
    if last and next_signing_key(last) != public_key_hex(key):
        raise WrongKey(
            f"the log is signed by {next_signing_key(last)}, the available key is another"
        )


def _assign_positions(session: Session, size: int, rows: Sequence[UnsealedRow]) -> None:
    ids = json.dumps([row.id for row in rows])
    dialect, connection = db.engine.dialect.name, session.connection()
    connection.execute(_INSERT_POSITIONS[dialect], {"ids": ids, "size": size})
    connection.execute(_DELETE_UNSEALED[dialect], {"ids": ids})


def _extend_tree(session: Session, tree: MerkleTree, rows: Sequence[UnsealedRow]) -> None:
    completed = tree.extend([bytes(row.leaf) for row in rows])
    subtrees = [
        {"level": level, "position": position, "root": root} for level, position, root in completed
    ]
    if subtrees:
        session.execute(insert(Subtree), subtrees)


def count_dates(rows: Iterable[UnsealedRow], head: SignedTreeHead) -> list[SealedDates]:
    """Return how many rows of each process were sealed late or are dated by their source."""
    late: Counter[int] = Counter()
    dated: Counter[int] = Counter()
    for row in rows:
        if row.origin in DATED_ORIGINS:
            dated[row.process_id or 0] += 1
        elif head.made_at - row.occurred_at >= LATE_AFTER:
            late[row.process_id or 0] += 1
    return [
        SealedDates(size=head.size, process_id=key, late=late[key], dated=dated[key])
        for key in sorted(late.keys() | dated.keys())
    ]


def lock_sealing(session: Session) -> None:
    """Take the sealing lock for this transaction (SQLite has one lock for all writers)."""
    if db.engine.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
