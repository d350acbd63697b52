"""Queries for receipts: proofs of acts for those who acted, and of public acts for everybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from deliberate.database import canonical_json, db
from deliberate.models import Interaction
from deliberate.models.log.interaction import PublicHalf, hash_half, private_half, public_half
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with

PUBLIC_KINDS = kinds_with(Visibility.PUBLIC)


@dataclass(frozen=True)
class Receipt:
    """A person's proof of an act: its public half and the hash of its private half."""

    entry: str
    """Id of the entry; its position is assigned later, when it is sealed."""
    public: PublicHalf
    private: str
    occurred_at: datetime

    @property
    def code(self) -> str:
        """Return the receipt as the text that /log checks."""
        return canonical_json({"entry": self.entry, "private": self.private, "public": self.public})


@dataclass(frozen=True)
class PublicReceipt:
    """A proof of a public act by its position: its id would reveal the millisecond."""

    position: int
    public: PublicHalf
    private: str

    @property
    def code(self) -> str:
        """Return the receipt as the text that /log checks."""
        receipt = {"entry": self.position, "private": self.private, "public": self.public}
        return canonical_json(receipt)


def get_receipt(entry: str, actor_id: str | None = None) -> Receipt | None:
    """Return the receipt of an entry, or None if no entry has this id and this actor.

    Only for the person who acted: the id reveals the millisecond.
    """
    row = db.session.get(Interaction, entry)
    if row is None or (actor_id is not None and row.actor_id != actor_id):
        return None
    return Receipt(row.id, public_half(row), _private_hash(row), row.occurred_at)


def list_public_receipts(
    proposal_id: int, below: int, after: int | None, limit: int
) -> list[PublicReceipt]:
    """Return the receipts of public acts on a proposal, its comments and responses, oldest first.

    `below` is the size of the newest published tree head; later entries are left out. `after` is
    the position of the last receipt of the previous page.
    """
    entries = (
        select(Interaction)
        .where(Interaction.proposal_id == proposal_id, Interaction.kind.in_(PUBLIC_KINDS))
        .where(Interaction.seq < below, Interaction.seq > (-1 if after is None else after))
        .order_by(Interaction.seq)
        .limit(limit)
    )
    return [
        PublicReceipt(row.seq or 0, public_half(row), _private_hash(row))
        for row in db.session.scalars(entries)
    ]


def _private_hash(row: Interaction) -> str:
    return hash_half(private_half(row)).hex()
