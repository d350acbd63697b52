"""Research releases for the data page and their download URLs."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, Position, Process, Release, ScoreSnapshot
from deliberate.queries.scores.process_scores import numbers_digest
from deliberate.vocabulary.events.releases import (
    ReleaseBuilt,
    ReleaseDownloaded,
    ReleaseRemoved,
    ReleaseRequested,
    RequestGranted,
    RequestRefused,
)

RELEASE_KINDS = (
    ReleaseBuilt.KIND,
    ReleaseDownloaded.KIND,
    ReleaseRemoved.KIND,
    ReleaseRequested.KIND,
    RequestGranted.KIND,
    RequestRefused.KIND,
)
"""Acts about releases, which alone are no reason to build another one."""
MAX_COMPARED = 10


def newest_releases() -> list[Release]:
    """Return the newest available release of every process, newest first."""
    releases = db.session.scalars(
        select(Release).where(Release.removed_at.is_(None)).order_by(Release.built_at.desc())
    )
    newest: dict[int, Release] = {}
    for release in releases:
        newest.setdefault(release.process_id, release)
    return list(newest.values())


def get_release_by_stamp(slug: str, stamp: str) -> Release | None:
    """Return the release of a process with this stamp, removed or not, or None."""
    return db.session.scalar(
        select(Release).join(Process).where(Process.slug == slug, Release.stamp == stamp)
    )


def get_release(release_id: int) -> Release | None:
    """Return a release, or None."""
    return db.session.get(Release, release_id)


def release_of_scores(snapshot: ScoreSnapshot) -> Release | None:
    """Return the newest available release that carries exactly these numbers, or None."""
    releases = db.session.scalars(
        select(Release)
        .where(Release.process_id == snapshot.process_id, Release.removed_at.is_(None))
        .order_by(Release.built_at.desc(), Release.id.desc())
        .limit(MAX_COMPARED)
    )
    digest = numbers_digest(snapshot.document)
    carried = (row for row in releases if row.manifest.get("scored", {}).get("numbers") == digest)
    return next(carried, None)


def newest_release(slug: str) -> Release | None:
    """Return the newest available release of a process, or None."""
    return db.session.scalar(
        select(Release)
        .join(Process)
        .where(Process.slug == slug, Release.removed_at.is_(None))
        .order_by(Release.built_at.desc())
        .limit(1)
    )


def removed_releases() -> list[Release]:
    """Return the removed releases."""
    return list(db.session.scalars(select(Release).where(Release.removed_at.is_not(None))))


def has_new_acts(release: Release) -> bool:
    """Return whether acts other than about releases were sealed after the build."""
    query = (
        select(Interaction.id)
        .join(Position, Position.entry == Interaction.id)
        .where(
            Interaction.process_id == release.process_id,
            Position.seq >= release.manifest["log_head"]["size"],
            Interaction.kind.not_in(RELEASE_KINDS),
        )
        .limit(1)
    )
    return db.session.scalar(query) is not None
