"""Copy both stores of an installation into an empty database, and compare every row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from deliberate.commands.databases.constraints import (
    continue_ids,
    last_given_ids,
    without_triggers_and_keys,
)
from deliberate.config import Settings
from deliberate.database import TransientBase, db, transient, unrecorded
from deliberate.database.engines import create_transient_engine, engine_options, make_read_only

ROWS_PER_BATCH = 400
"""Rows of one statement: the oldest SQLite in use allows 32,766 values."""
OWN_TABLES = frozenset({"data_version"})
"""Tables that each database writes with every transaction: copied, never compared."""
Progress = Callable[[int], object]
Values = tuple[Any, ...]  # values of the columns, of many types


class CopyError(Exception):
    """A database cannot be copied; the message says why, and nothing was written."""


@dataclass
class CopyResult:
    """What was copied, and the rows that differ afterwards."""

    tables: int = 0
    rows: int = 0
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """The stores of an installation that is read, each as of one moment."""

    recorded: Connection
    transient: Connection | None

    def count(self) -> int:
        """Return the number of rows to copy."""
        tables = db.metadata.sorted_tables
        return sum(
            self.recorded.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        )


@contextmanager
def open_source(settings: Settings, url: str) -> Iterator[Source]:
    """Open the stores of a database URL for reading. Raises CopyError."""
    address = replace(settings, database_url=url).database_uri
    if address.split("://")[0].split("+")[0] not in {"sqlite", "postgresql"}:
        raise CopyError("the source must begin with sqlite:/// or postgresql://")
    if address == settings.database_uri:
        raise CopyError("the source is the database of the settings itself")
    engine = create_engine(address, **engine_options(address))
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        raise CopyError(f"no database exists at {engine.url.database}")
    make_read_only(engine)
    other = create_transient_engine(address)
    try:
        with _snapshot(engine) as recorded, _transient_snapshot(other) as volatile:
            yield Source(recorded, volatile)
    finally:
        engine.dispose()
        other.dispose()


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", error)).splitlines()[0]
        raise CopyError(f"the source cannot be read: {cause}") from error
    with connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def _transient_snapshot(engine: Engine) -> Iterator[Connection | None]:
    """Yield a connection to the transient store, None where SQLite has no file of it."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        yield None
        return
    with _snapshot(engine) as connection:
        yield connection


def require_copyable(source: Source, revision: str) -> None:
    """Raise CopyError unless the source has the schema of this version and the target no rows."""
    try:
        found = source.recorded.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError as error:
        raise CopyError("the source is no database of this platform") from error
    if found != revision:
        raise CopyError(
            f"the source is at revision {found}, this version needs {revision}: start this version"
            " on the source once (`deliberate db upgrade`), then copy"
        )
    month = source.recorded.scalar(text("SELECT min(name) FROM detached_partition"))
    if month is not None:
        raise CopyError(f"{month} of the log is detached: `deliberate log attach {month}` first")
    session: Session = db.session()
    for table in db.metadata.sorted_tables:
        if session.execute(select(1).select_from(table).limit(1)).first():
            raise CopyError(
                f"the database of the settings is not empty: {table.name} has rows. Nothing was"
                " changed; create an empty database and name it in DELIBERATE_DATABASE_URL"
            )


def copy_stores(source: Source, progress: Progress) -> CopyResult:
    """Copy all rows in one transaction and compare them; a difference undoes everything."""
    tables = list(db.metadata.sorted_tables)
    result = CopyResult(tables=len(tables))
    with unrecorded("copying a database") as session:
        target = session.connection()
        with without_triggers_and_keys(target):
            for table in tables:
                result.rows += _copy_table(source.recorded, target, table, progress)
        continue_ids(target, tables, last_given_ids(source.recorded, tables))
        for table in tables:
            if table.name not in OWN_TABLES:
                result.differences += _differences(source.recorded, target, table, progress)
        if result.differences:
            raise CopyError("; ".join(result.differences[:5]))
    _copy_transient(source, result)
    _count_rows_for_plans()
    return result


def _count_rows_for_plans() -> None:
    """Let PostgreSQL plan queries for the rows that it has now, not for empty tables."""
    if db.engine.dialect.name == "postgresql":
        with unrecorded("statistics of a copied database") as session:
            session.execute(text("ANALYZE"))


def _copy_transient(source: Source, result: CopyResult) -> None:
    """Copy sessions, reading positions and limits, in place of what a start has written."""
    if source.transient is None:
        return
    tables = list(TransientBase.metadata.sorted_tables)
    with transient() as session:
        for table in reversed(tables):
            session.execute(table.delete())
        for table in tables:
            result.rows += _copy_table(source.transient, session.connection(), table, _ignore)
        if session.get_bind().dialect.name == "postgresql":
            continue_ids(session.connection(), tables, {}, schema="transient")
    result.tables += len(tables)


def _ignore(_rows: int) -> None:
    """Count nothing."""


def _copy_table(source: Connection, target: Connection, table: Table, progress: Progress) -> int:
    count, computed = 0, {column.name for column in table.columns if column.computed is not None}
    for rows in _batches(source, table):
        values = [{name: row[name] for name in row if name not in computed} for row in rows]
        try:
            target.execute(insert(table).inline(), values)
        except DBAPIError as error:
            cause = str(error.orig).splitlines()[0]
            raise CopyError(f"a row of {table.name} does not fit: {cause}") from error
        count += len(rows)
        progress(len(rows))
    return count


def _batches(source: Connection, table: Table) -> Iterator[Sequence[RowMapping]]:
    query = select(table).order_by(*table.primary_key.columns)
    rows = source.execute(query.execution_options(yield_per=ROWS_PER_BATCH))
    yield from rows.mappings().partitions(ROWS_PER_BATCH)


def _differences(
    source: Connection, target: Connection, table: Table, progress: Progress
) -> Iterator[str]:
    """Yield a sentence for each row that is missing or another one, and for rows too many."""
    keys = list(table.primary_key.columns)
    count = 0
    for rows in _batches(source, table):
        wanted = _by_key(rows, table)
        query = select(table).where(tuple_(*keys).in_(list(wanted)))
        stored = _by_key(target.execute(query).mappings(), table)
        for key, row in wanted.items():
            if stored.get(key) != row:
                yield f"row {', '.join(map(str, key))} of {table.name} differs"
        count += len(rows)
        progress(len(rows))
    if (total := target.scalar(select(func.count()).select_from(table)) or 0) != count:
        yield f"{table.name} has {total} rows, the source {count}"


def _by_key(rows: Iterable[RowMapping], table: Table) -> dict[Values, Values]:
    keys = table.primary_key.columns
    return {tuple(row[key] for key in keys): tuple(row.values()) for row in rows}
