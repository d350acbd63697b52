"""Import of a research release of another installation, scored here as there.

The rows of a release are sealed in the log of their origin and are not written to ours: the files
are stored unchanged, and every score of the process is computed from them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from deliberate import citivoice
from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db
from deliberate.file_storage import file_storage
from deliberate.imports.batch import recorded_batch
from deliberate.imports.files.packed import unpacked
from deliberate.imports.source import UnreadableSource, check_slug
from deliberate.models import Process
from deliberate.queries.releases.release_files import (
    MANIFEST,
    InvalidRelease,
    score_release_folder,
    verify_manifest,
)
from deliberate.queries.scores.process_scores import SOURCE_RELEASE
from deliberate.text import clean_line
from deliberate.vocabulary.events.processes import ProcessImported


@contextmanager
def unpacked_release(path: Path) -> Iterator[Path]:
    """Yield the folder of a release, packed or not."""
    if not path.exists():
        raise UnreadableSource(f"{path}: No such file or directory")
    with unpacked(path, force=True) as folder:
        manifest = next(folder.rglob(MANIFEST), None) if folder != path else None
        yield manifest.parent if manifest else folder


def import_release(path: Path, slug: str, settings: Settings) -> Process:
    """Import a release as a process of its own; importing it again changes nothing.

    Raises UnreadableSource, and writes nothing, if it is incomplete, was changed, or the slug is
    taken.
    """
    check_slug(slug)
    with unpacked_release(path) as folder:
        try:
            manifest = verify_manifest(folder)
            scores = score_release_folder(folder)
        except (InvalidRelease, citivoice.UnreadableLog, KeyError) as error:
            reason = str(error).replace(f"{folder}/", "")
            raise UnreadableSource(f"{path}: {reason}") from error
        existing = db.session.scalar(select(Process).where(Process.slug == slug))
        target = settings.imported_path / slug
        if existing is not None:
            if existing.source == SOURCE_RELEASE and _is_same(folder, target):
                return existing
            raise UnreadableSource(f"--process: {slug} exists and is not this release")
        _store_files(folder, manifest["files"], target)
    return _create_process(slug, manifest, scores)


def _is_same(folder: Path, target: Path) -> bool:
    stored, own = file_storage().open(target / MANIFEST), (folder / MANIFEST).read_bytes()
    return stored is not None and stored.start(stored.size) == own


def _store_files(folder: Path, names: dict[str, object], target: Path) -> None:
    """Copy the named files beside their destination, then move the folder into place."""
    copying = target.with_name(f".{target.name}.copying")
    for old in (copying, target):
        shutil.rmtree(old, ignore_errors=True)
    for name in (*names, MANIFEST):
        (copying / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, copying / name)
    copying.rename(target)
    for name in (*names, MANIFEST):
        file_storage().save(target / name, target / name)


def _create_process(slug: str, manifest: dict[str, object], scores: citivoice.Scores) -> Process:
    """Create the process, closed and with nothing open for participation."""
    start = scores.facts.one("window_facts", "start")
    first = datetime.fromisoformat(start) if start else now()
    zone = scores.facts.one("window_facts", "timezone") or "UTC"
    moment = first if first.tzinfo else first.replace(tzinfo=UTC)
    with recorded_batch("import of a release") as batch:
        process = Process(
            slug=slug,
            title=clean_line(str(manifest.get("title") or slug))[:160],
            timezone=zone,
            opened_at=moment,
            source=SOURCE_RELEASE,
        )
        batch.session.add(process)
        batch.session.flush()
        carries = (scores.facts.one("window_facts", "carries") or "").split()
        event = ProcessImported(source=SOURCE_RELEASE, carries=[c for c in carries if c != "-"])
        batch.add(event, None, process, moment)
    return process
