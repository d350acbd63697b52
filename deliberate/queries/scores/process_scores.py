"""The stored scores of processes, as pages show them."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberate.database import canonical_json, db, transient
from deliberate.models import ComparedScore, Process, ScoreRequest, ScoreSnapshot

SOURCE_RELEASE = "release"
"""`Process.source` of an imported release: its rows are files, not rows of this log."""


def opened_process_slugs() -> list[str]:
    """Return the slugs of all opened processes, oldest first."""
    opened = select(Process.slug).where(Process.opened_at.is_not(None))
    return list(db.session.scalars(opened.order_by(Process.id)))


def newest_snapshot(process_id: int) -> ScoreSnapshot | None:
    """Return the newest stored scores of a process, or None."""
    return db.session.scalar(
        select(ScoreSnapshot)
        .where(ScoreSnapshot.process_id == process_id)
        .order_by(ScoreSnapshot.computed_at.desc(), ScoreSnapshot.id.desc())
        .limit(1)
    )


def newest_snapshots() -> list[ScoreSnapshot]:
    """Return the newest stored scores of every process, oldest process first."""
    last = select(func.max(ScoreSnapshot.id)).group_by(ScoreSnapshot.process_id)
    return list(
        db.session.scalars(
            select(ScoreSnapshot)
            .where(ScoreSnapshot.id.in_(last))
            .options(joinedload(ScoreSnapshot.process))
            .order_by(ScoreSnapshot.process_id)
        )
    )


def unscored_processes() -> list[Process]:
    """Return the opened processes without stored scores, oldest first."""
    scored = select(ScoreSnapshot.process_id)
    opened = select(Process).where(Process.opened_at.is_not(None), Process.id.not_in(scored))
    return list(db.session.scalars(opened.order_by(Process.id)))


def scores_requested_at(process_id: int) -> datetime | None:
    """Return when scores were requested that are not computed yet, or None."""
    with transient() as store:
        request = store.get(ScoreRequest, process_id)
        return request.requested_at if request else None


def requested_process_ids() -> Sequence[int]:
    """Return the ids of the processes whose scores are requested, in the order of requests."""
    with transient() as store:
        query = select(ScoreRequest.process_id).order_by(ScoreRequest.requested_at)
        return store.scalars(query).all()


def list_compared_scores(process_id: int) -> list[ComparedScore]:
    """Return the stored comparison scores of a process, without the figures themselves."""
    query = select(ComparedScore).where(ComparedScore.process_id == process_id)
    return list(db.session.scalars(query))


def numbers_digest(document: str) -> str:
    """Return the SHA-256 of the numbers of a score document: formulas, indicators, dimensions.

    What else a document has may change without them, such as the number of releases.
    """
    content = json.loads(document)
    numbers = {name: content[name] for name in ("formulas", "indicators", "dimensions")}
    return hashlib.sha256(canonical_json(numbers).encode()).hexdigest()
