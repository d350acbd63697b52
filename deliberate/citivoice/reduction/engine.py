"""Engines that hold the tables of the REDUCE stage: DuckDB, or Spark."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.inputs.log import Log
from deliberate.citivoice.reduction.declarations import FRONTIER, tables_named

SMALL_LOG_ROWS = 50_000
KEPT_STATEMENTS = 1_000


class MissingEngine(RuntimeError):
    """Raised where the requested engine is not installed; the message names what to install."""


class Engine(ABC):
    """Temporary tables and views, created one after the other from SQL statements."""

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @abstractmethod
    def load(self, log: Log) -> None:
        """Create the relation `whole_log` from a log; raises `UnreadableLog`."""

    @abstractmethod
    def table(self, name: str, select: str) -> None:
        """Create a table from a statement, which may read the table it replaces."""

    @abstractmethod
    def count_rows(self, name: str) -> int:
        """Return the number of rows of a table."""

    @abstractmethod
    def view(self, name: str, select: str) -> None:
        """Create a view from a statement, evaluated at each use."""

    @abstractmethod
    def table_from_columns(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Create a table from columns computed in Python."""

    @abstractmethod
    def append(self, whole: str, part: str) -> None:
        """Append the rows of one table to another with the same columns."""

    @abstractmethod
    def drop(self, name: str, is_view: bool = False) -> None:
        """Drop a table or view that no later step reads."""

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    @abstractmethod
    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """Return the columns of a query; missing values are None, in numbers also NaN."""

    def expect(self, rows: int) -> None:  # noqa: B027 (most need not know)
        """Prepare for this number of rows in the view `log`."""

    def table_by_levels(self, whole: str, start: str, step: str) -> None:
        """Collect in `whole` the rows of a statement and, level by level, those of a step.

        The step reads the rows of the level before as `frontier`; it is repeated until it returns
        no row.
        """
        self.table(FRONTIER, start)
        self.table(whole, f"FROM {FRONTIER}")
        more = self.count_rows(FRONTIER)
        while more:
            self.table(FRONTIER, step)
            more = self.count_rows(FRONTIER)
            if more:
                self.append(whole, FRONTIER)
        self.drop(FRONTIER)


class DuckDB(Engine):
    """A temporary in-memory database that spills to a folder when memory runs short."""

    _parsed: ClassVar[dict[str, duckdb.Statement]] = {}
    """Statements by their text: those of the steps are the same for every process."""

    def __init__(self, spill: str, memory: str = "2GB") -> None:
        self._is_small = False
        self.con = duckdb.connect(":memory:")
        self.con.execute(f"SET temp_directory = '{spill}'")
        self.con.execute(f"SET memory_limit = '{memory}'")
        self.con.execute("SET preserve_insertion_order = false")
        self.con.execute("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.con.close()

    def load(self, log: Log) -> None:
        """Create the relation `whole_log` from a log."""
        log.load(self.con)

    def expect(self, rows: int) -> None:
        """Hold the rows of a small log, for which threads and planning take longer than the work.

        Its joins are made in the order of the statements.
        """
        self._is_small = rows < SMALL_LOG_ROWS
        if self._is_small:
            self.con.execute("SET threads = 1")
            self.con.execute("SET disabled_optimizers = 'join_order'")
            self.table("log_rows", "FROM log")
            self.view("log", "FROM log_rows")

    def table(self, name: str, select: str) -> None:
        """Create a table from a statement."""
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")

    def table_by_levels(self, whole: str, start: str, step: str) -> None:
        """Collect the levels: those of a small log in one recursive statement, where it can be."""
        if not self._is_small or whole in tables_named(step):
            super().table_by_levels(whole, start, step)
            return
        levels = f"WITH RECURSIVE {FRONTIER} AS ({start} UNION ALL ({step}))"
        self.table(whole, f"{levels} FROM {FRONTIER}")

    def count_rows(self, name: str) -> int:
        """Return the number of rows of a table."""
        return int(self.rows(f"SELECT count(*) FROM {name}")[0][0])  # noqa: S608 (our own names)

    def view(self, name: str, select: str) -> None:
        """Create a view from a statement."""
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def table_from_columns(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Create a table from columns computed in Python."""
        self.con.register("given", dict(columns))
        self.table(name, "SELECT * FROM given")
        self.con.unregister("given")

    def append(self, whole: str, part: str) -> None:
        """Append the rows of one table to another."""
        self._run(f"INSERT INTO {whole} FROM {part}")

    def drop(self, name: str, is_view: bool = False) -> None:
        """Drop a table or view; those of a small log stay until the database is closed."""
        if not self._is_small:
            self._run(f"DROP {'VIEW' if is_view else 'TABLE'} {name}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._run(query).fetchall()

    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """Return the columns of a query."""
        found = self._run(query).fetchnumpy()
        return {name: _without_mask(values) for name, values in found.items()}

    def _run(self, query: str) -> duckdb.DuckDBPyConnection:
        """Run one statement, parsed once for all databases of this program."""
        statement = self._parsed.get(query)
        if statement is None:
            (statement,) = self.con.extract_statements(query)
            if len(self._parsed) < KEPT_STATEMENTS:
                self._parsed[query] = statement
        return self.con.execute(statement)


def _without_mask(values: Any) -> NDArray[Any]:
    if not isinstance(values, np.ma.MaskedArray):
        return np.asarray(values)
    if values.dtype.kind == "O":
        hidden = np.asarray(values.data).copy()
        hidden[np.ma.getmaskarray(values)] = None
        return hidden
    if values.mask is np.False_ or not values.mask.any():
        return np.asarray(values.data)
    numbers = np.asarray(values.data).astype(np.float64)
    numbers[np.ma.getmaskarray(values)] = np.nan
    return numbers
