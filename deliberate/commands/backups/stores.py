"""Both stores as files: copied at one moment while others write, and loaded again."""

import os
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from deliberate.commands.backups.archive import BackupError, Progress
from deliberate.config import Settings

SQLITE_FILES = ("deliberate.db", "transient.db")
DUMP = "database.dump"
PAGES_PER_STEP = 2048


@dataclass(frozen=True)
class BackupState:
    """The state of the copy: schema, log size, and the log files that belong to it."""

    revision: str
    size: int
    root: str
    published: int
    """Number of entries covered by the newest published tree head."""
    segments: frozenset[str]
    heads: tuple[dict[str, str], ...]


def engine_name(settings: Settings) -> str:
    """Return the name of the engine: sqlite or postgresql."""
    return make_url(settings.database_uri).get_backend_name()


def copy_stores(
    settings: Settings, folder: Path, progress: Progress
) -> tuple[list[Path], BackupState]:
    """Copy both stores into a folder as of one moment; return the files and their state.

    Raises BackupError if the database cannot be read.
    """
    try:
        if engine_name(settings) == "sqlite":
            return _copy_sqlite(settings, folder, progress)
        return _copy_postgres(settings, folder)
    except (sqlite3.Error, SQLAlchemyError) as error:
        cause = getattr(error, "orig", error)
        raise BackupError(f"the database cannot be read: {str(cause).splitlines()[0]}") from error


def load_stores(settings: Settings, folder: Path) -> None:
    """Load copied stores into the empty installation of the settings."""
    if engine_name(settings) == "sqlite":
        database_file = sqlite_path(settings)
        database_file.parent.mkdir(parents=True, exist_ok=True)
        for name, target in zip(
            SQLITE_FILES, (database_file, database_file.parent / "transient.db"), strict=True
        ):
            if (folder / name).exists():
                shutil.move(folder / name, target)
        return
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run("pg_restore", settings, *options, str(folder / DUMP))


def is_empty(settings: Settings) -> bool:
    """Return whether the database does not exist yet or has no tables. Raises BackupError if
    unreachable.
    """
    if engine_name(settings) == "sqlite":
        database_file = sqlite_path(settings)
        return not database_file.exists() or database_file.stat().st_size == 0
    engine = create_engine(settings.database_uri)
    try:
        with engine.connect() as connection:
            return not connection.scalar(_TABLES)
    except SQLAlchemyError as error:
        raise BackupError(
            f"the database cannot be used: {getattr(error, 'orig', error)}"
        ) from error
    finally:
        engine.dispose()


_TABLES = text(
    "SELECT count(*) FROM information_schema.tables"
    " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
)


def sqlite_path(settings: Settings) -> Path:
    """Return the path of the database file."""
    return Path(make_url(settings.database_uri).database or "")


def _copy_sqlite(
    settings: Settings, folder: Path, progress: Progress
) -> tuple[list[Path], BackupState]:
    database_file = sqlite_path(settings)
    if not database_file.exists():
        raise BackupError(f"no database exists at {database_file}")
    files = []
    for name, source in zip(
        SQLITE_FILES, (database_file, database_file.parent / "transient.db"), strict=True
    ):
        if source.exists():
            _copy_file(source, folder / name, progress)
            files.append(folder / name)
    engine = create_engine(f"sqlite:///{folder / SQLITE_FILES[0]}")
    try:
        with engine.connect() as connection:
            return files, _read_state(connection)
    finally:
        engine.dispose()


def _copy_file(source: Path, target: Path, progress: Progress) -> None:
    """Copy in one read transaction, so that concurrent writes do not restart the copy."""
    source_connection, target_connection = (
        sqlite3.connect(source, isolation_level=None),
        sqlite3.connect(target),
    )
    try:
        source_connection.execute("PRAGMA query_only = ON")
        source_connection.execute("BEGIN")
        source_connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        size = source_connection.execute("PRAGMA page_size").fetchone()[0]
        remaining_pages: list[int] = []

        def report_progress(_status: int, remaining: int, total: int) -> None:
            progress(((remaining_pages[-1] if remaining_pages else total) - remaining) * size)
            remaining_pages.append(remaining)

        source_connection.backup(target_connection, pages=PAGES_PER_STEP, progress=report_progress)
        target_connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        source_connection.close()
        target_connection.close()


def _copy_postgres(settings: Settings, folder: Path) -> tuple[list[Path], BackupState]:
    """Run pg_dump on the snapshot of this transaction."""
    engine = create_engine(settings.database_uri, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            state = _read_state(connection)
            options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
            wait = "--lock-wait-timeout=60000"
            _run("pg_dump", settings, *options, wait, f"--file={folder / DUMP}")
            return [folder / DUMP], state
    finally:
        engine.dispose()


def _run(program: str, settings: Settings, *options: str) -> None:
    """Run one of PostgreSQL's programs; the password is passed in the environment."""
    url = make_url(settings.database_uri)
    url_without_password = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    command = [program, f"--dbname={url_without_password.render_as_string()}", *options]
    environment = {**os.environ, "LC_ALL": "C"}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    try:
        result = subprocess.run(  # noqa: S603  # no shell, fixed arguments
            command, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BackupError(
            f"{program} is not installed: install the client programs of the server's version"
        ) from None
    if result.returncode:
        error_lines = result.stderr.strip().splitlines() or ["failed without a message"]
        raise BackupError(f"{program}: {error_lines[0].removeprefix(program + ': ')}")


def _read_state(connection: Connection) -> BackupState:
    def rows(statement: str) -> list[Any]:
        return list(connection.execute(text(statement)))

    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    newest = rows("SELECT size, root FROM signed_tree_head ORDER BY size DESC LIMIT 1")
    size, root = newest[0] if newest else (0, "")
    segments = rows('SELECT first, "last" FROM segment')
    heads = rows(
        "SELECT body, key_id, signature FROM signed_tree_head"
        " WHERE size IN (SELECT size FROM published_tree_head)"
        " OR size = (SELECT max(size) FROM signed_tree_head) ORDER BY size"
    )
    return BackupState(
        revision=str(revision),
        size=size,
        root=root,
        published=connection.scalar(text("SELECT max(size) FROM published_tree_head")) or 0,
        segments=frozenset(f"{first:09d}-{last:09d}.parquet" for first, last in segments),
        heads=tuple({"body": row[0], "key": row[1], "signature": row[2]} for row in heads),
    )
