"""What a file is, told by its content alone, and the form in which the house keeps it."""

import csv
import warnings
from dataclasses import dataclass
from io import BytesIO, StringIO

from flask_babel import lazy_gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from deliberate.permissions.decision import Refused

LARGEST = 2 * 1024 * 1024
PIXELS = 24_000_000
_NO_KIND = _("Only PDF, PNG, JPEG and CSV files can be added.")
_TOO_MANY_POINTS = _("A picture has at most 24 million points.")
_BROKEN = _("This picture cannot be read.")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Kept:
    """A file as it is kept."""

    kind: str
    content: bytes


def kept_form(content: bytes) -> Kept:
    """The file as it may be kept: pictures made anew without what they tell of camera and place.

    Raises Refused for what is too large, of no kind we take, or not what it begins like.
    """
    if not content:
        raise Refused(_("Choose a file that is not empty."))
    if len(content) > LARGEST:
        raise Refused(_("A file has at most 2 MB."))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kept("png", _picture(content, "PNG"))
    if content.startswith(b"\xff\xd8\xff"):
        return Kept("jpeg", _picture(content, "JPEG"))
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return Kept("pdf", content)
    return Kept("csv", _table(content))


def _picture(content: bytes, form: str) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=(form,)) as picture:
                if picture.width * picture.height > PIXELS:
                    raise Refused(_TOO_MANY_POINTS)
                return _made_anew(picture, form)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(_TOO_MANY_POINTS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused(_BROKEN) from error


def _made_anew(picture: Image.Image, form: str) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    see_through = form == "PNG" and _has_alpha(upright)
    plain = upright.convert("RGBA" if see_through else "RGB")
    plain.info.clear()
    made = BytesIO()
    plain.save(made, form, optimize=True, **({"quality": 88} if form == "JPEG" else {}))
    if made.tell() > LARGEST:
        raise Refused(_("A file has at most 2 MB."))
    return made.getvalue()


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


def _table(content: bytes) -> bytes:
    """Rows of at least two columns, no cell of which a spreadsheet takes for a formula."""
    try:
        written = content.decode("utf-8-sig")
        first = written.split("\n", 1)[0]
        separator = max(",;\t", key=first.count)
        rows = list(csv.reader(StringIO(written), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(_NO_KIND) from error
    is_text = all(c.isprintable() or c in "\r\n\t" for c in written)
    widths = {len(row) for row in rows if row}
    if not is_text or len(widths) != 1 or min(widths) < 2 or written.lstrip().startswith("<"):
        raise Refused(_NO_KIND)
    made = StringIO()
    csv.writer(made, delimiter=separator).writerows([_harmless(c) for c in row] for row in rows)
    return made.getvalue().encode()


def _harmless(cell: str) -> str:
    """A number stays a number; whatever else begins like a formula gets an apostrophe."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return f"'{cell}"
    return cell
