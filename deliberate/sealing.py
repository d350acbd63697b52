"""The Merkle log (RFC 9162, section 2.1): dense numbers, tree heads, signatures, proofs."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import canonical, db, unrecorded
from deliberate.models import Head, Interaction
from deliberate.models.interaction import leaf, private_half, public_half

ROWS_A_HEAD = 1000
FIRST = "0" * 64
"""What the first head names as the one before it."""
_LOCK = 0x64656C69


@dataclass(frozen=True)
class Fault:
    """Something in the log that is not as it was sealed: what, where."""

    what: str
    where: int | None = None


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The right edge of a growing tree: enough to add leaves and give the root at any time."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def add(self, leaf_hash: bytes) -> None:
        """Add one leaf; amortised one hash."""
        self.size += 1
        carry, size = leaf_hash, self.size
        while size % 2 == 0:
            carry = node(self.peaks.pop(), carry)
            size //= 2
        self.peaks.append(carry)

    @property
    def root(self) -> bytes:
        """The tree's root; SHA-256 of nothing for the empty tree."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root


# --- keys ----------------------------------------------------------------------------------------


def signing_key(log_path: Path, given: str = "") -> Ed25519PrivateKey:
    """The log's key: from settings (64 hex digits), else from signing.pem, made at first need."""
    if given:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given))
    path = log_path / "signing.pem"
    if not path.exists():
        _make_key(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(file, "wb") as out:
        out.write(pem)


def public_key(key: Ed25519PrivateKey) -> str:
    """The key others check with, in hex; it also names the key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


# --- sealing -------------------------------------------------------------------------------------


def seal(key: Ed25519PrivateKey, origin: str, limit: int = ROWS_A_HEAD) -> int:
    """Number the rows that wait, extend the tree, sign a head; gives how many were sealed.

    One sealer at a time: SQLite's write lock, an advisory lock on PostgreSQL.
    """
    with unrecorded("sealing") as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
        waiting = session.execute(
            select(Interaction.id, Interaction.leaf)
            .where(Interaction.seq.is_(None))
            .order_by(Interaction.id)
            .limit(limit)
        ).all()
        if not waiting:
            return 0
        last = latest_head(session)
        tree = Tree(last.size, [bytes.fromhex(p) for p in last.peaks]) if last else Tree()
        numbered = []
        for row_id, leaf_hash in waiting:
            numbered.append({"row": row_id, "number": tree.size})
            tree.add(leaf_hash)
        session.connection().execute(
            text("UPDATE interaction SET seq = :number WHERE id = :row"), numbered
        )
        session.add(_head(tree, last, key, origin))
    return len(numbered)


def seal_all(key: Ed25519PrivateKey, origin: str, limit: int = 65536) -> int:
    """Seal until nothing waits; gives how many rows were sealed."""
    total = 0
    while sealed := seal(key, origin, limit):
        total += sealed
    return total


def seal_log(settings: Settings) -> int:
    """Seal what waits with the installation's own key and name; gives how many rows were sealed."""
    return seal_all(signing_key(settings.log_path, settings.signing_key), settings.base_url)


def latest_head(session: Session) -> Head | None:
    """The newest head, or None before the first."""
    return session.scalar(select(Head).order_by(Head.size.desc()).limit(1))


def _head(tree: Tree, last: Head | None, key: Ed25519PrivateKey, origin: str) -> Head:
    moment = now()
    body = canonical(
        {
            "origin": origin,
            "prev": hashlib.sha256(last.body.encode()).hexdigest() if last else FIRST,
            "root": tree.root.hex(),
            "size": tree.size,
            "t": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )
    return Head(
        size=tree.size,
        root=tree.root.hex(),
        prev=hashlib.sha256(last.body.encode()).hexdigest() if last else FIRST,
        body=body,
        signature=key.sign(body.encode()).hex(),
        key_id=public_key(key),
        peaks=[peak.hex() for peak in tree.peaks],
        made_at=moment,
    )


# --- verifying -----------------------------------------------------------------------------------


def verify() -> list[Fault]:
    """Recompute leaves, roots, links and signatures of the log; an empty list means intact."""
    session: Session = db.session()
    faults: list[Fault] = []
    heads = list(session.scalars(select(Head).order_by(Head.size)))
    faults += _check_links(heads)
    tree, waiting = Tree(), iter(heads)
    head = next(waiting, None)
    for row in _sealed_rows(session):
        if row.seq != tree.size:
            faults.append(Fault("the numbering has a gap", tree.size))
            break
        if leaf(public_half(row), private_half(row)) != row.leaf:
            faults.append(Fault("the row is not what was sealed", row.seq))
        tree.add(row.leaf)
        while head is not None and head.size == tree.size:
            if tree.root.hex() != head.root:
                faults.append(Fault("the tree has another root than the head", head.size))
            head = next(waiting, None)
    if head is not None:
        faults.append(Fault("rows are missing at the end", tree.size))
    return faults


def _sealed_rows(session: Session) -> Iterator[Interaction]:
    rows = session.scalars(
        select(Interaction)
        .where(Interaction.seq.is_not(None))
        .order_by(Interaction.seq)
        .execution_options(yield_per=2000)
    )
    for row in rows:
        yield row
        session.expunge(row)


def _check_links(heads: Sequence[Head]) -> Iterator[Fault]:
    before = FIRST
    for head in heads:
        if head.prev != before or f'"prev":"{before}"' not in head.body:
            yield Fault("a head does not follow the one before it", head.size)
        if f'"root":"{head.root}","size":{head.size},' not in head.body:
            yield Fault("a head's columns are not its signed text", head.size)
        if not is_signed(head):
            yield Fault("a head's signature does not hold", head.size)
        before = hashlib.sha256(head.body.encode()).hexdigest()


def is_signed(head: Head) -> bool:
    """Whether the head's own key signed its text."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key_id))
        key.verify(bytes.fromhex(head.signature), head.body.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
