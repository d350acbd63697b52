"""Queries for receipts: proofs of acts for those who acted, and of public acts for any reader."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from deliberate.database import canonical_json, db
from deliberate.models import (
    Comment,
    Interaction,
    Option,
    Position,
    Proposal,
    Response,
    UnitContribution,
)
from deliberate.models.log.detached import log_path, read_detached
from deliberate.models.log.interaction import PublicHalf, hash_half, private_half, public_half
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with
from deliberate.vocabulary.events.documents import AmendmentProposed
from deliberate.vocabulary.events.polls import StatementSuggested
from deliberate.vocabulary.events.proposals import (
    ProposalRevised,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from deliberate.vocabulary.events.responses import ResponsePublished
from deliberate.vocabulary.events.threads import (
    BlankCommentImported,
    CommentCorrected,
    CommentEdited,
    CommentPosted,
)

PUBLIC_KINDS = kinds_with(Visibility.PUBLIC)
SALTED_SUBJECTS: dict[str, type[Proposal | Comment | Response | Option | UnitContribution]] = {
    model.subject_type: model for model in (Proposal, Comment, Response, Option, UnitContribution)
}
"""Subjects whose texts have one salt, by the type in the log."""
TEXTS_OF_SUBJECTS = {
    *(ProposalSubmitted.KIND, ProposalRevised.KIND, ProposalWithdrawn.KIND),
    *(CommentPosted.KIND, BlankCommentImported.KIND),
    *(CommentEdited.KIND, CommentCorrected.KIND),
    *(ResponsePublished.KIND, StatementSuggested.KIND, AmendmentProposed.KIND),
}
"""Kinds whose text has the salt of their subject; that of a decision on it is another's."""


@dataclass(frozen=True)
class Receipt:
    """A person's proof of an act: its public half and the hash of its private half."""

    entry: str
    """Id of the entry; its position is assigned later, when it is sealed."""
    public: PublicHalf
    private: str
    occurred_at: datetime
    salt: bytes | None = None
    """With it the holder can check the text of the act against `content`; None without a text."""

    @property
    def code(self) -> str:
        """Return the receipt as the text that /log checks."""
        return canonical_json(self._fields)

    @property
    def file_content(self) -> str:
        """Return the receipt as its file contains it: with the salt of the text, if it has one."""
        salt = {} if self.salt is None else {"salt": self.salt.hex()}
        return canonical_json(self._fields | salt)

    @property
    def _fields(self) -> dict[str, object]:
        return {"entry": self.entry, "private": self.private, "public": self.public}


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
    row = db.session.get(Interaction, entry) or _get_detached(entry)
    if row is None or (actor_id is not None and row.actor_id != actor_id):
        return None
    salt = _text_salt(row)
    return Receipt(row.id, public_half(row), _private_hash(row), row.occurred_at, salt)


def _get_detached(entry: str) -> Interaction | None:
    """Return an act whose row left the table with its month, from its segment."""
    rows = read_detached(db.session(), log_path(), "id = $entry", {"entry": entry})
    return rows[0] if rows else None


def _text_salt(row: Interaction) -> bytes | None:
    """Return the salt of the text of an act, None if it has no text or the text was erased."""
    model = SALTED_SUBJECTS.get(row.subject_type)
    if row.content is None or model is None or row.kind not in TEXTS_OF_SUBJECTS:
        return None
    return db.session.scalar(select(model.salt).where(model.id == row.subject_id))


def list_public_receipts(
    proposal_id: int, below: int, after: int | None, limit: int
) -> list[PublicReceipt]:
    """Return the receipts of public acts on a proposal, its comments and responses, oldest first.

    `below` is the size of the newest published tree head; later entries are left out. `after` is
    the position of the last receipt of the previous page.
    """
    entries = (
        select(Interaction)
        .join(Position, Position.entry == Interaction.id)
        .where(Interaction.proposal_id == proposal_id, Interaction.kind.in_(PUBLIC_KINDS))
        .where(Position.seq < below, Position.seq > (-1 if after is None else after))
        .order_by(Position.seq)
        .limit(limit)
    )
    return [
        PublicReceipt(row.seq or 0, public_half(row), _private_hash(row))
        for row in db.session.scalars(entries)
    ]


def get_public_receipt(position: int) -> PublicReceipt | None:
    """Return the receipt of the public act at a position, or None if there is none."""
    query = select(Interaction).join(Position, Position.entry == Interaction.id)
    row = db.session.scalar(query.where(Position.seq == position))
    if row is None or row.kind not in PUBLIC_KINDS:
        return None
    return PublicReceipt(position, public_half(row), _private_hash(row))


def get_receipt_of_entry(entry: str) -> PublicReceipt | None:
    """Return the receipt of a public act by its id, or None until it is sealed."""
    row = db.session.get(Interaction, entry)
    if row is None or row.seq is None or row.kind not in PUBLIC_KINDS:
        return None
    return PublicReceipt(row.seq, public_half(row), _private_hash(row))


def _private_hash(row: Interaction) -> str:
    return hash_half(private_half(row)).hex()
