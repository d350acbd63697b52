"""Detect the type of an uploaded file from its content and return a safe form of it."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from flask_babel import lazy_gettext as _

from deliberate.operations.proposals.picture_encoding import Previews, encode_picture
from deliberate.permissions.decision import InvalidInput

MAX_BYTES = 2 * 1024 * 1024
_UNKNOWN_TYPE = _("Only PDF, PNG, JPEG, WebP and CSV files can be added.")
_FILE_TOO_LARGE = _("A file can have at most 2 MB.")
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class SanitizedFile:
    """A file in the form in which it is stored."""

    kind: str
    content: bytes
    previews: Previews | None = None
    """The smaller pictures that pages show, of a picture."""

    @property
    def preview_contents(self) -> tuple[bytes, ...]:
        """Return the smaller pictures, the small one first; none of another file."""
        return self.previews.contents if self.previews else ()

    @property
    def dimensions(self) -> dict[str, int | None]:
        """Return width and height of the picture that pages show."""
        previews = self.previews
        return {
            "width": previews.width if previews else None,
            "height": previews.height if previews else None,
        }


def sanitize_file(content: bytes) -> SanitizedFile:
    """Return a safe form of a file: pictures without metadata, tables without formulas.

    Raises Refused for an empty file, a file that is too large, and a content that is not a valid
    PDF, PNG, JPEG, WebP or CSV file.
    """
    if not content:
        raise InvalidInput(_("Choose a file that is not empty."))
    if len(content) > MAX_BYTES:
        raise InvalidInput(_FILE_TOO_LARGE)
    if image_format := _picture_format(content):
        return _sanitize_picture(content, image_format)
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return SanitizedFile("pdf", content)
    return SanitizedFile("csv", _sanitize_csv(content))


def sanitize_picture(content: bytes) -> SanitizedFile:
    """Return a safe form of a picture. Raises InvalidInput for any other file."""
    if len(content) > MAX_BYTES:
        raise InvalidInput(_FILE_TOO_LARGE)
    if image_format := _picture_format(content):
        return _sanitize_picture(content, image_format)
    raise InvalidInput(_("Only PNG, JPEG and WebP pictures can be added."))


def _picture_format(content: bytes) -> str:
    """Return the format of a picture by its first bytes; empty for another file."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return "WEBP" if is_webp else ""


def _sanitize_picture(content: bytes, image_format: str) -> SanitizedFile:
    encoded = encode_picture(content, image_format)
    if len(encoded.content) > MAX_BYTES:
        raise InvalidInput(_FILE_TOO_LARGE)
    return SanitizedFile(image_format.lower(), encoded.content, encoded.previews)


def _sanitize_csv(content: bytes) -> bytes:
    """Return a table of at least two columns, without cells a spreadsheet reads as formulas."""
    try:
        text = content.decode("utf-8-sig")
        first_line = text.split("\n", 1)[0]
        separator = max(",;\t", key=first_line.count)
        rows = list(csv.reader(StringIO(text), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(_UNKNOWN_TYPE) from error
    if not _is_table(text, rows):
        raise InvalidInput(_UNKNOWN_TYPE)
    output = StringIO()
    writer = csv.writer(output, delimiter=separator)
    writer.writerows([_escape_formula(cell) for cell in row] for row in rows)
    return output.getvalue().encode()


def _is_table(text: str, rows: Iterable[Sequence[str]]) -> bool:
    """Return whether rows are equally wide, of two columns at least, and of printable text."""
    is_printable = all(c.isprintable() or c in "\r\n\t" for c in text)
    widths = {len(row) for row in rows if row}
    return is_printable and len(widths) == 1 and min(widths) >= 2 and text.lstrip()[:1] != "<"


def _escape_formula(cell: str) -> str:
    """Prefix a cell that begins like a formula with an apostrophe; numbers stay as they are."""
    if not cell.startswith(_FORMULA_PREFIXES):
        return cell
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return f"'{cell}"
    return cell
