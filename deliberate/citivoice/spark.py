"""Spark as the engine of the REDUCE stage: the same SQL, carried over by sqlglot.

It takes the session there is (spark-submit's, say) or begins one on this machine. Files are read
by Spark where they lie; what Python worked out is handed over as Parquet in the spill folder,
which every worker must see.
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

from deliberate.citivoice.engine import SMALL, Engine, MissingEngine
from deliberate.citivoice.log import COLUMNS, Log, UnreadableLog, casts

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # Working out what must hold of rows fails on a union of tables whose plan was cut.
    "spark.sql.constraintPropagation.enabled": "false",
}
# So many parts a table is put together from before it is worked out again as one.
LONGEST = 20
# Where a session is begun here: a log on one machine has no use for 200 parts and a web page.
LOCAL = {
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
CSV = {"header": True, "quote": '"', "escape": '"', "multiLine": True}


class Spark(Engine):
    """Temporary views of a Spark session; each table is worked out once and its plan cut."""

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
        """Make the relation `whole_log` of a log."""
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
        """Make a table from a statement."""
        self._name(name, self._run(select).localCheckpoint(eager=True))
        self._parts[name] = 1

    def length(self, name: str) -> int:
        """How many rows a table has."""
        return int(self._session.table(name).count())

    def expect(self, rows: int) -> None:
        """On a small log to write code for each statement takes longer than the work."""
        small = rows < SMALL
        self._session.conf.set("spark.sql.codegen.wholeStage", not small)
        self._session.conf.set(
            "spark.sql.codegen.factoryMode", "NO_CODEGEN" if small else "FALLBACK"
        )
        self._session.conf.set("spark.sql.adaptive.enabled", not small)
        if small:
            self._session.conf.set("spark.sql.shuffle.partitions", 1)

    def view(self, name: str, select: str) -> None:
        """Make a view from a statement."""
        self._name(name, self._run(select))

    def given(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make a table from columns that Python worked out."""
        with duckdb.connect(":memory:") as con:
            con.register("given", dict(columns))
            self._name(name, self._handed(con, name, "SELECT * FROM given"))

    def append(self, whole: str, part: str) -> None:
        """Add the rows of one table to another."""
        both = self._session.table(whole).unionByName(self._session.table(part))
        self._parts[whole] += 1
        if self._parts[whole] % LONGEST == 0:
            both = both.localCheckpoint(eager=True)
        self._name(whole, both)

    def drop(self, *names: str) -> None:
        """Let go of tables; Spark frees them when nothing refers to them."""
        for name in names:
            self._session.catalog.dropTempView(name)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return [tuple(row) for row in self._zoneless(self._run(query)).collect()]

    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """The columns of a query."""
        found = self._run(query if " " in query.strip() else f"FROM {query}")
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
        cast = self._run(f"SELECT {casts(found)} FROM read")  # noqa: S608 (our own names)
        # Text is parsed once; Parquet is cheap to scan again.
        return cast.localCheckpoint(eager=True) if ".csv" in path else cast

    def _batches(self, log: Log) -> Any:
        with duckdb.connect(":memory:") as con:
            Log(batches=log.batches).load(con)
            shape = ", ".join(COLUMNS)
            return self._handed(con, "batches", f"SELECT {shape} FROM whole_log")  # noqa: S608

    def _handed(self, con: duckdb.DuckDBPyConnection, name: str, select: str) -> Any:
        # A name of its own for each: Spark reads when it must, not when it is told to.
        path = self._path(name)
        con.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
        return self._session.read.parquet(path)

    def _path(self, name: str) -> str:
        self._written += 1
        return str(self._spill / f"{self._written}_{name}.parquet")

    @staticmethod
    def _zoneless(frame: Any) -> Any:
        """Times as UTC without a zone: Spark would move them to this machine's."""
        columns = [
            frame[name].cast("timestamp_ntz").alias(name) if kind == "timestamp" else frame[name]
            for name, kind in frame.dtypes
        ]
        return frame.select(columns)


def _session() -> Any:
    try:
        import sqlglot  # noqa: F401
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingEngine(
            f"the engine spark needs {error.name}: pip install 'deliberate[spark]'"
        ) from error
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
