"""Publication of tree heads: one an hour, with a consistency proof from the previous one.

A head is made every ten seconds; the sizes of all heads would reveal the minute of every ballot.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import PublishedTreeHead, SignedTreeHead
from deliberate.sealing.merkle_proofs import consistency_proof
from deliberate.sealing.tree_heads import ExportedTreeHead, export_tree_head


def publish_heads(until: datetime | None = None) -> list[int]:
    """Publish the last head made before this hour, and each that names a new key.

    Returns the published sizes, an empty list if there is no newer head. `until` replaces the
    hour; the sample city publishes everything, because its people are invented.
    """
    session: Session = db.session()
    session.rollback()
    hour = until or now().replace(minute=0, second=0, microsecond=0)
    previous = published_size(session)
    sizes = _sizes_to_publish(session, previous, hour)
    for size in sizes:
        _publish_head(previous, size)
        previous = size
    return sizes


def _sizes_to_publish(session: Session, previous: int, until: datetime) -> list[int]:
    """Return the sizes above `previous` of the last head before a time and of new keys."""
    newest = session.scalar(
        select(SignedTreeHead.size)
        .where(SignedTreeHead.made_at < until)
        .order_by(SignedTreeHead.size.desc())
        .limit(1)
    )
    sizes = session.scalars(
        select(SignedTreeHead.size)
        .where(SignedTreeHead.size > previous)
        .where(or_(SignedTreeHead.size == newest, SignedTreeHead.body.contains('"next":')))
        .order_by(SignedTreeHead.size)
    )
    return list(sizes)


def _publish_head(previous: int, size: int) -> None:
    path = consistency_proof(previous, size) if previous else []
    with unrecorded("publishing heads") as session:
        if session.get(PublishedTreeHead, size) is None:
            proof = [part.hex() for part in path]
            session.add(PublishedTreeHead(size=size, published_at=now(), consistency=proof))


def published_size(session: Session) -> int:
    """Return the number of entries that the newest published head covers, 0 before the first."""
    newest = select(PublishedTreeHead.size).order_by(PublishedTreeHead.size.desc()).limit(1)
    return session.scalar(newest) or 0


def latest_published_head(session: Session) -> ExportedTreeHead | None:
    """Return the newest published head, the only one that may leave the platform.

    Another head is in no list of heads: whoever compares it would find it missing.
    """
    size = published_size(session)
    return export_tree_head(session.get_one(SignedTreeHead, size)) if size else None


def published_heads_json(
    after: int = 0, limit: int | None = None
) -> Iterator[dict[str, Any]]:  # Any: JSON values
    """Yield the published heads above a size, oldest first, as heads.jsonl contains them."""
    rows = db.session.execute(
        select(SignedTreeHead, PublishedTreeHead.consistency)
        .join(PublishedTreeHead, PublishedTreeHead.size == SignedTreeHead.size)
        .where(SignedTreeHead.size > after)
        .order_by(SignedTreeHead.size)
        .limit(limit)
        .execution_options(yield_per=500)
    )
    for head, proof in rows:
        yield export_tree_head(head).as_json() | {"consistency": proof}
