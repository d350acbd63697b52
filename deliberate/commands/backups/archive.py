"""The backup file: a tar whose last member, the manifest, has the SHA-256 of every other."""

import errno
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

FORMAT = 1
MANIFEST = "manifest.json"
AT_ONCE = 1024 * 1024
Progress = Callable[[int], object]


class BackupError(Exception):
    """Raised where a backup cannot be created, read or restored; the message gives the reason."""


@dataclass
class BackupWriter:
    """A backup that is being written."""

    tar: tarfile.TarFile
    progress: Progress
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, source: Path, name: str) -> None:
        """Add a file under a name."""
        info = self.tar.gettarinfo(str(source), name)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        with source.open("rb") as file:
            read = _HashingReader(file, self.progress)
            self.tar.addfile(info, read)
        self.files.append({"name": name, "size": info.size, "sha256": read.hash.hexdigest()})

    def close(self, said: dict[str, Any]) -> None:
        """Write the manifest; a file without it is incomplete."""
        manifest = {"format": FORMAT, **said, "files": self.files}
        body = json.dumps(manifest, indent=1, sort_keys=True).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(body)
        self.tar.addfile(info, io.BytesIO(body))


class _HashingReader:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self.hash = hashlib.sha256()
        self._file, self._progress = file, progress

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        block = self._file.read(size)
        self.hash.update(block)
        self._progress(len(block))
        return block


@contextmanager
def new_backup(file: Path, progress: Progress) -> Iterator[BackupWriter]:
    """Open a new backup, readable by its owner alone; it appears complete under its name or not at
    all.

    Raises BackupError if the name exists already or the disk is full.
    """
    if file.exists():
        raise BackupError(f"{file} is there already; nothing is overwritten")
    passing = file.with_name(file.name + ".part")
    packed = "w:gz" if file.suffix in {".gz", ".tgz"} else "w"
    try:
        with _new_file(passing) as out:
            with tarfile.open(fileobj=out, mode=packed, format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
                yield BackupWriter(tar, progress)
            out.flush()
            os.fsync(out.fileno())
        passing.rename(file)
    except FileExistsError:
        raise BackupError(
            f"{passing} is there: another backup is running, or one broke off"
        ) from None
    except BaseException as error:
        passing.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise BackupError(f"{file}: {error.strerror or error}; nothing was kept") from error
        raise


def _new_file(path: Path) -> BinaryIO:
    """Create a file that did not exist, readable by its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def unpack(file: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Unpack a backup into an empty folder, check every hash, and return the manifest.

    Raises BackupError if it is damaged, truncated, of a newer format, or not a backup.
    """
    found: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(file, mode="r:*") as tar:
            for member in tar:
                found[member.name] = _unpack_one(tar, member, folder, progress)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupError(f"{file} is damaged or no backup: {error}") from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupError(f"no space to unpack {file} in {folder.parent}") from error
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    return _compared(file, folder, found)


def _unpack_one(
    tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, progress: Progress
) -> tuple[int, str]:
    path = PurePosixPath(member.name)
    if not member.isfile() or path.is_absolute() or ".." in path.parts:
        raise tarfile.ReadError(f"{member.name} has no place in a backup")
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    if source is None:
        raise tarfile.ReadError(f"{member.name} is empty")
    read = _HashingReader(source, progress)  # type: ignore[arg-type]  # it only reads
    with _new_file(place) as out:
        while block := read.read(AT_ONCE):
            out.write(block)
    return member.size, read.hash.hexdigest()


def _compared(file: Path, folder: Path, found: dict[str, tuple[int, str]]) -> dict[str, Any]:
    if found.pop(MANIFEST, None) is None:
        raise BackupError(f"{file} has no manifest: it is no backup, or not whole")
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        said = {one["name"]: (one["size"], one["sha256"]) for one in manifest["files"]}
        number = int(manifest["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{file}: the manifest cannot be read") from error
    if number > FORMAT:
        raise BackupError(f"{file} was made by a newer version (form {number}; known is {FORMAT})")
    for name in sorted(said.keys() | found.keys()):
        if said.get(name) != found.get(name):
            raise BackupError(f"{file} is damaged: {name} is not what the manifest says")
    return manifest
