"""The public acts of the sealed log by position, and the leaf hashes of all entries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, Position
from deliberate.models.log.interaction import PublicHalf, hash_half, private_half, public_half
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with

PUBLIC_KINDS = kinds_with(Visibility.PUBLIC)


@dataclass(frozen=True)
class PublicAct:
    """A public act with what its leaf is made of; its id would reveal the millisecond."""

    position: int
    public: PublicHalf
    private: str
    leaf: str


def list_public_acts(after: int, below: int, limit: int) -> list[PublicAct]:
    """Return the public acts between a position and the size of a tree head, in order."""
    rows = db.session.scalars(
        select(Interaction)
        .join(Position, Position.entry == Interaction.id)
        .where(Position.seq > after, Position.seq < below, Interaction.kind.in_(PUBLIC_KINDS))
        .order_by(Position.seq)
        .limit(limit)
    )
    return [public_act(row) for row in rows]


def public_act(row: Interaction) -> PublicAct:
    """Return a row of a public kind as everybody may read it."""
    private = hash_half(private_half(row)).hex()
    return PublicAct(row.seq or 0, public_half(row), private, row.leaf.hex())


def list_leaves(first: int, below: int, limit: int) -> Sequence[bytes]:
    """Return the leaf hashes of entries from a position on, in order, of private acts too."""
    stop = min(below, first + limit)
    return db.session.scalars(
        select(Interaction.leaf)
        .join(Position, Position.entry == Interaction.id)
        .where(Position.seq >= first, Position.seq < stop)
        .order_by(Position.seq)
    ).all()
