"""Storage in an S3-compatible bucket, whose objects appear complete or not at all.

Uploads and releases are in the bucket alone, so that what is erased there is gone on all hosts.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from deliberate.file_storage import COPIED_KINDS, StorageUnavailable, StoredFile, stored_folders

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta
    from obstore.store import S3Store

    from deliberate.config import Settings

CHUNK_BYTES = 1024 * 1024
NAMES_PER_CHUNK = 1000
REQUEST_TIMEOUT = timedelta(minutes=2)
CONNECT_TIMEOUT = timedelta(seconds=3)
RETRY_PERIOD = timedelta(seconds=5)
"""A person waits for an upload: it is refused soon."""
MAX_RETRIES = 2
_ATTEMPTS = re.compile(r" in [0-9][\w.µ]*(, after [^-]*)?\s+- ")
"""What the client says about its attempts, amid the reason of an error."""
DEFAULT_REGION = "us-east-1"
"""The region that servers other than Amazon's expect in signatures."""


class BucketStorage:
    """Objects named by kind; this host has copies of files that never change."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folders = stored_folders(settings)

    @cached_property
    def _store(self) -> S3Store:
        """Return the client. It is made on first use: its threads do not survive a fork."""
        from obstore.store import S3Store

        settings = self._settings
        bucket, _slash, prefix = settings.storage_url.removeprefix("s3://").partition("/")
        return S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            endpoint=settings.storage_endpoint or None,
            region=settings.storage_region or DEFAULT_REGION,
            access_key_id=settings.storage_key_id,
            secret_access_key=settings.storage_secret,
            client_options={
                "timeout": REQUEST_TIMEOUT,
                "connect_timeout": CONNECT_TIMEOUT,
                "allow_http": settings.storage_endpoint.startswith("http://"),
            },
            retry_config={"max_retries": MAX_RETRIES, "retry_timeout": RETRY_PERIOD},
        )

    def _kind(self, path: Path) -> str:
        for kind, folder in self._folders.items():
            if path.is_relative_to(folder):
                return kind
        raise ValueError(f"{path} is in no folder whose files are stored")

    def _key(self, path: Path) -> str:
        kind = self._kind(path)
        return f"{kind}/{path.relative_to(self._folders[kind]).as_posix()}".removesuffix("/.")

    def _is_copied(self, path: Path) -> bool:
        return self._kind(path) in COPIED_KINDS

    def write(self, path: Path, content: bytes) -> None:
        """Put a new object; nothing is written on this host."""
        import obstore

        with _requests():
            obstore.put(self._store, self._key(path), content)

    def save(self, source: Path, path: Path) -> None:
        """Put a file, then move it to its path if hosts keep copies, otherwise delete it."""
        self.put(source, path)
        if not self._is_copied(path):
            source.unlink()
        elif source != path:
            path.parent.mkdir(parents=True, exist_ok=True)
            source.replace(path)

    def put(self, source: Path, path: Path) -> None:
        """Put a file as the object of a path, and leave it where it is."""
        import obstore

        with _requests():
            obstore.put(self._store, self._key(path), source)

    def open(self, path: Path) -> StoredFile | None:
        """Return an object, None if there is none."""
        result = self._get(path)
        if result is None:
            return None
        meta = result.meta
        return StoredFile(
            (meta["e_tag"] or "").strip('"') or f"{meta['last_modified']:%s}-{meta['size']:x}",
            meta["size"],
            meta["last_modified"],
            partial(self._download, result),
            partial(_read_start, result),
        )

    def _get(self, path: Path) -> GetResult | None:
        import obstore

        with _requests():
            try:
                return obstore.get(self._store, self._key(path))
            except FileNotFoundError:
                return None

    def _download(self, result: GetResult) -> BinaryIO:
        """Return an object as a file without a name: an error ends no response half-way."""
        file = tempfile.TemporaryFile(dir=self._settings.data_path)  # noqa: SIM115  # the caller closes it
        _copy(result, file)
        file.seek(0)
        return file

    def fetch(self, path: Path) -> bool:
        """Copy an object that never changes to its path, whole or not at all."""
        if path.is_file():
            return True
        result = self._get(path)
        if result is None:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="writing-") as temporary:
            copy = Path(temporary) / path.name
            _copy_to(result, copy)
            copy.chmod(0o440)
            copy.replace(path)
        return True

    def delete(self, path: Path) -> None:
        """Delete an object, and what this host had of it before there was a bucket."""
        import obstore

        path.unlink(missing_ok=True)
        with _requests():
            obstore.delete(self._store, self._key(path))

    def delete_folder(self, folder: Path) -> None:
        """Delete all objects below a folder, and the folder of this host."""
        import obstore

        shutil.rmtree(folder, ignore_errors=True)
        keys = [meta["path"] for meta in self._list(folder)]
        with _requests():
            obstore.delete(self._store, keys)

    def names(self, folder: Path, before: datetime | None = None) -> list[str]:
        """Return the names of the objects below a folder, sorted."""
        start = len(self._key(folder)) + 1
        return sorted(
            meta["path"][start:]
            for meta in self._list(folder)
            if before is None or meta["last_modified"] < before
        )

    def sizes(self, folder: Path) -> dict[str, int]:
        """Return the size of each object below a folder by its name."""
        start = len(self._key(folder)) + 1
        return {meta["path"][start:]: meta["size"] for meta in self._list(folder)}

    def _list(self, folder: Path) -> list[ObjectMeta]:
        import obstore

        with _requests():
            chunks = obstore.list(self._store, self._key(folder), chunk_size=NAMES_PER_CHUNK)
            return [meta for chunk in chunks for meta in chunk]

    def total_bytes(self, folder: Path) -> int:
        """Return the size of all objects below a folder."""
        return sum(meta["size"] for meta in self._list(folder))

    @contextmanager
    def local_folder(self, folder: Path) -> Iterator[Path]:
        """Yield a temporary copy of a folder, or the lasting one of files that never change."""
        names = self.names(folder)
        if self._is_copied(folder):
            for name in names:
                self.fetch(folder / name)
            yield folder
            return
        with tempfile.TemporaryDirectory(dir=self._settings.data_path, prefix=".copy-") as copies:
            for name in names:
                copy = Path(copies) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                if result := self._get(folder / name):  # it was deleted meanwhile otherwise
                    _copy_to(result, copy)
            yield Path(copies)

    def problem(self, *, writes: bool = False) -> str:
        """Return why the bucket cannot be listed, or a probe neither stored, read nor deleted."""
        probe = self._folders["uploads"] / f"probe-{uuid4().hex}"
        try:
            self.names(probe)
            if writes:
                self.write(probe, b"probe")
                self.open(probe)
                self.delete(probe)
        except StorageUnavailable as error:
            return f"DELIBERATE_STORAGE_URL: {error}"
        return ""


@contextmanager
def _requests() -> Iterator[None]:
    """Turn errors of the client into StorageUnavailable with their first line."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, TimeoutError) as error:
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise StorageUnavailable(_ATTEMPTS.sub(": ", reason)) from error


def _copy(result: GetResult, file: BinaryIO) -> None:
    with _requests():
        for chunk in result.stream(CHUNK_BYTES):
            file.write(chunk)


def _copy_to(result: GetResult, path: Path) -> None:
    with path.open("wb") as file:
        _copy(result, file)
        file.flush()
        os.fsync(file.fileno())


def _read_start(result: GetResult, limit: int) -> bytes:
    """Return the first bytes; the rest is not requested."""
    start = bytearray()
    with _requests():
        for chunk in result.stream(min(limit, CHUNK_BYTES)):
            start += chunk
            if len(start) >= limit:
                break
    return bytes(start[:limit])
