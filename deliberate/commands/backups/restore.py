"""Bringing a backup back: into an empty place for good, or into a passing one to be checked."""

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
from deliberate.commands.backups.archive import Progress, Unusable, unpack
from deliberate.commands.backups.create import places
from deliberate.commands.backups.stores import engine_of, is_empty, load_stores, sqlite_place
from deliberate.commands.startup import knows_revision
from deliberate.config import Settings
from deliberate.database import db, make_transient, transient
from deliberate.models import Device, SignInAttempts
from deliberate.operations.accounts.deletion import Erasure, erase_again
from deliberate.sealing import Fault, SignedHead


@dataclass(frozen=True)
class Restored:
    """What a restored installation holds."""

    manifest: dict[str, Any]
    erased_again: int
    has_key: bool
    """Whether the key that the log's newest head names is at hand."""


def restore_backup(
    settings: Settings, app: Flask, file: Path, erasures: Sequence[Erasure], progress: Progress
) -> Restored:
    """Bring a backup back into the empty place the settings name, and erase who was erased since.

    Raises Unusable where the place is not empty, or the backup not whole or not for it.
    """
    _refuse_what_is_there(settings)
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_path, prefix=".restoring-") as passing:
        manifest = unpack(file, Path(passing), progress)
        _refuse_another_engine(file, manifest, engine_of(settings))
        with app.app_context():
            _refuse_newer(file, manifest)
        _put(settings, Path(passing))
    with app.app_context():
        upgrade()
        make_transient(app)
        with transient() as store:
            store.execute(delete(Device))  # whoever was signed in then signs in again
            store.execute(delete(SignInAttempts))
        again = erase_again(erasures)
        return Restored(manifest, again, _seals(settings))


def _refuse_what_is_there(settings: Settings) -> None:
    if not is_empty(settings):
        is_file = engine_of(settings) == "sqlite"
        place = sqlite_place(settings) if is_file else "the database of DELIBERATE_DATABASE_URL"
        raise Unusable(f"{place} is not empty; a backup is restored into an empty place")
    folders = [settings.log_path / "segments", settings.log_path / "leaves", *places(settings)]
    for folder in folders:
        if folder.is_dir() and any(folder.iterdir()):
            raise Unusable(f"{folder} is not empty; a backup is restored into an empty place")


def _refuse_another_engine(file: Path, manifest: dict[str, Any], here: str) -> None:
    there = manifest.get("engine")
    if there != here:
        raise Unusable(f"{file} is a backup of {there}, the database here is {here}")


def _refuse_newer(file: Path, manifest: dict[str, Any]) -> None:
    revision = str(manifest.get("revision"))
    if not knows_revision(revision):
        raise Unusable(
            f"{file} has the schema {revision}, which this version does not know: "
            f"version {manifest.get('version')} made it"
        )


def _put(settings: Settings, passing: Path) -> None:
    targets = {"log": settings.log_path, **{name: at for at, name in places(settings).items()}}
    for name, target in targets.items():
        source = passing / name
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file():
                place = target / path.relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place)
                place.chmod(0o440)
    load_stores(settings, passing / "database")


def _seals(settings: Settings) -> bool:
    try:
        sealing.seal_log(settings)
    except sealing.WrongKey:
        return False
    return True


# --- checking ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """What was found in a backup: what it says of itself, and the faults of its log."""

    manifest: dict[str, Any]
    faults: list[Fault]


def check_backup(
    settings: Settings, file: Path, heads: Sequence[SignedHead], server: str, progress: Progress
) -> Checked:
    """Restore a backup into a passing place, recompute its log, compare it with heads kept outside.

    One of PostgreSQL needs a `server` on which a database may be made for a while.
    """
    with tempfile.TemporaryDirectory(prefix="deliberate-backup-") as name:
        passing = Path(name)
        manifest = unpack(file, passing / "unpacked", progress)
        there = replace(settings, mode="test", data_dir=name, log_dir="", upload_dir="")
        with _passing_database(there, file, manifest, server) as place:
            app = create_app(place)
            with app.app_context():
                _refuse_newer(file, manifest)
            _put(place, passing / "unpacked")
            return Checked(manifest, _faults(app, manifest, heads))


def _faults(app: Flask, manifest: dict[str, Any], heads: Sequence[SignedHead]) -> list[Fault]:
    with app.app_context():
        try:
            upgrade()
            faults = sealing.verify(app.config["SETTINGS"].log_path, heads)
            head = sealing.latest_head(db.session())
            if head is not None and head.root != manifest["log"]["root"]:
                faults.append(Fault("the log's newest head is not the manifest's", head.size))
            return faults
        finally:
            db.session.remove()
            db.engine.dispose()
            app.extensions["transient"].dispose()


@contextmanager
def _passing_database(
    settings: Settings, file: Path, manifest: dict[str, Any], server: str
) -> Iterator[Settings]:
    if manifest.get("engine") == "sqlite":
        yield replace(settings, database_url="")
        return
    address = replace(settings, database_url=server) if server else settings
    if engine_of(address) != "postgresql":
        raise Unusable(
            f"{file} is a backup of postgresql: name a server for checking it with --server"
        )
    name = f"deliberate_check_{uuid4().hex[:12]}"
    url = make_url(address.database)
    with _on_server(address, f"CREATE DATABASE {name} TEMPLATE template0"):
        pass
    try:
        yield replace(
            settings, database_url=url.set(database=name).render_as_string(hide_password=False)
        )
    finally:
        with suppress(Unusable), _on_server(address, f"DROP DATABASE IF EXISTS {name} (FORCE)"):
            pass


@contextmanager
def _on_server(settings: Settings, statement: str) -> Iterator[None]:
    engine = create_engine(settings.database, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        raise Unusable(f"no database can be made for a while to check in: {said}") from error
    finally:
        engine.dispose()


# --- erasures ------------------------------------------------------------------------------------


def read_erasures(path: Path) -> list[Erasure]:
    """The list of erasures that was kept apart; raises Unusable naming the line that is none."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            given = json.loads(line)
            found.append(Erasure(int(given["person"]), datetime.fromisoformat(given["at"])))
        except (ValueError, KeyError, TypeError):
            raise Unusable(f"{path}, line {number}: no erasure") from None
    return found
