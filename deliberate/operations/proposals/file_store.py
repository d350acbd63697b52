"""The uploaded files: store and delete files under random names."""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.file_storage import StorageUnavailable, file_storage
from deliberate.operations.proposals.picture_worker import PREVIEW_WIDTHS
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.stored_files import file_names

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "csv": "text/csv",
}
"""The content type of a stored file by its kind."""
UNFINISHED_PERIOD = timedelta(days=1)
"""Time in which an upload is over: what nothing names then belongs to nothing."""
STORED_NAME = re.compile(r"([0-9a-f]{32})(-[0-9]+)?\.([a-z]+)")


class StorageRefused(Refused):
    """A file cannot be stored now: the storage does not respond."""


def random_file_name(kind: str) -> str:
    """Return a random file name with the extension of a kind."""
    return f"{secrets.token_hex(16)}.{kind}"


def _directory() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.upload_path


def store_file(name: str, content: bytes) -> None:
    """Store a file completely, before a row refers to it."""
    file_storage().write(_directory() / name, content)


def preview_name(name: str, width: int) -> str:
    """Return the name of the WebP picture of a width that belongs to a stored file."""
    return f"{Path(name).stem}-{width}.webp"


@contextmanager
def stored_file(kind: str, content: bytes, previews: Sequence[bytes] = ()) -> Iterator[str]:
    """Store a file and its previews under a random name and yield the name of the file.

    Delete them if the body raises. Raises StorageRefused while the storage does not respond.
    """
    name = random_file_name(kind)
    try:
        store_file(name, content)
        for width, preview in zip(PREVIEW_WIDTHS, previews, strict=False):
            store_file(preview_name(name, width), preview)
        yield name
    except StorageUnavailable as error:
        current_app.logger.warning("storage unavailable: %s", error)
        delete_files([name])
        raise StorageRefused(
            _("This site cannot store files now. Try again later, or continue without the file.")
        ) from error
    except BaseException:
        delete_files([name])
        raise


def delete_files(names: Iterable[str]) -> None:
    """Delete files with their previews; missing files are ignored.

    What a bucket that does not respond still has, nothing shows; the nightly job deletes it.
    """
    for name in names:
        try:
            for file in (name, *(preview_name(name, width) for width in PREVIEW_WIDTHS)):
                file_storage().delete(_directory() / file)
        except StorageUnavailable as error:
            current_app.logger.warning("storage unavailable: %s", error)


def delete_unnamed_files() -> int:
    """Delete the files that nothing names: of interrupted uploads, or not deleted when removed.

    Return their number.
    """
    directory = _directory()
    stored = file_storage().names(directory, before=now() - UNFINISHED_PERIOD)
    named = {Path(name).stem for name in file_names()}
    unnamed = [
        name for name in stored if (match := STORED_NAME.fullmatch(name)) and match[1] not in named
    ]
    for name in unnamed:
        file_storage().delete(directory / name)
    return len(unnamed)
