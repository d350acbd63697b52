"""Signed tree heads: what is signed, and the chain from each head to the previous one."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.database import canonical_json
from deliberate.models import SignedTreeHead
from deliberate.sealing.merkle_tree import MerkleTree
from deliberate.sealing.signing_keys import public_key_hex

HeadFields = dict[str, Any]  # the fields of a parsed head: texts and numbers
NO_PREVIOUS_HEAD = "0" * 64
"""The field `prev` of the first head."""
REQUIRED_FIELDS = frozenset({"origin", "prev", "root", "size", "t"})


@dataclass(frozen=True)
class ExportedTreeHead:
    """A tree head as it is published: signed text, signature and public key."""

    body: str
    signature: str
    key: str

    @property
    def fields(self) -> HeadFields:
        """Return the parsed text; raise ValueError if it is not that of a head."""
        fields = json.loads(self.body)
        if not isinstance(fields, dict) or not set(fields) >= REQUIRED_FIELDS:
            raise ValueError("not a tree head")
        return fields

    @property
    def is_signed(self) -> bool:
        """Return whether the signature is valid under the public key."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(bytes.fromhex(self.signature), self.body.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def as_json(self) -> dict[str, str]:
        """Return the head as files and pages contain it; verify.py reads it."""
        return {"body": self.body, "key": self.key, "signature": self.signature}


def export_tree_head(head: SignedTreeHead) -> ExportedTreeHead:
    """Return a stored head in its published form."""
    return ExportedTreeHead(head.body, head.signature, head.key_id)


def latest_tree_head(session: Session) -> SignedTreeHead | None:
    """Return the newest tree head, or None before the first."""
    return session.scalar(select(SignedTreeHead).order_by(SignedTreeHead.size.desc()).limit(1))


def body_digest(body: str) -> str:
    """Return the hash by which the next head names a head."""
    return hashlib.sha256(body.encode()).hexdigest()


def next_signing_key(head: SignedTreeHead) -> str:
    """Return the public key that must sign the following head."""
    return str(json.loads(head.body).get("next", head.key_id))


def _head_fields(
    tree: MerkleTree, previous: SignedTreeHead | None, origin: str, made_at: datetime
) -> HeadFields:
    return {
        "origin": origin,
        "prev": body_digest(previous.body) if previous else NO_PREVIOUS_HEAD,
        "root": tree.root.hex(),
        "size": tree.size,
        "t": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def sign_tree_head(
    tree: MerkleTree,
    previous: SignedTreeHead | None,
    key: Ed25519PrivateKey,
    origin: str,
    made_at: datetime,
    next_key: str = "",
) -> SignedTreeHead:
    """Return a signed head of the tree; it names the previous head and, if set, the next key."""
    fields = _head_fields(tree, previous, origin, made_at)
    body = canonical_json(fields | {"next": next_key} if next_key else fields)
    return SignedTreeHead(
        size=tree.size,
        root=fields["root"],
        prev=fields["prev"],
        body=body,
        signature=key.sign(body.encode()).hex(),
        key_id=public_key_hex(key),
        peaks=[peak.hex() for peak in tree.peaks],
        made_at=made_at,
    )
