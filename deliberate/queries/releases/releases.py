"""Research releases as the data page and their addresses need them."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, Process, Release
from deliberate.vocabulary import Kind

OF_RELEASES = (
    Kind.RELEASE_BUILT,
    Kind.RELEASE_DOWNLOADED,
    Kind.RELEASE_REMOVED,
    Kind.RELEASE_REQUESTED,
    Kind.REQUEST_GRANTED,
    Kind.REQUEST_REFUSED,
)
"""Acts about releases: they alone are no reason to build another."""


def open_releases() -> list[Release]:
    """The newest release of every process that still stands, newest first."""
    found = db.session.scalars(
        select(Release).where(Release.removed_at.is_(None)).order_by(Release.built_at.desc())
    )
    newest: dict[int, Release] = {}
    for release in found:
        newest.setdefault(release.process_id, release)
    return list(newest.values())


def release_at(slug: str, stamp: str) -> Release | None:
    """The release of a process with this stamp, removed ones too."""
    return db.session.scalar(
        select(Release).join(Process).where(Process.slug == slug, Release.stamp == stamp)
    )


def release_numbered(number: int) -> Release | None:
    """One release."""
    return db.session.get(Release, number)


def newest_release(slug: str) -> Release | None:
    """The newest release of a process that still stands."""
    return db.session.scalar(
        select(Release)
        .join(Process)
        .where(Process.slug == slug, Release.removed_at.is_(None))
        .order_by(Release.built_at.desc())
        .limit(1)
    )


def removed_releases() -> list[Release]:
    """The releases that were taken away."""
    return list(db.session.scalars(select(Release).where(Release.removed_at.is_not(None))))


def has_grown(release: Release) -> bool:
    """Whether people did anything in its process that was sealed after the release was built."""
    found = db.session.scalar(
        select(Interaction.id)
        .where(
            Interaction.process_id == release.process_id,
            Interaction.seq >= release.manifest["log_head"]["size"],
            Interaction.kind.not_in([kind.value for kind in OF_RELEASES]),
        )
        .limit(1)
    )
    return found is not None
