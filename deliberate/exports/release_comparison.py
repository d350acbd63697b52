"""Comparison of the files of published releases with what was logged when they were built."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.exports.release_facts import compare_release_facts
from deliberate.exports.release_rows import compare_release_rows
from deliberate.file_storage import file_storage
from deliberate.models import Interaction, Process, Release
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


def compare_releases(session: Session, folder: Path, log_path: Path) -> Iterator[ReleaseFault]:
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
            name = f"{release.process.slug}/{release.stamp}"
            with file_storage().local_folder(files) as local:
                for problem in _compare_files(session, local, entry, log_path, release.process):
                    yield ReleaseFault(f"release {name}: {problem}", entry.seq)


def _compare_files(
    session: Session, folder: Path, entry: Interaction, log_path: Path, process: Process
) -> Iterator[str]:
    if not folder.is_dir():  # another host has the files
        return
    try:
        manifest = verify_manifest(folder)
    except InvalidRelease as error:
        yield str(error)
        return
    if sha256_of(folder / MANIFEST) != entry.details["manifest"]:
        yield f"{MANIFEST} differs from its entry"
    try:
        yield from compare_release_rows(session, folder, process.id, manifest)
        yield from compare_release_facts(session, folder, log_path, process, manifest)
    except (ValueError, KeyError, TypeError) as error:
        yield f"cannot be read: {error!r}"
