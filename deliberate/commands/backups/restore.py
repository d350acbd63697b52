"""Restoration of backups: into an empty installation, or into a temporary one for verification."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import create_engine, delete, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from deliberate import create_app, sealing
from deliberate.commands.backups.archive import BackupError, Progress, unpack
from deliberate.commands.backups.create import stored_folders
from deliberate.commands.backups.stores import engine_name, is_empty, load_stores, sqlite_path
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, transient
from deliberate.database.schema import known_revisions, upgrade_schema
from deliberate.file_storage import FileStorage, without_bucket
from deliberate.models import Device, RateLimitWindow
from deliberate.operations.accounts.deletion import Erasure, reapply_erasures
from deliberate.sealing import ExportedTreeHead, Fault


@dataclass(frozen=True)
class RestoreResult:
    """The content of a restored installation."""

    manifest: dict[str, Any]
    erased_again: int
    has_key: bool
    """Whether the key named by the newest tree head is available."""


def restore_backup(
    settings: Settings, app: Flask, file: Path, erasures: Sequence[Erasure], progress: Progress
) -> RestoreResult:
    """Restore a backup into the empty installation of the settings, and repeat later erasures.

    Raises BackupError if the target is not empty, or the backup incomplete or of another engine.
    """
    storage: FileStorage = app.extensions["file_storage"]
    _require_empty_target(settings, storage)
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_path, prefix=".restoring-") as folder:
        manifest = unpack(file, Path(folder), progress)
        _require_same_engine(file, manifest, engine_name(settings))
        with app.app_context():
            _require_known_schema(file, manifest)
        _move_into_place(settings, storage, Path(folder))
    with app.app_context():
        _upgrade_stores(app)
        again = reapply_erasures(erasures)
        return RestoreResult(manifest, again, _has_signing_key(settings))


def _upgrade_stores(app: Flask) -> None:
    """Migrate the restored stores to the current schema; end all sessions and rate limits."""
    upgrade_schema()
    create_transient_tables(app)
    with transient() as store:
        store.execute(delete(Device))  # sessions are not restored: people sign in again
        store.execute(delete(RateLimitWindow))


def _require_empty_target(settings: Settings, storage: FileStorage) -> None:
    if not is_empty(settings):
        is_file = engine_name(settings) == "sqlite"
        database_name = (
            sqlite_path(settings) if is_file else "the database of DELIBERATE_DATABASE_URL"
        )
        raise BackupError(
            f"{database_name} is not empty; a backup is restored only into an empty installation"
        )
    folders = [
        settings.log_path / "segments",
        settings.log_path / "leaves",
        *stored_folders(settings),
    ]
    for folder in folders:
        if (folder.is_dir() and any(folder.iterdir())) or storage.names(folder):
            raise BackupError(
                f"{folder} is not empty; a backup is restored only into an empty installation"
            )


def _require_same_engine(file: Path, manifest: dict[str, Any], expected: str) -> None:
    engine = manifest.get("engine")
    if engine != expected:
        raise BackupError(f"{file} is a backup of {engine}, the database here is {expected}")


def _require_known_schema(file: Path, manifest: dict[str, Any]) -> None:
    revision = str(manifest.get("revision"))
    if revision not in known_revisions():
        raise BackupError(
            f"{file} has the schema {revision}, which this version does not know: "
            f"version {manifest.get('version')} made it"
        )


def _move_into_place(settings: Settings, storage: FileStorage, unpacked: Path) -> None:
    targets = {
        "log": settings.log_path,
        **{name: at for at, name in stored_folders(settings).items()},
    }
    for name, target in targets.items():
        source = unpacked / name
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file():
                destination = target / path.relative_to(source)
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, destination)
                destination.chmod(0o440)
                storage.save(destination, destination)
    load_stores(settings, unpacked / "database")


def _has_signing_key(settings: Settings) -> bool:
    try:
        sealing.seal_log(settings)
    except sealing.WrongKey:
        return False
    return True


@dataclass(frozen=True)
class CheckResult:
    """The result of a verification: manifest, faults of the log, heads that were not compared."""

    manifest: dict[str, Any]
    faults: list[Fault]
    not_compared: list[str]


def check_backup(
    settings: Settings,
    file: Path,
    heads: Sequence[ExportedTreeHead],
    server: str,
    progress: Progress,
) -> CheckResult:
    """Restore a backup temporarily, recompute its log, and compare it with external tree heads.

    A PostgreSQL backup needs a `server` on which a temporary database may be created.
    """
    with tempfile.TemporaryDirectory(prefix="deliberate-backup-") as name:
        temporary_folder = Path(name)
        manifest = unpack(file, temporary_folder / "unpacked", progress)
        base_settings = replace(
            without_bucket(settings),
            mode="test",
            data_dir=name,
            log_dir="",
            upload_dir="",
            shared_dir="",
        )
        with _temporary_database(base_settings, file, manifest, server) as temporary_settings:
            app = create_app(temporary_settings)
            with app.app_context():
                _require_known_schema(file, manifest)
            storage: FileStorage = app.extensions["file_storage"]
            _move_into_place(temporary_settings, storage, temporary_folder / "unpacked")
            return _check_log(app, manifest, heads)


def _check_log(
    app: Flask, manifest: dict[str, Any], heads: Sequence[ExportedTreeHead]
) -> CheckResult:
    with app.app_context():
        try:
            upgrade_schema()
            settings: Settings = app.config["SETTINGS"]
            split = sealing.split_external_heads(
                db.session(), heads, settings.base_url, is_copy=True
            )
            faults = sealing.verify_log(settings.log_path, split.comparable)
            head = sealing.latest_tree_head(db.session())
            if head is not None and head.root != manifest["log"]["root"]:
                faults.append(Fault("the log's newest head is not the manifest's", head.size))
            return CheckResult(manifest, faults, split.reasons)
        finally:
            db.session.remove()
            db.engine.dispose()
            app.extensions["transient"].dispose()


@contextmanager
def _temporary_database(
    settings: Settings, file: Path, manifest: dict[str, Any], server: str
) -> Iterator[Settings]:
    if manifest.get("engine") == "sqlite":
        yield replace(settings, database_url="")
        return
    server_settings = _server_settings(settings, file, server)
    name = f"deliberate_check_{uuid4().hex[:12]}"
    url = make_url(server_settings.database_uri)
    with _on_server(server_settings, f"CREATE DATABASE {name} TEMPLATE template0"):
        pass
    try:
        yield replace(
            settings, database_url=url.set(database=name).render_as_string(hide_password=False)
        )
    finally:
        with (
            suppress(BackupError),
            _on_server(server_settings, f"DROP DATABASE IF EXISTS {name} (FORCE)"),
        ):
            pass


def _server_settings(settings: Settings, file: Path, server: str) -> Settings:
    server_settings = replace(settings, database_url=server) if server else settings
    if engine_name(server_settings) != "postgresql":
        raise BackupError(
            f"{file} is a backup of postgresql: name a server for the check with --server"
        )
    return server_settings


@contextmanager
def _on_server(settings: Settings, statement: str) -> Iterator[None]:
    engine = create_engine(settings.database_uri, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise BackupError(
            f"the temporary database for the check cannot be created: {reason}"
        ) from error
    finally:
        engine.dispose()


def read_erasures(path: Path) -> list[Erasure]:
    """Return the list of erasures; raises BackupError naming the invalid line."""
    erasures = []
    for line_number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            erasures.append(Erasure(int(entry["person"]), datetime.fromisoformat(entry["at"])))
        except (ValueError, KeyError, TypeError):
            raise BackupError(f"{path}, line {line_number}: not an erasure") from None
    return erasures
