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
BLOCK_SIZE = 1024 * 1024
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
        with source.open("rb") as file:
            self.add_open(file, name)

    def add_open(self, file: BinaryIO, name: str) -> None:
        """Add an open file of a disk under a name."""
        info = self.tar.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        reader = _HashingReader(file, self.progress)
        self.tar.addfile(info, reader)
        self.files.append({"name": name, "size": info.size, "sha256": reader.hash.hexdigest()})

    def close(self, manifest_fields: dict[str, Any]) -> None:
        """Write the manifest; a file without it is incomplete."""
        manifest = {"format": FORMAT, **manifest_fields, "files": self.files}
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
        raise BackupError(f"{file} exists already; nothing is overwritten")
    partial_file = file.with_name(file.name + ".part")
    mode = "w:gz" if file.suffix in {".gz", ".tgz"} else "w"
    try:
        with _new_file(partial_file) as out:
            with tarfile.open(fileobj=out, mode=mode, format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]  # the mode is a variable
                yield BackupWriter(tar, progress)
            out.flush()
            os.fsync(out.fileno())
        partial_file.rename(file)
    except FileExistsError:
        raise BackupError(
            f"{partial_file} exists: another backup is running, or one was interrupted"
        ) from None
    except BaseException as error:
        partial_file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise BackupError(f"{file}: {error.strerror or error}; no backup was stored") from error
        raise


def _new_file(path: Path) -> BinaryIO:
    """Create a file that did not exist, readable by its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def unpack(file: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Unpack a backup into an empty folder, check every hash, and return the manifest.

    Raises BackupError if it is damaged, truncated, of a newer format, or not a backup.
    """
    unpacked_files: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(file, mode="r:*") as tar:
            for member in tar:
                unpacked_files[member.name] = _unpack_member(tar, member, folder, progress)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupError(f"{file} is damaged or not a backup: {error}") from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupError(f"no space to unpack {file} in {folder.parent}") from error
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    return _verify_manifest(file, folder, unpacked_files)


def _unpack_member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, progress: Progress
) -> tuple[int, str]:
    path = PurePosixPath(member.name)
    if not member.isfile() or path.is_absolute() or ".." in path.parts:
        raise tarfile.ReadError(f"{member.name} does not belong in a backup")
    destination = folder / path
    destination.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    if source is None:
        raise tarfile.ReadError(f"{member.name} is empty")
    reader = _HashingReader(source, progress)  # type: ignore[arg-type]  # it only reads
    with _new_file(destination) as out:
        while block := reader.read(BLOCK_SIZE):
            out.write(block)
    return member.size, reader.hash.hexdigest()


def _verify_manifest(
    file: Path, folder: Path, unpacked_files: dict[str, tuple[int, str]]
) -> dict[str, Any]:
    if unpacked_files.pop(MANIFEST, None) is None:
        raise BackupError(f"{file} has no manifest: it is not a backup, or incomplete")
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        listed_files = {
            entry["name"]: (entry["size"], entry["sha256"]) for entry in manifest["files"]
        }
        format_version = int(manifest["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{file}: the manifest cannot be read") from error
    if format_version > FORMAT:
        raise BackupError(
            f"{file} was made by a newer version"
            f" (format {format_version}; this version reads {FORMAT})"
        )
    for name in sorted(listed_files.keys() | unpacked_files.keys()):
        if listed_files.get(name) != unpacked_files.get(name):
            raise BackupError(f"{file} is damaged: {name} does not match the manifest")
    return manifest
