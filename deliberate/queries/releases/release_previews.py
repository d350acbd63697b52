"""What the data page shows of the files of a release: the first rows, and people by week."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from deliberate.models import Release

PREVIEW_ROWS = 4


@dataclass(frozen=True)
class ReleasePreview:
    """The columns and first rows of the public acts, and (Monday, new, returning) of each week."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    weeks: Sequence[tuple[date, int, int]]


def read_preview(release: Release, folder: Path) -> ReleasePreview:
    """Return the preview of a release; missing files give empty parts."""
    files = folder / release.process.slug / release.stamp
    columns, *rows = _first_lines(files / "events.csv") or [[]]
    return ReleasePreview(columns, rows, _weeks(files / "facts" / "week_facts.csv"))


def _first_lines(path: Path) -> list[list[str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(islice(csv.reader(file), 1 + PREVIEW_ROWS))


def _weeks(path: Path) -> list[tuple[date, int, int]]:
    """Return the weeks of all who took part, from a file with one row a week and scope."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(
            (
                date.fromisoformat(row["week"]),
                int(row["newcomers"]),
                int(row["residents"]) - int(row["newcomers"]),
            )
            for row in csv.DictReader(file)
            if row["scope"] == "counted"
        )
