"""Releases as folders, as ZIP files and at the address of another installation."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from deliberate.queries.releases.release_files import InvalidRelease

TIMEOUT_SECONDS = 30
MAX_UNPACKED_BYTES = 20 * 1024**3
"""Bytes of all files of an archive; a release of ten million rows has about four gigabytes."""
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class PublishedLog:
    """The tree heads and leaf hashes that an installation publishes, downloaded into files."""

    heads: Path
    leaves: Path


def is_address(source: str) -> bool:
    """Return whether a source is the address of a release rather than a file."""
    return urlsplit(source).scheme in {"http", "https"}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the folder of a release; a ZIP file is unpacked during the block.

    Raises InvalidRelease if the file is no ZIP file, incomplete or larger than a release.
    """
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED_BYTES:
                    raise InvalidRelease("the ZIP file is larger than a release can be")
                packed.extractall(folder)
        except (zipfile.BadZipFile, EOFError) as error:
            raise InvalidRelease("not a ZIP file, or an incomplete download") from error
        manifest = next(Path(folder).rglob("manifest.json"), None)
        yield manifest.parent if manifest else Path(folder)


def download(address: str, path: Path) -> Path:
    """Download a file over HTTP and return its path. Raises InvalidRelease."""
    try:
        request = Request(address, headers={"User-Agent": "deliberate-compare"})  # noqa: S310  # is_address allows http and https alone
        answer = urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310  # as above
        with answer, path.open("wb") as file:
            shutil.copyfileobj(answer, file, CHUNK_BYTES)
    except (URLError, OSError, ValueError) as error:
        raise InvalidRelease(f"{address} cannot be read: {error}") from error
    return path


def download_log(address: str, folder: Path, progress: Callable[[str], None]) -> PublishedLog:
    """Download the tree heads and leaf hashes of the installation at an address.

    Raises InvalidRelease.
    """
    log = PublishedLog(folder / "heads.jsonl", folder / "leaves")
    log.leaves.mkdir()
    download(urljoin(address, "/log/heads.jsonl"), log.heads)
    names = download(urljoin(address, "/log/leaves.txt"), folder / "leaves.txt")
    for name in names.read_text(encoding="ascii", errors="replace").split():
        if Path(name).name != name:
            raise InvalidRelease(f"{address} names a file of leaves outside its folder")
        progress(f"leaf hashes {name}")
        download(urljoin(address, f"/log/leaves/{name}"), log.leaves / name)
    return log
