"""Files of forms: what of them is stored while a request is read, and the text of a table."""

from tempfile import SpooledTemporaryFile
from typing import IO

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from deliberate.decoding import UndecodableText, decoded

MAX_FILE_BYTES = 10_000_000
"""The largest file that any form takes; each form refuses what is above its own limit."""
MAX_TABLE_BYTES = 4 * 1024 * 1024
_MEMORY_BYTES = 500_000
"""Above this a file is on the disk while its request lasts."""
_ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "ISO 8859-1", "utf-16-le": "UTF-16"}


class _BoundedFile(SpooledTemporaryFile[bytes]):
    """A temporary file that stores one byte more than a form may take and drops the rest.

    The form then refuses the file at its field, and the fields after the file are read.
    """

    def write(self, content: bytes) -> int:  # type: ignore[override]  # the parser has bytes
        """Write what there is room for; the length of all of it is returned."""
        room = MAX_FILE_BYTES + 1 - self.tell()
        if room > 0:
            super().write(content[:room])
        return len(content)


def open_bounded_file() -> IO[bytes]:
    """Return an empty file for the content of an uploaded one."""
    return _BoundedFile(_MEMORY_BYTES)


class UnreadableUpload(ValueError):
    """A file that is too large, or no text that can be read; the message says what to do."""


def uploaded_table(file: FileStorage) -> str:
    """Return the text of an uploaded table with the line ends of this system.

    Raises UnreadableUpload for a file that is too large, and for another encoding: a guess would
    store wrong letters.
    """
    if file.seek(0, 2) > MAX_TABLE_BYTES:
        limit = MAX_TABLE_BYTES // 1024**2
        raise UnreadableUpload(_("A table can have at most %(n)s MB. Divide it.", n=limit))
    file.seek(0)
    try:
        with decoded(file.stream) as text:
            content = text.read()
    except UndecodableText as error:
        raise UnreadableUpload(_encoding_message(error)) from error
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _encoding_message(error: UndecodableText) -> str:
    if name := _ENCODINGS.get(error.guess):
        return str(
            _(
                "Line %(line)s is not UTF-8; the file is probably %(name)s. "
                "Save the table as “CSV UTF-8” and choose it again.",
                line=error.line,
                name=name,
            )
        )
    return str(
        _(
            "Line %(line)s is not UTF-8. Save the table as “CSV UTF-8” and choose it again.",
            line=error.line,
        )
    )
