"""Packed files: gzip and ZIP, unpacked up to a limit so that no archive fills the disk."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from deliberate.imports.source import UnreadableSource

MAX_FILES = 2000
MAX_BYTES = 4 * 1024**3
"""Bytes that one archive may unpack to."""
MAX_RATIO = 200
"""How many times its packed size a file may have, beyond the first 16 MiB."""
_FREE_BYTES = 16 * 1024**2
_PIECE = 1024**2


@contextmanager
def unpacked(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a folder or file; of a ZIP, a folder with its files, which is removed at the end.

    With `force` a file of any name is one.
    """
    if not path.is_file() or not (force or path.suffix.lower() == ".zip"):
        yield path
        return
    with TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _extract(archive, path, Path(folder))
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise UnreadableSource(
                f"{path}: not a ZIP file that can be read, or an incomplete download"
            ) from error
        except (OSError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or "it is damaged"
            raise UnreadableSource(f"{path}: cannot be unpacked: {reason}") from error
        with _named_as(path, folder):
            yield Path(folder)


@contextmanager
def _named_as(path: Path, folder: str) -> Iterator[None]:
    """Name the archive in errors, and not the folder that it was unpacked into."""
    try:
        yield
    except UnreadableSource as error:
        named = str(error).replace(f"{folder}/", f"{path}: ").replace(folder, str(path))
        raise UnreadableSource(named) from error
    except OSError as error:
        if not str(error.filename or "").startswith(folder):
            raise
        name = str(error.filename).removeprefix(folder).strip("/")
        raise UnreadableSource(f"{path}: {name}: {error.strerror}") from error


def _extract(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_FILES:
        raise UnreadableSource(f"{path}: {len(members)} files; at most {MAX_FILES} are unpacked")
    total = 0
    for info in members:
        name = PurePosixPath(info.filename.replace("\\", "/"))
        if not _is_inside_folder(name):
            raise UnreadableSource(f"{path}: {info.filename!r} leads out of the archive")
        target = folder.joinpath(*name.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as packed, target.open("wb") as file:
            total += _copy(packed, file, f"{path}: {info.filename}", info.compress_size, total)


def _is_inside_folder(name: PurePosixPath) -> bool:
    """Return whether the name of a packed file leads nowhere else, not to another drive either."""
    parts = name.parts
    return bool(parts) and not name.is_absolute() and ".." not in parts and ":" not in parts[0]


def _copy(packed: IO[bytes], file: IO[bytes], name: str, packed_size: int, before: int) -> int:
    """Copy the bytes of a packed file; raises UnreadableSource beyond the limits."""
    size = 0
    while piece := packed.read(_PIECE):
        size += len(piece)
        if size > _FREE_BYTES and size > MAX_RATIO * packed_size:
            raise UnreadableSource(f"{name}: unpacks to more than {MAX_RATIO} times its size")
        if before + size > MAX_BYTES:
            raise UnreadableSource(f"{name}: unpacks to more than {MAX_BYTES // 1024**3} GiB")
        file.write(piece)
    return size


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacking gzip into a temporary one; raises UnreadableSource."""
    try:
        with path.open("rb") as file:
            if path.suffix.lower() != ".gz":
                yield file
                return
            with TemporaryFile() as plain, gzip.open(file) as packed:
                _copy(packed, plain, str(path), path.stat().st_size, 0)  # type: ignore[arg-type]  # GzipFile
                plain.seek(0)
                yield plain
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableSource(f"{path}: not a gzip file, or an incomplete download") from error
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror or error}") from error


def bare_name(path: Path) -> str:
    """Return the name of a file in lower case, without the ending of gzip."""
    name = path.name.lower()
    return name.removesuffix(".gz")
