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
from flask_migrate import upgrade
from sqlalchemy import create_engine, delete, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from deliberate import create_app, sealing
from deliberate.commands.backups.archive import BackupError, Progress, unpack
from deliberate.commands.backups.create import stored_folders
from deliberate.commands.backups.stores import engine_name, is_empty, load_stores, sqlite_path
from deliberate.commands.startup import knows_revision
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db, transient
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
    _require_empty_target(settings)
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_path, prefix=".restoring-") as passing:
        manifest = unpack(file, Path(passing), progress)
        _require_same_engine(file, manifest, engine_name(settings))
        with app.app_context():
            _require_known_schema(file, manifest)
        _move_into_place(settings, Path(passing))
    with app.app_context():
        upgrade()
        create_transient_tables(app)
        with transient() as store:
            store.execute(delete(Device))  # sessions are not restored: people sign in again
            store.execute(delete(RateLimitWindow))
        again = reapply_erasures(erasures)
        return RestoreResult(manifest, again, _has_signing_key(settings))


def _require_empty_target(settings: Settings) -> None:
    if not is_empty(settings):
        is_file = engine_name(settings) == "sqlite"
        place = sqlite_path(settings) if is_file else "the database of DELIBERATE_DATABASE_URL"
        raise BackupError(f"{place} is not empty; a backup is restored into an empty place")
    folders = [
        settings.log_path / "segments",
        settings.log_path / "leaves",
        *stored_folders(settings),
    ]
    for folder in folders:
        if folder.is_dir() and any(folder.iterdir()):
            raise BackupError(f"{folder} is not empty; a backup is restored into an empty place")


def _require_same_engine(file: Path, manifest: dict[str, Any], here: str) -> None:
    there = manifest.get("engine")
    if there != here:
        raise BackupError(f"{file} is a backup of {there}, the database here is {here}")


def _require_known_schema(file: Path, manifest: dict[str, Any]) -> None:
    revision = str(manifest.get("revision"))
    if not knows_revision(revision):
        raise BackupError(
            f"{file} has the schema {revision}, which this version does not know: "
            f"version {manifest.get('version')} made it"
        )


def _move_into_place(settings: Settings, passing: Path) -> None:
    targets = {
        "log": settings.log_path,
        **{name: at for at, name in stored_folders(settings).items()},
    }
    for name, target in targets.items():
        source = passing / name
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file():
                place = target / path.relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place)
                place.chmod(0o440)
    load_stores(settings, passing / "database")


def _has_signing_key(settings: Settings) -> bool:
    try:
        sealing.seal_log(settings)
    except sealing.WrongKey:
        return False
    return True


@dataclass(frozen=True)
class CheckResult:
    """The result of a verification: the manifest and the faults of its log."""

    manifest: dict[str, Any]
    faults: list[Fault]


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
        passing = Path(name)
        manifest = unpack(file, passing / "unpacked", progress)
        there = replace(settings, mode="test", data_dir=name, log_dir="", upload_dir="")
        with _temporary_database(there, file, manifest, server) as place:
            app = create_app(place)
            with app.app_context():
                _require_known_schema(file, manifest)
            _move_into_place(place, passing / "unpacked")
            return CheckResult(manifest, _find_faults(app, manifest, heads))


def _find_faults(
    app: Flask, manifest: dict[str, Any], heads: Sequence[ExportedTreeHead]
) -> list[Fault]:
    with app.app_context():
        try:
            upgrade()
            faults = sealing.verify_log(app.config["SETTINGS"].log_path, heads)
            head = sealing.latest_tree_head(db.session())
            if head is not None and head.root != manifest["log"]["root"]:
                faults.append(Fault("the log's newest head is not the manifest's", head.size))
            return faults
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
    address = replace(settings, database_url=server) if server else settings
    if engine_name(address) != "postgresql":
        raise BackupError(
            f"{file} is a backup of postgresql: name a server for checking it with --server"
        )
    name = f"deliberate_check_{uuid4().hex[:12]}"
    url = make_url(address.database_uri)
    with _on_server(address, f"CREATE DATABASE {name} TEMPLATE template0"):
        pass
    try:
        yield replace(
            settings, database_url=url.set(database=name).render_as_string(hide_password=False)
        )
    finally:
        with suppress(BackupError), _on_server(address, f"DROP DATABASE IF EXISTS {name} (FORCE)"):
            pass


@contextmanager
def _on_server(settings: Settings, statement: str) -> Iterator[None]:
    engine = create_engine(settings.database_uri, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        raise BackupError(f"no database can be made for a while to check in: {said}") from error
    finally:
        engine.dispose()


def read_erasures(path: Path) -> list[Erasure]:
    """Return the list of erasures; raises BackupError naming the invalid line."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            given = json.loads(line)
            found.append(Erasure(int(given["person"]), datetime.fromisoformat(given["at"])))
        except (ValueError, KeyError, TypeError):
            raise BackupError(f"{path}, line {number}: no erasure") from None
    return found
