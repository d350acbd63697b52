"""Publishing and removing research releases."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import local_today
from deliberate.file_storage import StorageUnavailable, file_storage
from deliberate.file_storage.folders import list_files
from deliberate.models import Person, Process, Release
from deliberate.operations.scores.stored_scores import store_computed_scores
from deliberate.operations.site.job_runs import run_each
from deliberate.permissions.decision import require
from deliberate.permissions.releases import may_remove_release
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.release_files import MANIFEST, sha256_of
from deliberate.queries.releases.releases import has_new_acts, newest_release, removed_releases
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.scores.process_scores import SOURCE_RELEASE, opened_process_slugs
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary.events.releases import ReleaseBuilt, ReleaseRemoved

if TYPE_CHECKING:
    from deliberate.exports.release_builder import Progress

UNFINISHED_PERIOD = timedelta(days=1)
"""Time in which the build of a release ends, on whichever host it runs."""


def publish_release(
    builder: Person | None,
    process: Process,
    folder: Path,
    progress: Progress | None = None,
    formats: Sequence[str] = (),
    *,
    context: RequestContext = NO_REQUEST,
) -> Release:
    """Build the open tier of a process below `folder` and publish it under its date.

    Its scores are stored, so that the scoreboard shows the numbers of the release.

    A failed build leaves published releases unchanged. The next build removes the files of a killed
    one, which were never reachable. `builder` is None for the nightly job.
    """
    from deliberate.exports.release_builder import build_release, translate_build_error

    process_folder = folder / process.slug
    with exclusive_build(process_folder):
        _remove_unpublished_builds(process, process_folder, before=now() - UNFINISHED_PERIOD)
        stamp = _next_free_stamp(process, folder)
        scores = compute_scores(process, pictures=True)
        manifest = build_release(process, process_folder / stamp, progress, formats, scores=scores)
        try:
            size = pack_release(process_folder / stamp)
            digest = sha256_of(process_folder / stamp / MANIFEST)
            _save_files(process_folder, stamp)
            with recorded(builder, ReleaseBuilt, context) as act:
                release = Release(
                    process_id=process.id,
                    stamp=stamp,
                    built_at=now(),
                    manifest=manifest,
                    size=size,
                    entry=act.id,
                )
                act.session.add(release)
                act.about(
                    release,
                    rows=manifest["files"]["events.csv"]["rows"],
                    manifest=digest,
                )
        except BaseException as error:
            with suppress(StorageUnavailable):
                _remove_unpublished_builds(process, process_folder)
            raise translate_build_error(error, process_folder / stamp) from error
    store_computed_scores(process, scores)
    return release


@contextmanager
def exclusive_build(folder: Path) -> Iterator[None]:
    """Hold the build lock of a folder; other builders wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _save_files(folder: Path, stamp: str) -> None:
    """Save the files of a built release and its archive; a bucket takes them from this host."""
    storage = file_storage()
    for path in (folder / f"{stamp}.zip", *list_files(folder / stamp)):
        storage.save(path, path)
    if not any(list_files(folder / stamp)):
        shutil.rmtree(folder / stamp)


def _remove_unpublished_builds(
    process: Process, folder: Path, before: datetime | None = None
) -> None:
    """Delete files of builds that were never published, in a bucket those stored `before`.

    What is stored later there may be of a build that runs on another host.
    """
    db.session.rollback()
    published = set(
        db.session.scalars(select(Release.stamp).where(Release.process_id == process.id))
    )
    for name in file_storage().names(folder, before):
        if name.split("/")[0].removesuffix(".zip") not in published:
            file_storage().delete(folder / name)
    for path in folder.iterdir():
        if path.name == ".lock" or path.name.removesuffix(".zip") in published:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def pack_release(built: Path) -> int:
    """Write the ZIP archive of a release beside it atomically and return its size in bytes."""
    temporary = built.with_name(f".{built.name}.packing")
    archive = Path(shutil.make_archive(str(temporary), "zip", built.parent, built.name))
    size = archive.stat().st_size
    archive.replace(built.with_name(f"{built.name}.zip"))
    return size


def remove_release(
    admin: Person, release: Release, reason: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a release on a legal order or for an erasure; its URL then shows the reason."""
    with recorded(admin, ReleaseRemoved, context) as act:
        require(may_remove_release(admin))
        if act.lock(release).removed_at is None:
            release.removed_at, release.removed_reason = now(), reason
        act.about(release)


def delete_removed_files(folder: Path) -> None:
    """Delete the files of removed releases."""
    for release in removed_releases():
        built = folder / release.process.slug / release.stamp
        file_storage().delete_folder(built)
        file_storage().delete(built.with_name(f"{built.name}.zip"))


def publish_all_releases(folder: Path) -> int:
    """Publish a release of every process with new acts since its last one; return their number."""
    from deliberate.exports.formats import FORMATS

    def publish(process: Process) -> None:
        publish_release(None, process, folder, formats=tuple(FORMATS))

    return run_each("publish_all_releases", _processes_to_release(), publish)


def _processes_to_release() -> Iterator[Process]:
    for slug in opened_process_slugs():
        last = newest_release(slug)
        process = get_process(slug)
        if process is None or process.source == SOURCE_RELEASE or (last and not has_new_acts(last)):
            continue
        yield process


def _next_free_stamp(process: Process, folder: Path) -> str:
    """Return the local date of the process, with a number from the second release of a day on."""
    process_folder = folder / process.slug
    day, number = local_today(process).isoformat(), 1
    stamp = day
    while _is_stamp_taken(process, stamp) or file_storage().names(process_folder / stamp):
        number += 1
        stamp = f"{day}-{number}"
    return stamp


def _is_stamp_taken(process: Process, stamp: str) -> bool:
    query = select(Release.id).where(Release.process_id == process.id, Release.stamp == stamp)
    return db.session.scalar(query) is not None
