"""Checking of receipts and positions against the published log."""

import json
import re
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, Position
from deliberate.models.log.interaction import PublicHalf
from deliberate.sealing.merkle_proofs import InclusionProof, NotSealed, inclusion_proof
from deliberate.sealing.verifier import leaf_hash

State = Literal["sealed", "waiting", "changed", "unknown", "not_published", "unreadable"]


@dataclass(frozen=True)
class ReceiptCheck:
    """The result of a check.

    `state` is sealed (with a proof), waiting (for the head of the hour), changed (the entry
    differs from the receipt), unknown (no such entry), not_published (no published head covers
    the position) or unreadable (the text is no receipt).
    """

    state: State
    proof: InclusionProof | None = None
    act: PublicHalf | None = None
    """The public half of the act, if the text is a receipt that matches its entry."""


def check_receipt(text: str, published_size: int) -> ReceiptCheck:
    """Check a pasted receipt or position; `published_size` is that of the newest published head."""
    pasted = re.sub(r"\s", "", text)
    if re.fullmatch(r"\d{1,15}", pasted):
        return _check_position(int(pasted), published_size)
    try:
        receipt = json.loads(pasted)
        public, private, entry = receipt["public"], receipt["private"], receipt["entry"]
        leaf = leaf_hash(public, private)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ReceiptCheck("unreadable")
    if isinstance(entry, int):  # receipts of public acts name the position instead of the id
        if not 0 <= entry < published_size:
            return ReceiptCheck("not_published")
        return _check_entry(entry, leaf, public, published_size)
    return _check_entry(str(entry), leaf, public, published_size)


def _check_position(position: int, published_size: int) -> ReceiptCheck:
    """Check a position; entries above the published size are not distinguished.

    Whether such an entry exists would reveal the minute of every ballot.
    """
    if position >= published_size:
        return ReceiptCheck("not_published")
    return ReceiptCheck("sealed", inclusion_proof(position, published_size))


def _check_entry(
    entry: int | str, leaf: bytes, public: PublicHalf, published_size: int
) -> ReceiptCheck:
    query = select(Position.seq, Interaction.leaf).select_from(Interaction)
    joined = query.outerjoin(Position, Position.entry == Interaction.id)
    is_entry = Position.seq == entry if isinstance(entry, int) else Interaction.id == entry
    row = db.session.execute(joined.where(is_entry)).first()
    if row is None:
        return _check_detached(entry, leaf, public, published_size)
    if row.leaf != leaf:
        return ReceiptCheck("changed")
    if row.seq is None or row.seq >= published_size:
        return ReceiptCheck("waiting", act=public)
    return ReceiptCheck("sealed", inclusion_proof(row.seq, published_size), public)


def _check_detached(
    entry: int | str, leaf: bytes, public: PublicHalf, published_size: int
) -> ReceiptCheck:
    """Check an entry that is not in the table: its month may be detached, or it is none at all."""
    is_entry = Position.seq == entry if isinstance(entry, int) else Position.entry == entry
    seq = db.session.scalar(select(Position.seq).where(is_entry))
    if seq is None or seq >= published_size:
        return ReceiptCheck("unknown")
    try:
        proof = inclusion_proof(seq, published_size)
    except NotSealed:
        return ReceiptCheck("unknown")
    return ReceiptCheck("sealed", proof, public) if proof.leaf == leaf else ReceiptCheck("changed")
