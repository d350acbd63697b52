"""Measure the map of proposals with thousands of places.

    python -m benchmarks.maps [--places N]

The database counts the marks of a picture by cells; the page must stay small and quick however many
places there are.
"""

import argparse
import random
import sys
import time
from tempfile import TemporaryDirectory
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app
from deliberate.commands.demo_city.area_map import sample_shapes
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, unrecorded
from deliberate.models import Process, Proposal
from deliberate.operations.proposals.area_map import import_map, simplify_shapes
from deliberate.queries.proposals.area_map import UNITS, get_area_map
from deliberate.queries.proposals.listing import ProposalFilters
from deliberate.queries.proposals.map_marks import overview_map

MAX_MILLISECONDS, MAX_BYTES = 100, 60_000
RUNS = 7


def fill(places: int) -> None:
    """Import the sample map, and insert proposals with marks all over it."""
    import_map(None, simplify_shapes(sample_shapes()))
    west, south, east, north = (round(degrees * UNITS) for degrees in get_area_map().view.box)
    with unrecorded("test settings") as session:
        session.add(Process(id=1, slug="p", title="P"))
        session.flush()
        rows: list[dict[str, Any]] = [
            {
                "process_id": 1,
                "title": f"Usulan {n}",
                "body": "Teks.",
                "body_html": "",
                "renderer": "x",
                "map_x": random.randint(west, east),
                "map_y": random.randint(south, north),
            }
            for n in range(places)
        ]
        session.execute(insert(Proposal), rows)


def median_count() -> float:
    """Return the milliseconds of the median of some runs."""
    durations = []
    for _run in range(RUNS):
        db.session.rollback()
        started = time.perf_counter()
        overview_map(ProposalFilters())
        durations.append((time.perf_counter() - started) * 1000)
    return sorted(durations)[RUNS // 2]


def main() -> int:
    """Print time and size; return 1 if one of them is over its limit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--places", type=int, default=5000)
    places = parser.parse_args().places
    random.seed(1)
    with TemporaryDirectory() as folder:
        app = create_app(
            Settings(mode="test", data_dir=folder, secret_key="k" * 32, signing_key="1" * 64)
        )
        with app.app_context():
            upgrade()
            create_transient_tables(app)
            fill(places)
            milliseconds = median_count()
            size = len(app.test_client().get("/id/proposals/map").data)
    print(f"{places} places: counted in {milliseconds:.0f} ms (limit {MAX_MILLISECONDS})")
    print(f"page of {size} bytes (limit {MAX_BYTES})")
    return int(milliseconds > MAX_MILLISECONDS or size > MAX_BYTES)


if __name__ == "__main__":
    sys.exit(main())
