"""The directory of uploaded files: write and delete files under random names."""

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from deliberate.config import Settings
from deliberate.operations.proposals.picture_worker import PREVIEW_WIDTHS

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "csv": "text/csv",
}
"""The content type of a stored file by its kind."""


def random_file_name(kind: str) -> str:
    """Return a random file name with the extension of a kind."""
    return f"{secrets.token_hex(16)}.{kind}"


def _directory() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.upload_path


def store_file(name: str, content: bytes) -> None:
    """Write a file completely to disk, before a row refers to it."""
    directory = _directory()
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def preview_name(name: str, width: int) -> str:
    """Return the name of the WebP picture of a width that belongs to a stored file."""
    return f"{Path(name).stem}-{width}.webp"


@contextmanager
def stored_file(kind: str, content: bytes, previews: Sequence[bytes] = ()) -> Iterator[str]:
    """Store a file and its previews under a random name and yield the name of the file.

    Delete them if the body raises.
    """
    name = random_file_name(kind)
    try:
        store_file(name, content)
        for width, preview in zip(PREVIEW_WIDTHS, previews, strict=False):
            store_file(preview_name(name, width), preview)
        yield name
    except BaseException:
        delete_files([name])
        raise


def delete_files(names: Iterable[str]) -> None:
    """Delete files with their previews; missing files are ignored."""
    for name in names:
        for file in (name, *(preview_name(name, width) for width in PREVIEW_WIDTHS)):
            (_directory() / file).unlink(missing_ok=True)
