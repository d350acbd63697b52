"""Transcripts as they come from other programs: plain text and DOCX."""

import io
import re
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _

from deliberate.config import needs_extra
from deliberate.permissions.decision import InvalidInput

if TYPE_CHECKING:
    from docx.document import Document

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED_BYTES = 20 * 1024 * 1024
"""A DOCX is a zip: one of 2 MB can unpack to gigabytes."""
UNREADABLE = _("This file cannot be read. Save it as text (UTF-8) or as DOCX.")


def read_transcript(content: bytes) -> str:
    """Return the text of a file, its paragraphs divided by empty lines.

    Raises InvalidInput for a file that is too large, or neither text nor DOCX.
    """
    if len(content) > MAX_BYTES:
        raise InvalidInput(_("A file can have at most 2 MB."))
    if content.startswith(b"PK\x03\x04"):
        return _read_docx(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(UNREADABLE) from error
    if "\0" in text:
        raise InvalidInput(UNREADABLE)
    return text


def _read_docx(content: bytes) -> str:
    if find_spec("docx") is None:
        raise InvalidInput(_("Reading DOCX %(hint)s", hint=needs_extra("texts")))
    import docx  # an extra, and pages do not need it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise InvalidInput(_("This file is too large once it is unpacked."))
        return "\n\n".join(_block_texts(docx.Document(io.BytesIO(content))))
    except InvalidInput:
        raise
    except Exception as error:  # python-docx raises errors of every kind for damaged files
        raise InvalidInput(UNREADABLE) from error


def _block_texts(document: "Document") -> Iterator[str]:
    """Yield the paragraphs in order; of a table each row, for many transcripts are tables."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\n".join(cell.text for cell in row.cells if cell.text.strip())
        else:
            yield block.text


def split_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text: divided by empty lines, or by lines where there is none."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    divider = r"\n\s*\n" if re.search(r"\n\s*\n", plain) else r"\n"
    return [part.strip() for part in re.split(divider, plain) if part.strip()]
