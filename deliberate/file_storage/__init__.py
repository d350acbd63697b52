"""The storage of files that have an address: folders of this host, or a bucket of several hosts.

Callers name a file by its path in the folders of the settings, wherever its bytes are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from flask import current_app, has_app_context

if TYPE_CHECKING:
    from deliberate.config import Settings

COPIED_KINDS = frozenset({"log/segments", "log/leaves", "imported"})
"""Kinds of files that never change and are never erased: hosts keep copies of them."""


class StorageUnavailable(RuntimeError):
    """The bucket does not respond or refuses; the message says why."""


@dataclass(frozen=True)
class StoredFile:
    """A file as it is stored; its bytes are read by `open_file`, or the first ones by `start`."""

    etag: str
    size: int
    modified_at: datetime
    open_file: Callable[[], BinaryIO]
    start: Callable[[int], bytes]


class FileStorage(Protocol):
    """Where files are stored. All methods can raise StorageUnavailable."""

    def write(self, path: Path, content: bytes) -> None:
        """Store a new file completely, before a row names it."""

    def save(self, source: Path, path: Path) -> None:
        """Store a file that is complete on this disk as `path`; the source can be that path."""

    def open(self, path: Path) -> StoredFile | None:
        """Return a file, None if there is none."""

    def fetch(self, path: Path) -> bool:
        """Return whether a file of a copied kind is at its path, after it was copied there."""

    def delete(self, path: Path) -> None:
        """Delete a file, also from this host; a missing one is ignored."""

    def delete_folder(self, folder: Path) -> None:
        """Delete all files below a folder, also from this host."""

    def names(self, folder: Path, before: datetime | None = None) -> list[str]:
        """Return the names of the files below a folder, sorted; hidden ones are left out.

        With `before` only those that were stored before that moment.
        """

    def total_bytes(self, folder: Path) -> int:
        """Return the size of all files below a folder."""

    def local_folder(self, folder: Path) -> AbstractContextManager[Path]:
        """Yield a folder of this host with all files below a folder."""

    def problem(self, *, writes: bool = False) -> str:
        """Return why the storage cannot be used, empty if it can; `writes` tries that too."""


def create_file_storage(settings: Settings) -> FileStorage:
    """Return the storage of the settings: a bucket if one is named, otherwise folders."""
    if not settings.storage_url:
        from deliberate.file_storage.folders import FolderStorage

        return FolderStorage()
    from deliberate.file_storage.bucket import BucketStorage

    return BucketStorage(settings)


def file_storage() -> FileStorage:
    """Return the storage of the current application."""
    storage: FileStorage = current_app.extensions["file_storage"]
    return storage


def fetch_file(path: Path) -> bool:
    """Return whether a file of a copied kind is at its path, after it was copied there.

    Processes without an application find what the one that started them copied.
    """
    return file_storage().fetch(path) if has_app_context() else path.is_file()


def without_bucket(settings: Settings) -> Settings:
    """Return the settings of the same installation with its files in folders."""
    return replace(
        settings,
        storage_url="",
        storage_endpoint="",
        storage_region="",
        storage_key_id="",
        storage_secret="",
    )


def stored_folders(settings: Settings) -> dict[str, Path]:
    """Return the folder of each kind of files that are stored."""
    return {
        "log/segments": settings.log_path / "segments",
        "log/leaves": settings.log_path / "leaves",
        "imported": settings.imported_path,
        "releases": settings.releases_path,
        "uploads": settings.upload_path,
    }
