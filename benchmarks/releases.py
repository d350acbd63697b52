"""Measure a release of many rows: rows a second and peak memory, compared with pandas.

    python -m benchmarks.releases [--rows 1000000] [--pandas 200000]

Generate sealed rows as segments, then write them as events.parquet, events.csv and events.jsonl in
a separate process, with their private hashes and new pseudonyms. pandas writes some of the same
rows with to_csv in the same run; its time is proportional to the rows, so rates can be compared.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from flask_migrate import upgrade
from sqlalchemy import insert

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import unrecorded
from deliberate.exports.columns import EVENTS
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.event_log import create_acts_view_over, write_events
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.models import Person, PersonKey

PEOPLE = 50_000
ROWS_A_FILE = 65_536 * 8
_GENERATED_ROWS = """
SELECT i AS seq, md5(i::VARCHAR) AS id,
       TIMESTAMP '2026-01-05 08:00:00' + to_microseconds(i * 2345678) AS occurred_at,
       CASE WHEN i % 10 = 0 THEN 'proposal.submitted' ELSE 'comment.posted' END AS kind,
       sha256('person ' || (hash(i) % 50000)) AS actor_id, 'resident' AS actor_role,
       'person' AS account_class, NULL::BIGINT AS institution_id, 1::BIGINT AS process_id,
       (i // 10)::BIGINT AS proposal_id, 'comment' AS subject_type, i AS subject_id,
       CASE WHEN i % 3 = 0 THEN i - 1 END AS parent_id, (i % 3 - 1)::TINYINT AS stance,
       'web' AS origin, NULL::VARCHAR AS cause, sha256(i::VARCHAR) AS content,
       '{"kind":"argument","source_given":0}' AS details, unhex(md5('s' || i)) AS salt
FROM range($first, $stop) AS made(i)
"""


def make_log(folder: Path, rows: int) -> None:
    """Write a sealed log as segments, and create an installation that contains its people."""
    with duckdb.connect() as con:
        con.execute("SET threads = 2; SET memory_limit = '1GB'")
        for first in range(0, rows, ROWS_A_FILE):
            span = {"first": first, "stop": min(first + ROWS_A_FILE, rows)}
            path = folder / f"{first:012}.parquet"
            con.execute(
                f"COPY ({_GENERATED_ROWS}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)", span
            )
        actors = [
            row[0]
            for row in con.execute(
                f"SELECT sha256('person ' || i) FROM range({PEOPLE}) AS made(i)"
            ).fetchall()
        ]
    app = create_app(settings(folder))
    with app.app_context():
        upgrade()
        with unrecorded("benchmark") as session:
            people = [{"id": n, "display_name": str(n)} for n in range(1, PEOPLE + 1)]
            session.execute(insert(Person), people)
            keys = [
                {"person_id": n, "key": b"0" * 32, "actor_id": actor}
                for n, actor in enumerate(actors, 1)
            ]
            session.execute(insert(PersonKey), keys)


def settings(folder: Path) -> Settings:
    """Return the settings of an installation in a temporary folder."""
    return Settings(mode="test", data_dir=str(folder), secret_key="b" * 40, signing_key="1" * 64)


def export(folder: Path, rows: int) -> None:
    """Write the three files of events and print rates and peak memory."""
    with create_app(settings(folder)).app_context():
        before = memory()
        start, used = time.perf_counter(), time.process_time()
        (folder / "out").mkdir()
        with (
            tempfile.TemporaryDirectory(dir=folder) as temporary,
            DuckDBWorkspace(Path(temporary)) as workspace,
        ):
            create_acts_view_over(workspace, sorted(folder.glob("*.parquet")), 1, rows)
            write_events(workspace, folder / "out", Pseudonyms())
            report("events in three formats, with hashes and pseudonyms", rows, start, used)
            start, used = time.perf_counter(), time.process_time()
            workspace.write(folder / "out" / "again.csv", EVENTS, "events")
            report("events.csv alone", rows, start, used)
    print(f"peak memory: {memory():,.0f} MB (before the first row {before:,.0f} MB)")


def report(label: str, rows: int, start: float, used: float) -> None:
    """Print rows a second of wall-clock time and of processor time (for busy machines)."""
    seconds, busy = time.perf_counter() - start, time.process_time() - used
    print(f"{label}: {rows / seconds:,.0f} rows/s; {rows / busy:,.0f} a processor second")


def memory() -> float:
    """Return the peak memory of this program in MB; processes before it do not count."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure_pandas(folder: Path, rows: int) -> None:
    """Write the same rows with pandas' to_csv, without the time to read them."""
    query = f"SELECT * FROM '{folder / 'out' / 'events.parquet'}' LIMIT {rows}"
    table = duckdb.sql(query).df()
    rows = len(table)
    start, used = time.perf_counter(), time.process_time()
    table.to_csv(folder / "pandas.csv", index=False)
    report(f"pandas to_csv of {rows:,} of these rows", rows, start, used)


def main() -> None:
    """Generate the log, export it in a separate process, then measure pandas."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pandas", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        export(arguments.folder, arguments.rows)
        return
    with tempfile.TemporaryDirectory() as temporary:
        make_log(Path(temporary), arguments.rows)
        command = [sys.executable, "-m", "benchmarks.releases", "--folder", temporary]
        subprocess.run([*command, "--rows", str(arguments.rows)], check=True)
        measure_pandas(Path(temporary), arguments.pandas)


if __name__ == "__main__":
    main()
