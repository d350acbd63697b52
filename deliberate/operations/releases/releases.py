"""Publishing research releases: built whole, kept with their date, never rebuilt in place."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.formats import FORMATS
from deliberate.exports.release import Progress, build_release, named
from deliberate.models import Person, Process, Release
from deliberate.permissions.decision import require
from deliberate.permissions.releases import may_remove_release
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.releases.releases import has_grown, newest_release, removed_releases
from deliberate.queries.scores.process_scores import RELEASE, process_named, process_slugs
from deliberate.recording import recorded
from deliberate.vocabulary import Kind


def publish_release(
    builder: Person | None,
    process: Process,
    folder: Path,
    progress: Progress | None = None,
    formats: Sequence[str] = (),
) -> Release:
    """Build the open tier of a process below `folder` and publish it under its date.

    A failed build leaves what was published before as it was; one that was killed leaves nothing
    behind that anybody could fetch, and the next one clears it away. `builder` None is the nightly
    job.
    """
    place = folder / process.slug
    with alone_in(place):
        _clear_away(process, place)
        stamp = _free_stamp(process, folder)
        manifest = build_release(process, place / stamp, progress, formats)
        try:
            size = pack(place / stamp)
            with recorded(builder, Kind.RELEASE_BUILT) as act:
                release = Release(
                    process_id=process.id,
                    stamp=stamp,
                    built_at=now(),
                    manifest=manifest,
                    size=size,
                )
                act.session.add(release)
                act.about(release, rows=manifest["files"]["events.csv"]["rows"])
        except BaseException as error:
            _clear_away(process, place)
            raise named(error, place / stamp) from error
    return release


@contextmanager
def alone_in(place: Path) -> Iterator[None]:
    """One builder at a time in a folder; others wait."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_away(process: Process, place: Path) -> None:
    """Take away what builds left that never came to be published."""
    db.session.rollback()
    kept = set(db.session.scalars(select(Release.stamp).where(Release.process_id == process.id)))
    for left in place.iterdir():
        if left.name == ".lock" or left.name.removesuffix(".zip") in kept:
            continue
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def pack(built: Path) -> int:
    """Pack a release beside it, whole or not at all; gives the bytes."""
    packing = built.with_name(f".{built.name}.packing")
    packed = Path(shutil.make_archive(str(packing), "zip", built.parent, built.name))
    size = packed.stat().st_size
    packed.replace(built.with_name(f"{built.name}.zip"))
    return size


def remove_release(admin: Person, release: Release, reason: str) -> None:
    """Take a release away on an order or for an erasure; its address says why from then on."""
    with recorded(admin, Kind.RELEASE_REMOVED) as act:
        require(may_remove_release(admin))
        if act.locked(release).removed_at is None:
            release.removed_at, release.removed_reason = now(), reason
        act.about(release)


def delete_removed(folder: Path) -> None:
    """Delete the files of releases that were taken away."""
    for release in removed_releases():
        built = folder / release.process.slug / release.stamp
        shutil.rmtree(built, ignore_errors=True)
        built.with_name(f"{built.name}.zip").unlink(missing_ok=True)


def publish_all_releases(folder: Path) -> int:
    """Publish a release of every process whose log grew since its last one; gives how many."""
    done = 0
    for slug in process_slugs():
        last = newest_release(slug)
        process = process_named(slug)
        if process is None or process.source == RELEASE or (last and not has_grown(last)):
            continue
        publish_release(None, process, folder, formats=tuple(FORMATS))
        done += 1
    return done


def _free_stamp(process: Process, folder: Path) -> str:
    """Today's date where the process is; later releases of the day bear a number."""
    place = folder / process.slug
    day, number = local_day(process, now()).isoformat(), 1
    stamp = day
    while _is_taken(process, stamp) or (place / stamp).exists():
        number += 1
        stamp = f"{day}-{number}"
    return stamp


def _is_taken(process: Process, stamp: str) -> bool:
    found = db.session.scalar(
        select(Release.id).where(Release.process_id == process.id, Release.stamp == stamp)
    )
    return found is not None
