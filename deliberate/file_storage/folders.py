"""Storage in folders of this host, or in one that several hosts mount."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from deliberate.file_storage import StoredFile


class FolderStorage:
    """Files at their own paths."""

    def write(self, path: Path, content: bytes) -> None:
        """Write a new file and sync it to disk."""
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def save(self, source: Path, path: Path) -> None:
        """Move a file to its path; the name survives a power failure."""
        if source != path:
            source.replace(path)
            _sync_folder(path.parent)

    def open(self, path: Path) -> StoredFile | None:
        """Return a file, None if there is none."""
        if not path.is_file():
            return None
        stat = path.stat()
        return StoredFile(
            f"{stat.st_mtime_ns:x}-{stat.st_size:x}",
            stat.st_size,
            datetime.fromtimestamp(stat.st_mtime, UTC),
            partial(_open_file, path),
            partial(_read_start, path),
        )

    def fetch(self, path: Path) -> bool:
        """Return whether a file is there."""
        return path.is_file()

    def delete(self, path: Path) -> None:
        """Delete a file; a missing one is ignored."""
        path.unlink(missing_ok=True)

    def delete_folder(self, folder: Path) -> None:
        """Delete a folder with its files."""
        shutil.rmtree(folder, ignore_errors=True)

    def names(self, folder: Path, before: datetime | None = None) -> list[str]:
        """Return the names of the files below a folder, sorted."""
        paths = [path for path in list_files(folder) if before is None or _is_before(path, before)]
        return sorted(path.relative_to(folder).as_posix() for path in paths)

    def total_bytes(self, folder: Path) -> int:
        """Return the size of all files below a folder."""
        return _folder_bytes(folder) if folder.is_dir() else 0

    @contextmanager
    def local_folder(self, folder: Path) -> Iterator[Path]:
        """Yield the folder itself."""
        yield folder

    def problem(self, *, writes: bool = False) -> str:
        """Return nothing: the health checks look at the disk."""
        return ""


def list_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, none that is hidden or being written."""
    for path in folder.rglob("*") if folder.is_dir() else ():
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "writing-")) for part in parts):
            yield path


def _sync_folder(folder: Path) -> None:
    """Sync a folder, so that a new file name survives a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_file(path: Path) -> BinaryIO:
    return path.open("rb")


def _read_start(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit)


def _is_before(path: Path, moment: datetime) -> bool:
    return path.stat().st_mtime < moment.timestamp()


def _folder_bytes(folder: str | Path) -> int:
    with os.scandir(folder) as entries:
        return sum(map(_bytes, entries))


def _bytes(entry: os.DirEntry[str]) -> int:
    try:
        return _folder_bytes(entry.path) if entry.is_dir() else entry.stat().st_size
    except FileNotFoundError:  # deleted meanwhile
        return 0
