"""Releases as folders, as ZIP files and at the address of another installation."""

import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from deliberate.queries.releases.release_files import InvalidRelease

TIMEOUT_SECONDS = 30
MAX_BYTES = 20 * 1024**3
"""Bytes of a release, or of a log; a release of ten million rows has about four gigabytes."""
MAX_SECONDS = 3600
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class PublishedLog:
    """The tree heads and leaf hashes that an installation publishes, downloaded into files."""

    heads: Path
    leaves: Path
    receipt: Path | None = None
    """The receipt of the build of the release, if the installation has one."""


def is_address(source: str) -> bool:
    """Return whether a source is the address of a release rather than a file."""
    return urlsplit(source).scheme in {"http", "https"}


def without_credentials(source: str) -> str:
    """Return a source as it may be published: an address without user name and password."""
    parts = urlsplit(source)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the folder of a release; a ZIP file is unpacked during the block.

    Raises InvalidRelease if the file is no ZIP file, incomplete or larger than a release.
    """
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory() as folder:
        _unpack(path, folder)
        manifest = next(Path(folder).rglob("manifest.json"), None)
        yield manifest.parent if manifest else Path(folder)


def _unpack(path: Path, folder: str) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_BYTES:
                raise InvalidRelease("the ZIP file is larger than a release can be")
            packed.extractall(folder)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise InvalidRelease("not a ZIP file, or an incomplete download") from error
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or an unknown compression
        raise InvalidRelease(f"the ZIP file cannot be unpacked: {error}") from error


class SameHost(HTTPRedirectHandler):
    """Follow redirects within one host only."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Return the redirected request. Raises URLError for another host or protocol."""
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            fp.close()
            raise URLError(f"redirect to another host: {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Downloads:
    """Downloads from one installation, limited in bytes and in time together."""

    def __init__(self, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS) -> None:
        self._left = max_bytes
        self._end = time.monotonic() + max_seconds
        self._opener = build_opener(SameHost)

    def download(self, address: str, path: Path) -> Path:
        """Download a file over HTTP and return its path. Raises InvalidRelease."""
        request = Request(address, headers={"User-Agent": "deliberate-compare"})  # noqa: S310  # is_address allows http and https alone
        try:
            with (
                self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer,
                path.open("wb") as file,
            ):
                while chunk := answer.read(CHUNK_BYTES):
                    self._count(address, len(chunk))
                    file.write(chunk)
        except (OSError, ValueError, HTTPException) as error:
            raise InvalidRelease(
                f"{without_credentials(address)} cannot be read: {error}"
            ) from error
        return path

    def _count(self, address: str, size: int) -> None:
        self._left -= size
        if self._left < 0 or time.monotonic() > self._end:
            raise InvalidRelease(
                f"{without_credentials(address)} is larger or slower than a release can be"
            )


def download_log(
    address: str, folder: Path, downloads: Downloads, progress: Callable[[str], None]
) -> PublishedLog:
    """Download the tree heads and leaf hashes of the installation at an address.

    Raises InvalidRelease.
    """
    receipt = _download_receipt(address, folder / "receipt.json", downloads)
    log = PublishedLog(folder / "heads.jsonl", folder / "leaves", receipt)
    log.leaves.mkdir()
    downloads.download(urljoin(address, "/log/heads.jsonl"), log.heads)
    names = downloads.download(urljoin(address, "/log/leaves.txt"), folder / "leaves.txt")
    for name in names.read_text(encoding="ascii", errors="replace").split():
        if Path(name).name != name:
            raise InvalidRelease("the installation names a file of leaves outside its folder")
        progress(f"leaf hashes {name}")
        downloads.download(urljoin(address, f"/log/leaves/{name}"), log.leaves / name)
    return log


def _download_receipt(address: str, path: Path, downloads: Downloads) -> Path | None:
    """Download the receipt of a release; None where its installation has none yet, or never."""
    try:
        return downloads.download(f"{address.removesuffix('.zip')}.receipt.json", path)
    except InvalidRelease:
        return None
