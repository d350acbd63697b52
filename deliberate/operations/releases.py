"""Publishing research releases: built whole, kept with their date, never rebuilt in place."""

import shutil
from pathlib import Path

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.release import Progress, build_release
from deliberate.models import Person, Process, Release
from deliberate.queries.calendar import local_day
from deliberate.queries.releases import has_grown, newest_release
from deliberate.queries.scores import process_named, process_slugs
from deliberate.recording import recorded
from deliberate.vocabulary import Kind


def publish_release(
    builder: Person | None, process: Process, folder: Path, progress: Progress | None = None
) -> Release:
    """Build the open tier of a process below `folder` and publish it under its date.

    A failed build leaves what was published before as it was. `builder` None is the nightly job.
    """
    stamp = _free_stamp(process, folder)
    out = folder / process.slug / stamp
    manifest = build_release(process, out, progress)
    packed = Path(shutil.make_archive(str(out), "zip", out.parent, out.name))
    with recorded(builder, Kind.RELEASE_BUILT) as act:
        release = Release(
            process_id=process.id,
            stamp=stamp,
            built_at=now(),
            manifest=manifest,
            size=packed.stat().st_size,
        )
        act.session.add(release)
        act.about(release, rows=manifest["files"]["events.csv"]["rows"])
    return release


def publish_all_releases(folder: Path) -> int:
    """Publish a release of every process whose log grew since its last one; gives how many."""
    done = 0
    for slug in process_slugs():
        last = newest_release(slug)
        process = process_named(slug)
        if process is None or (last and not has_grown(last)):
            continue
        publish_release(None, process, folder)
        done += 1
    return done


def _free_stamp(process: Process, folder: Path) -> str:
    """Today's date where the process is; later releases of the day bear a number."""
    day, number = local_day(process, now()).isoformat(), 1
    stamp = day
    while _is_taken(process, stamp) or (folder / process.slug / stamp).exists():
        number += 1
        stamp = f"{day}-{number}"
    return stamp


def _is_taken(process: Process, stamp: str) -> bool:
    found = db.session.scalar(
        select(Release.id).where(Release.process_id == process.id, Release.stamp == stamp)
    )
    return found is not None
