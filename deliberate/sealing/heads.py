"""Tree heads: what is signed, and the chain from each head to the one before it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import canonical
from deliberate.models import SignedTreeHead
from deliberate.sealing.keys import public_key
from deliberate.sealing.tree import Tree

FIRST = "0" * 64
"""What the first head names as the one before it."""


@dataclass(frozen=True)
class SignedHead:
    """A head as it is given out: its text, the signature under it, and the key that signed."""

    body: str
    signature: str
    key: str

    @property
    def said(self) -> dict[str, Any]:
        """What the text says; raises ValueError if it is no head."""
        said = json.loads(self.body)
        if not isinstance(said, dict) or not {"origin", "prev", "root", "size", "t"} <= set(said):
            raise ValueError("no head of a log")
        return said

    @property
    def is_signed(self) -> bool:
        """Whether the named key signed the text."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(bytes.fromhex(self.signature), self.body.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def as_json(self) -> dict[str, str]:
        """The head as files and pages have it; verify.py reads it."""
        return {"body": self.body, "key": self.key, "signature": self.signature}


def signed(head: SignedTreeHead) -> SignedHead:
    """A stored head as it is given out."""
    return SignedHead(head.body, head.signature, head.key_id)


def latest_head(session: Session) -> SignedTreeHead | None:
    """The newest head, or None before the first."""
    return session.scalar(select(SignedTreeHead).order_by(SignedTreeHead.size.desc()).limit(1))


def digest(body: str) -> str:
    """What the next head names a head by."""
    return hashlib.sha256(body.encode()).hexdigest()


def key_after(head: SignedTreeHead) -> str:
    """The key that signs the head after this one."""
    return str(json.loads(head.body).get("next", head.key_id))


def new_head(
    tree: Tree, last: SignedTreeHead | None, key: Ed25519PrivateKey, origin: str, next_key: str = ""
) -> SignedTreeHead:
    """Sign what the tree is now, in words that name the head before and, if given, the next key."""
    moment = now()
    said: dict[str, Any] = {
        "origin": origin,
        "prev": digest(last.body) if last else FIRST,
        "root": tree.root.hex(),
        "size": tree.size,
        "t": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    body = canonical(said | {"next": next_key} if next_key else said)
    return SignedTreeHead(
        size=tree.size,
        root=said["root"],
        prev=said["prev"],
        body=body,
        signature=key.sign(body.encode()).hex(),
        key_id=public_key(key),
        peaks=[peak.hex() for peak in tree.peaks],
        made_at=moment,
    )
