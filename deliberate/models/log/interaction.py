"""The interaction log: rows with a public half, a private half and a leaf hash over both."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    TextClause,
    TextualSelect,
    UniqueConstraint,
    bindparam,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json
from deliberate.database.personal_data import Category, personal, rows
from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import EVENT_TYPES

LogRow = Any  # an Interaction, or any object with the same attributes
PublicHalf = dict[str, Any]  # JSON
PrivateHalf = dict[str, Any]  # JSON


def unsealed_rows_query(dialect: str) -> TextualSelect:
    """Return the statement for the oldest rows to seal, with parameters `limit` and `now`.

    A row dated after `now` by a host whose clock is ahead waits for its time. The index is named
    for SQLite, which would otherwise use the one on seq and sort all rows.
    """
    index = "INDEXED BY ix_interaction_waiting " if dialect == "sqlite" else ""
    statement = text(
        f"SELECT id, leaf, process_id, occurred_at, origin FROM interaction {index}"  # noqa: S608  # no input from outside
        "WHERE seq IS NULL AND (occurred_at <= :now OR origin IN ('import', 'seed'))"
        " ORDER BY id LIMIT :limit"
    )
    typed = statement.bindparams(bindparam("now", type_=UtcDateTime))
    return typed.columns(
        id=String, leaf=LargeBinary, process_id=BigId, occurred_at=UtcDateTime, origin=String
    )


def oldest_unsealed_query(dialect: str) -> TextClause:
    """Return the statement for the id of the oldest unsealed row."""
    index = "INDEXED BY ix_interaction_waiting " if dialect == "sqlite" else ""
    return text(
        f"SELECT id FROM interaction {index}"  # noqa: S608  # no input from outside
        "WHERE seq IS NULL ORDER BY id LIMIT 1"
    )


class Interaction(Base):
    """One act, inserted in the transaction of the act; only its position is set afterwards.

    Ids are values without foreign keys: the rows they name may be erased, the entry remains.
    """

    __tablename__ = "interaction"
    __table_args__ = (
        UniqueConstraint("actor_id", "form_key"),
        Index("ix_interaction_process_id_seq", "process_id", "seq"),
        Index("ix_interaction_proposal_id_seq", "proposal_id", "seq"),
        Index(
            "ix_interaction_waiting",
            "id",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
    )
    personal_data = rows(
        "log",
        "Rows of the log",
        owner="",
        columns=(
            "id seq occurred_at kind actor_id actor_role account_class institution_id "
            "process_id proposal_id subject_type subject_id parent_id stance origin cause "
            "content form_key form_digest salt leaf"
        ),
        kept="the log is sealed; without the key nobody can link a row to a person",
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int | None] = mapped_column(BigInteger, unique=True)
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
    form_key: Mapped[str | None] = mapped_column(String(64))
    form_digest: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))

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
        "hour": row.occurred_at.strftime("%Y-%m-%dT%H:00:00Z"),
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
        "time": row.occurred_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
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
    return hmac.new(salt, content.encode(), hashlib.sha256).hexdigest()
