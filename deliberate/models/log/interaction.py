"""The interaction log: rows with a public half, a private half and a leaf hash over both."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, SmallInteger, String, bindparam, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json
from deliberate.database.personal_data import Category, keep_for, not_personal, personal, rows
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import EVENT_TYPES

LogRow = Any  # an Interaction, or any object with the same attributes
PublicHalf = dict[str, Any]  # JSON
PrivateHalf = dict[str, Any]  # JSON


UNSEALED_ROWS = (
    text(
        "SELECT i.id, i.leaf, i.process_id, i.occurred_at, i.origin"
        " FROM unsealed_entry u JOIN interaction i ON i.id = u.entry"
        " WHERE i.occurred_at <= :now OR i.origin IN ('import', 'seed')"
        " ORDER BY u.entry LIMIT :limit"
    )
    .bindparams(bindparam("now", type_=UtcDateTime))
    .columns(id=String, leaf=LargeBinary, process_id=BigId, occurred_at=UtcDateTime, origin=String)
)
"""The oldest rows to seal, with parameters `limit` and `now`: a row of a host whose clock is ahead
waits for its time."""


class Position(Base):
    """The dense position of a sealed row. The sealer inserts it; nothing changes it afterwards."""

    __tablename__ = "position"
    personal_data = not_personal("seq entry")

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry: Mapped[str] = mapped_column(String(32), unique=True)


class UnsealedEntry(Base):
    """A row that has no position yet. A trigger of the log inserts it, the sealer deletes it."""

    __tablename__ = "unsealed_entry"
    personal_data = not_personal("entry")

    entry: Mapped[str] = mapped_column(String(32), primary_key=True)


class FormKey(Base):
    """The hashed key of a submitted form, so that a repeated form counts once for some weeks."""

    __tablename__ = "form_key"
    personal_data = not_personal(
        "actor_id key digest entry used_at", retention=keep_for(30, "used_at", "used form keys")
    )

    actor_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    entry: Mapped[str] = mapped_column(String(32))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Interaction(Base):
    """One act, inserted in the transaction of the act and never updated.

    Ids are values without foreign keys: the rows they name may be erased, the entry remains. The
    id, which begins with its time, is the only unique key, so that months can be partitions.
    """

    __tablename__ = "interaction"
    __table_args__ = (
        Index("ix_interaction_process_id", "process_id"),
        Index("ix_interaction_proposal_id", "proposal_id"),
        Index("ix_interaction_actor_id", "actor_id"),
    )
    personal_data = rows(
        "log",
        "Rows of the log",
        owner="",
        columns=(
            "id occurred_at kind actor_id actor_role account_class institution_id "
            "process_id proposal_id subject_type subject_id parent_id stance origin cause "
            "content salt leaf"
        ),
        kept="the log is sealed; without the key nobody can link a row to a person",
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[str | None] = mapped_column(String(64))
    actor_role: Mapped[str] = mapped_column(String(16))
    account_class: Mapped[str] = mapped_column(String(16))
    institution_id: Mapped[int | None] = mapped_column(BigId)
    process_id: Mapped[int | None] = mapped_column(BigId)
    proposal_id: Mapped[int | None] = mapped_column(BigId)
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    """Id of the parent comment; negative if the source of an import does not contain it."""
    stance: Mapped[int | None] = mapped_column(SmallInteger)
    origin: Mapped[str] = mapped_column(String(16))
    cause: Mapped[str | None] = mapped_column(String(32))
    content: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(
        Json, info=personal(Category.ACT, kept="numbers and codes, never texts")
    )
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))

    seq: Mapped[int | None] = column_property(
        select(Position.seq)
        .where(Position.entry == id)
        .correlate_except(Position)
        .scalar_subquery()
    )
    """The position, None until it is sealed. Ranges are read from Position, which has the index."""

    def __init__(self, **columns: Any) -> None:  # Any: columns have many types
        super().__init__(**{"salt": secrets.token_bytes(16), **columns})
        self.leaf = leaf(public_half(self), private_half(self))

    def as_columns(self) -> dict[str, Any]:
        """Return the values of all columns for a Core insert."""
        return {column: getattr(self, column) for column in _COLUMNS}


_COLUMNS = [column.name for column in Interaction.__table__.columns]


def public_half(row: LogRow) -> PublicHalf:
    """Return the part of an act that everybody may read; `row` has the log columns as attributes.

    The causing act is named by the hash of its id: the id would reveal its millisecond.
    """
    is_public = EVENT_TYPES[row.kind].VISIBILITY is Visibility.PUBLIC
    return {
        "account_class": row.account_class,
        "actor_role": row.actor_role,
        "cause": None if row.cause is None else hashlib.sha256(row.cause.encode()).hexdigest(),
        "content": row.content,
        "details": row.details if is_public else None,
        "hour": f"{row.occurred_at.isoformat()[:13]}:00:00Z",
        "institution": row.institution_id,
        "kind": row.kind,
        "origin": row.origin,
        "parent": row.parent_id,
        "process": row.process_id,
        "proposal": row.proposal_id,
        "stance": row.stance,
        "subject": [row.subject_type, row.subject_id],
    }


def private_half(row: LogRow) -> PrivateHalf:
    """Return the confidential part of an act: actor, exact time, details of non-public kinds."""
    is_public = EVENT_TYPES[row.kind].VISIBILITY is Visibility.PUBLIC
    return {
        "actor": row.actor_id,
        "details": None if is_public else row.details,
        "id": row.id,
        "salt": row.salt.hex(),
        "time": f"{row.occurred_at.isoformat(timespec='microseconds')[:26]}Z",
    }


def hash_half(half: PublicHalf | PrivateHalf) -> bytes:
    """Return the SHA-256 of the canonical JSON of a half."""
    return hashlib.sha256(canonical_json(half).encode()).digest()


def leaf(public: PublicHalf, private: PrivateHalf) -> bytes:
    """Return the leaf hash of an act: SHA-256(0x00 ‖ hash of public ‖ hash of private)."""
    return hashlib.sha256(b"\x00" + hash_half(public) + hash_half(private)).digest()


def content_hmac(content: str | None, salt: bytes | None) -> str | None:
    """Return the HMAC that the log stores for a content, or None without content or salt."""
    if content is None or salt is None:
        return None
    return hmac.digest(salt, content.encode(), "sha256").hex()
