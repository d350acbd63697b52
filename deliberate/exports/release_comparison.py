"""Comparison of the files of published releases with what was logged when they were built."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.exports.release_rows import compare_release_rows
from deliberate.models import Interaction, Release
from deliberate.queries.releases.release_files import (
    MANIFEST,
    InvalidRelease,
    sha256_of,
    verify_manifest,
)
from deliberate.vocabulary.events.releases import ReleaseBuilt


@dataclass(frozen=True)
class ReleaseFault:
    """A release whose files are not those that the log binds."""

    problem: str
    position: int | None = None


def compare_releases(session: Session, folder: Path) -> Iterator[ReleaseFault]:
    """Yield each release whose manifest or files differ from the entry of its build."""
    query = select(Interaction).where(
        Interaction.kind == ReleaseBuilt.KIND, Interaction.subject_type == Release.subject_type
    )
    for entry in session.scalars(query.order_by(Interaction.id)).all():
        release = session.get(Release, entry.subject_id)
        if release is None:
            problem = f"release {entry.subject_id} is in the log, but not in its table"
            yield ReleaseFault(problem, entry.seq)
        elif release.removed_at is None:
            files = folder / release.process.slug / release.stamp
            yield from _compare_files(session, files, entry, release.process_id)


def _compare_files(
    session: Session, folder: Path, entry: Interaction, process_id: int
) -> Iterator[ReleaseFault]:
    if not folder.is_dir():  # another host has the files
        return
    name = f"release {folder.parent.name}/{folder.name}"
    try:
        manifest = verify_manifest(folder)
    except InvalidRelease as error:
        yield ReleaseFault(f"{name}: {error}", entry.seq)
        return
    if sha256_of(folder / MANIFEST) != entry.details["manifest"]:
        yield ReleaseFault(f"{name}: {MANIFEST} differs from its entry", entry.seq)
    try:
        for problem in compare_release_rows(session, folder, process_id, manifest):
            yield ReleaseFault(f"{name}: {problem}", entry.seq)
    except (ValueError, KeyError, TypeError) as error:
        yield ReleaseFault(f"{name}: the rows cannot be read: {error!r}", entry.seq)
