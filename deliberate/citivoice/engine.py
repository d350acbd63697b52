"""What runs the SQL of the REDUCE stage, in the order given to it: DuckDB here, or Spark."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from deliberate.citivoice.log import Log

SQL = files(__package__) / "sql"
SMALL = 50_000


class MissingEngine(RuntimeError):
    """The engine asked for is not installed; the message says what to install."""


class Engine(ABC):
    """Passing tables and views, made one after the other from the SQL files."""

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
        """Make the relation `whole_log` of a log; raises `UnreadableLog`."""

    @abstractmethod
    def table(self, name: str, select: str) -> None:
        """Make a table from a statement, which may read the table it replaces."""

    @abstractmethod
    def length(self, name: str) -> int:
        """How many rows a table has."""

    @abstractmethod
    def view(self, name: str, select: str) -> None:
        """Make a view from a statement: looked up anew at each use."""

    @abstractmethod
    def given(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make a table from columns that Python worked out."""

    @abstractmethod
    def append(self, whole: str, part: str) -> None:
        """Add the rows of one table to another of the same columns."""

    @abstractmethod
    def drop(self, *names: str) -> None:
        """Let go of tables that nothing reads any more."""

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""

    @abstractmethod
    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """The columns of a query; missing values are None in text, None or NaN in numbers."""

    def expect(self, rows: int) -> None:  # noqa: B027 (most need not know)
        """Prepare for a log of so many rows."""

    def select(self, name: str) -> str:
        """The statement of one SQL file."""
        return (SQL / f"{name}.sql").read_text(encoding="utf-8")

    def make(self, *names: str) -> None:
        """Make tables from the SQL files of the same names."""
        for name in names:
            self.table(name, self.select(name))

    def make_view(self, name: str) -> None:
        """Make a view from the SQL file of the same name."""
        self.view(name, self.select(name))

    def descend(self, whole: str, start: str, step: str) -> int:
        """Gather in `whole` the rows of `start` and of each `step` from the last ones, to the end.

        The step reads the rows before it as `frontier`; the end is when no row comes back. Says
        how many rows there are in the end.
        """
        first = self.select(start) if start == whole else f"FROM {start}"
        self.table("frontier", first)
        self.table(whole, "FROM frontier")
        length = more = self.length("frontier")
        while more:
            self.table("frontier", self.select(step))
            more = self.length("frontier")
            if more:
                self.append(whole, "frontier")
            length += more
        return length


class DuckDB(Engine):
    """A passing database in memory, which spills to a folder when memory runs short."""

    def __init__(self, spill: str, memory: str = "2GB") -> None:
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
        """Make the relation `whole_log` of a log."""
        log.load(self.con)

    def expect(self, rows: int) -> None:
        """Work alone on a small log: waking others takes longer than the work."""
        if rows < SMALL:
            self.con.execute("SET threads = 1")

    def table(self, name: str, select: str) -> None:
        """Make a table from a statement."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")

    def length(self, name: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {name}")[0][0])  # noqa: S608 (our own names)

    def view(self, name: str, select: str) -> None:
        """Make a view from a statement."""
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def given(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make a table from columns that Python worked out."""
        self.con.register("given", dict(columns))
        self.table(name, "SELECT * FROM given")
        self.con.unregister("given")

    def append(self, whole: str, part: str) -> None:
        """Add the rows of one table to another."""
        self.con.execute(f"INSERT INTO {whole} FROM {part}")

    def drop(self, *names: str) -> None:
        """Let go of tables."""
        for name in names:
            self.con.execute(f"DROP TABLE {name}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.con.execute(query).fetchall()

    def columns(self, query: str) -> dict[str, NDArray[Any]]:
        """The columns of a query."""
        query = query if " " in query.strip() else f"FROM {query}"
        found = self.con.execute(query).fetchnumpy()
        return {name: _plain(values) for name, values in found.items()}


def _plain(values: Any) -> NDArray[Any]:
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
