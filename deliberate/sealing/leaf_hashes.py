"""Leaf hashes recomputed from raw database rows.

The bytes are those of models.log.interaction.leaf(), built by string formatting, which is seven
times faster than dictionaries and json.dumps(); a test compares both.
"""

from collections.abc import Sequence
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import Any

from deliberate.vocabulary import Visibility
from deliberate.vocabulary.events import kinds_with

COLUMNS = (
    *("seq", "id", "occurred_at", "kind", "actor_id", "actor_role", "account_class"),
    *("institution_id", "process_id", "proposal_id", "subject_type", "subject_id", "parent_id"),
    *("stance", "origin", "cause", "content", "details", "salt", "leaf"),
)
"""The columns of a raw row, in this order."""
LEAF = COLUMNS.index("leaf")
MAX_REPEATED_PARTS = 4096
RawRow = Sequence[Any]  # values of COLUMNS, of many types; the time is text as SQLite stores it
MALFORMED_ROW = (TypeError, ValueError, AttributeError)
PUBLIC_KINDS = frozenset(kinds_with(Visibility.PUBLIC))


def iso_timestamp(stored: str) -> str:
    """Return the time of a raw row as the private half contains it."""
    return f"{stored[:10]}T{stored[11:]}Z"


def recompute_leaves(rows: Sequence[RawRow]) -> list[bytes | None]:
    """Return the leaf hash of each raw row, computed from its other columns.

    The hash is None for a row with a value that the log cannot contain, such as a text in place
    of a number.
    """
    try:
        return list(map(_leaf, rows))
    except MALFORMED_ROW:
        if len(rows) == 1:
            return [None]
        return [leaf for row in rows for leaf in recompute_leaves([row])]


def _leaf(row: RawRow) -> bytes:
    (
        _seq, id_, stored_time, kind, actor, role, account_class, institution, process, proposal,
        subject_type, subject, parent, stance, origin, cause, content, details, salt, _leaf,
    ) = row  # fmt: skip
    time = f"{stored_time[:10]}T{stored_time[11:]}Z"  # without a call, which costs 2 % of the whole
    before_content, is_public, after_hour, before_subject = _repeated_parts[
        account_class, role, cause, institution, kind, origin, stance, subject_type
    ]
    public_details, private_details = (details, "null") if is_public else ("null", details)
    public = (
        f"{before_content}{'null' if content is None else quoted(content)}"
        f',"details":{public_details},"hour":"{time[:13]}{after_hour}'
        f"{'null' if parent is None else f'{parent:d}'}"
        f',"process":{"null" if process is None else f"{process:d}"}'
        f',"proposal":{"null" if proposal is None else f"{proposal:d}"}'
        f"{before_subject}{subject:d}]}}"
    )
    private = (
        f'{{"actor":{"null" if actor is None else quoted(actor)}'
        f',"details":{private_details},"id":{quoted(id_)}'
        f',"salt":"{salt.hex()}","time":"{time}"}}'
    )
    halves = sha256(public.encode()).digest() + sha256(private.encode()).digest()
    return sha256(b"\x00" + halves).digest()


class _RepeatedParts(dict[tuple[Any, ...], tuple[str, bool, str, str]]):
    """Parts of public halves that many rows share, and whether the kind is public, by columns.

    The parts end before the content, the parent and the id of the subject.
    """

    def __missing__(self, columns: tuple[Any, ...]) -> tuple[str, bool, str, str]:
        if len(self) > MAX_REPEATED_PARTS:
            self.clear()
        self[columns] = parts = _parts(*columns)
        return parts


def _parts(
    account_class: str,
    role: str,
    cause: str | None,
    institution: int | None,
    kind: str,
    origin: str,
    stance: int | None,
    subject_type: str,
) -> tuple[str, bool, str, str]:
    cause_hash = f'"{sha256(cause.encode()).hexdigest()}"' if cause is not None else "null"
    return (
        f'{{"account_class":{quoted(account_class)},"actor_role":{quoted(role)}'
        f',"cause":{cause_hash},"content":',
        kind in PUBLIC_KINDS,
        f':00:00Z","institution":{"null" if institution is None else f"{institution:d}"}'
        f',"kind":{quoted(kind)},"origin":{quoted(origin)},"parent":',
        f',"stance":{"null" if stance is None else f"{stance:d}"}'
        f',"subject":[{quoted(subject_type)},',
    )


_repeated_parts = _RepeatedParts()
