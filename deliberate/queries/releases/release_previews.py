"""What the data page shows of the files of a release: the first rows, and people by week."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from deliberate.file_storage import StorageUnavailable, file_storage
from deliberate.models import Release

PREVIEW_ROWS = 4
PREVIEW_BYTES = 64 * 1024
"""More than the first rows take; the rest of a file is not read."""
MAX_WEEKS_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class ReleasePreview:
    """The columns and first rows of the public acts, and (Monday, new, returning) of each week."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    weeks: Sequence[tuple[date, int, int]]


def read_preview(release: Release, folder: Path) -> ReleasePreview:
    """Return the preview of a release; files that cannot be read give empty parts."""
    files = folder / release.process.slug / release.stamp
    events = csv.reader(_open_start(files / "events.csv", PREVIEW_BYTES))
    columns, *rows = list(islice(events, 1 + PREVIEW_ROWS)) or [[]]
    weeks = _open_start(files / "facts" / "week_facts.csv", MAX_WEEKS_BYTES)
    return ReleasePreview(columns, rows, _weeks(weeks))


def _open_start(path: Path, limit: int) -> io.StringIO:
    """Return the beginning of a text file, nothing if it cannot be read."""
    try:
        stored = file_storage().open(path)
        start = stored.start(limit) if stored else b""
    except StorageUnavailable:
        start = b""
    return io.StringIO(start.decode("utf-8", "ignore"), newline="")


def _weeks(file: io.StringIO) -> list[tuple[date, int, int]]:
    """Return the weeks of all who took part, from a file with one row a week and scope."""
    return sorted(
        (
            date.fromisoformat(row["week"]),
            int(row["newcomers"]),
            int(row["residents"]) - int(row["newcomers"]),
        )
        for row in csv.DictReader(file)
        if row["scope"] == "counted"
    )
