"""Spark as engine of the REDUCE stage: the same SQL, translated by sqlglot.

Uses the active session (for example of spark-submit) or starts a local one. Spark reads files in
place; columns computed in Python are passed as Parquet in the spill folder, which every worker must
be able to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.inputs.log import COLUMNS, Log, UnreadableLog, column_casts
from deliberate.citivoice.reduction.engine import SMALL_LOG_ROWS, Engine, MissingEngine

NEEDS_SPARK = (
    "the engine spark needs the extra spark: "
    "pip install --require-hashes -r requirements-spark.lock"
)
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # Constraint propagation fails on a union of tables with truncated plans.
    "spark.sql.constraintPropagation.enabled": "false",
}
# A table is materialised again after this many appended parts.
LONGEST = 20
# For a local session: one machine needs neither 200 partitions nor the web UI.
LOCAL = {
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
CSV = {"header": True, "quote": '"', "escape": '"', "multiLine": True}


class Spark(Engine):
    """Temporary views of a Spark session; each table is materialised and its plan truncated."""

    def __init__(self, spill: str) -> None:
        self._spill = Path(spill)
        self._made: set[str] = set()
        self._parts: dict[str, int] = {}
        self._written = 0
        self._session = _session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in self._made:
            self._session.catalog.dropTempView(name)

    def load(self, log: Log) -> None:
        """Create the relation `whole_log` from a log."""
        from pyspark.errors import PySparkException

        try:
            parts = [self._scan(path) for path in log.files]
        except PySparkException as error:
            raise UnreadableLog(str(error).splitlines()[0]) from error
        if log.batches or not parts:
            parts.append(self._batches(log))
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.unionByName(part)
        self._name("whole_log", whole)

    def table(self, name: str, select: str) -> None:
        """Create a table from a statement."""
        self._name(name, self._run(select).localCheckpoint(eager=True))
        self._parts[name] = 1

    def count_rows(self, name: str) -> int:
        """Return the number of rows of a table."""
        return int(self._session.table(name).count())

    def expect(self, rows: int) -> None:
        """Disable code generation for a small log: generating code takes longer than the work."""
        small = rows < SMALL_LOG_ROWS
        self._session.conf.set("spark.sql.codegen.wholeStage", not small)
        self._session.conf.set(
            "spark.sql.codegen.factoryMode", "NO_CODEGEN" if small else "FALLBACK"
        )
        self._session.conf.set("spark.sql.adaptive.enabled", not small)
        if small:
            self._session.conf.set("spark.sql.shuffle.partitions", 1)

    def view(self, name: str, select: str) -> None:
        """Create a view from a statement."""
        self._name(name, self._run(select))

    def table_from_columns(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Create a table from columns computed in Python."""
        with duckdb.connect(":memory:") as con:
            con.register("given", dict(columns))
            self._name(name, self._handed(con, name, "SELECT * FROM given"))

    def append(self, whole: str, part: str) -> None:
        """Append the rows of one table to another."""
        both = self._session.table(whole).unionByName(self._session.table(part))
        self._parts[whole] += 1
        if self._parts[whole] % LONGEST == 0:
            both = both.localCheckpoint(eager=True)
        self._name(whole, both)

    def drop(self, name: str, is_view: bool = False) -> None:
        """Drop a table or view; Spark frees them when nothing refers to them."""
        self._session.catalog.dropTempView(name)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in self._zoneless(self._run(query)).collect()]

    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """Return the columns of a query."""
        found = self._run(query)
        values = [tuple(row) for row in found.collect()]
        return {
            name: np.array([row[place] for row in values], dtype=object)
            for place, name in enumerate(found.columns)
        }

    def _run(self, query: str) -> Any:
        return self._session.sql(_for_spark(query))

    def _name(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)
        self._made.add(name)

    def _scan(self, path: str) -> Any:
        reader = self._session.read
        frame = reader.csv(path, **CSV) if ".csv" in path else reader.parquet(path)
        found = {
            name: "VARCHAR" if kind == "string" else kind.upper() for name, kind in frame.dtypes
        }
        frame.createOrReplaceTempView("read")
        self._made.add("read")
        cast = self._run(f"SELECT {column_casts(found)} FROM read")  # noqa: S608 (our own names)
        # CSV is parsed once; Parquet is cheap to scan again.
        return cast.localCheckpoint(eager=True) if ".csv" in path else cast

    def _batches(self, log: Log) -> Any:
        with duckdb.connect(":memory:") as con:
            Log(batches=log.batches).load(con)
            shape = ", ".join(COLUMNS)
            return self._handed(con, "batches", f"SELECT {shape} FROM whole_log")  # noqa: S608  # own names

    def _handed(self, con: duckdb.DuckDBPyConnection, name: str, select: str) -> Any:
        # A unique path for each: Spark reads lazily.
        path = self._path(name)
        con.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
        return self._session.read.parquet(path)

    def _path(self, name: str) -> str:
        self._written += 1
        return str(self._spill / f"{self._written}_{name}.parquet")

    @staticmethod
    def _zoneless(frame: Any) -> Any:
        """Return timestamps as UTC without zone: Spark would convert them to the local zone."""
        columns = [
            frame[name].cast("timestamp_ntz").alias(name) if kind == "timestamp" else frame[name]
            for name, kind in frame.dtypes
        ]
        return frame.select(columns)


def _session() -> Any:
    try:
        import sqlglot  # noqa: F401  # is it installed?
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingEngine(NEEDS_SPARK) from error
    try:
        session = SparkSession.getActiveSession()
        if session is None:
            builder = SparkSession.builder.appName("citivoice")
            for name, value in LOCAL.items():
                builder = builder.config(name, value)
            session = builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise MissingEngine(f"the engine spark needs Java 17 or newer: {error}") from error
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    return session


@cache
def _for_spark(query: str) -> str:
    import sqlglot

    (carried,) = sqlglot.transpile(
        query, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    return carried
