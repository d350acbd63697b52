"""Detect the type of an uploaded file from its content and return a safe form of it."""

import csv
from dataclasses import dataclass
from io import StringIO

from flask_babel import lazy_gettext as _

from deliberate.operations.proposals.picture_encoding import encode_picture
from deliberate.permissions.decision import InvalidInput

MAX_BYTES = 2 * 1024 * 1024
_UNKNOWN_TYPE = _("Only PDF, PNG, JPEG and CSV files can be added.")
_FILE_TOO_LARGE = _("A file can have at most 2 MB.")
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class SanitizedFile:
    """A file in the form in which it is stored."""

    kind: str
    content: bytes


def sanitize_file(content: bytes) -> SanitizedFile:
    """Return a safe form of a file: pictures without metadata, tables without formulas.

    Raises Refused for an empty file, a file that is too large, and a content that is not a valid
    PDF, PNG, JPEG or CSV file.
    """
    if not content:
        raise InvalidInput(_("Choose a file that is not empty."))
    if len(content) > MAX_BYTES:
        raise InvalidInput(_FILE_TOO_LARGE)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return SanitizedFile("png", _sanitize_picture(content, "PNG"))
    if content.startswith(b"\xff\xd8\xff"):
        return SanitizedFile("jpeg", _sanitize_picture(content, "JPEG"))
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return SanitizedFile("pdf", content)
    return SanitizedFile("csv", _sanitize_csv(content))


def _sanitize_picture(content: bytes, image_format: str) -> bytes:
    encoded = encode_picture(content, image_format)
    if len(encoded) > MAX_BYTES:
        raise InvalidInput(_FILE_TOO_LARGE)
    return encoded


def _sanitize_csv(content: bytes) -> bytes:
    """Return a table of at least two columns, without cells a spreadsheet reads as formulas."""
    try:
        text = content.decode("utf-8-sig")
        first_line = text.split("\n", 1)[0]
        separator = max(",;\t", key=first_line.count)
        rows = list(csv.reader(StringIO(text), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(_UNKNOWN_TYPE) from error
    is_printable = all(c.isprintable() or c in "\r\n\t" for c in text)
    widths = {len(row) for row in rows if row}
    if not is_printable or len(widths) != 1 or min(widths) < 2 or text.lstrip().startswith("<"):
        raise InvalidInput(_UNKNOWN_TYPE)
    output = StringIO()
    writer = csv.writer(output, delimiter=separator)
    writer.writerows([_escape_formula(cell) for cell in row] for row in rows)
    return output.getvalue().encode()


def _escape_formula(cell: str) -> str:
    """Prefix a cell that begins like a formula with an apostrophe; numbers stay as they are."""
    if not cell.startswith(_FORMULA_PREFIXES):
        return cell
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return f"'{cell}"
    return cell
