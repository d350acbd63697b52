"""The text of an uploaded table: UTF-8, or UTF-16 with its mark; else refused with words."""

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from deliberate.decoding import UndecodableText, decoded

_NAMES = {"cp1252": "Windows-1252", "latin-1": "ISO 8859-1", "utf-16-le": "UTF-16"}


class UnreadableUpload(ValueError):
    """The bytes of a file are no text that can be read; the message says what to do."""


def uploaded_table(file: FileStorage) -> str:
    """Return the text of an uploaded table with the line ends of this system.

    Raises UnreadableUpload for another encoding: a guess would store wrong letters.
    """
    try:
        with decoded(file.stream) as text:
            content = text.read()
    except UndecodableText as error:
        raise UnreadableUpload(_message(error)) from error
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _message(error: UndecodableText) -> str:
    if name := _NAMES.get(error.guess):
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
