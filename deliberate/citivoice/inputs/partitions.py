"""The rows of each process of a log as files, from one pass over the whole log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from deliberate.citivoice.inputs.log import KINDS_OF_EVERY_PROCESS, Log

MEMORY = "1GB"
WRITE = "(FORMAT parquet, COMPRESSION lz4"


@contextmanager
def partitioned(log: Log, process_ids: Collection[str]) -> Iterator[Mapping[str, Log]]:
    """Yield a log for each process with its rows and those read for every process.

    The whole log is read once; the files exist during the block. Scores of a partition equal
    those of the whole log. Raises `UnreadableLog`.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        shared = _write(log, sorted(process_ids), folder)
        yield {
            process_id: Log.from_files(*_files(folder, number), *shared)
            for number, process_id in enumerate(sorted(process_ids))
        }


def _write(log: Log, process_ids: list[str], folder: Path) -> list[Path]:
    """Write the rows of each process, and return the file of the rows read for every process."""
    shared = folder / "shared.parquet"
    with duckdb.connect(":memory:") as con:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute(f"SET temp_directory = '{folder / 'spill'}'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET TimeZone = 'UTC'")
        log.load(con)
        numbers = np.arange(len(process_ids))
        con.register("numbers", {"number": numbers, "id": np.array(process_ids, dtype=object)})
        everywhere = ", ".join(f"'{kind}'" for kind in KINDS_OF_EVERY_PROCESS)
        con.execute(f"COPY (FROM whole_log WHERE kind IN ({everywhere})) TO '{shared}' {WRITE})")
        con.execute(
            "COPY (SELECT whole_log.*, number FROM whole_log JOIN numbers ON process_id = id"  # noqa: S608  # kinds of this module and a folder made here
            f" WHERE kind NOT IN ({everywhere}) OR kind IS NULL)"
            f" TO '{folder / 'processes'}' {WRITE}, PARTITION_BY (number))"
        )
    return [shared]


def _files(folder: Path, number: int) -> list[Path]:
    """Return the files of a process; one without rows has none."""
    return sorted((folder / "processes" / f"number={number}").glob("*.parquet"))
