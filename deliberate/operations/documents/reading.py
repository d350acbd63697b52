"""Read what an officer imported or typed, with refusals in words."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from deliberate.legal_texts.markers import is_pasal
from deliberate.legal_texts.parser import parse_text
from deliberate.legal_texts.sources import read_file
from deliberate.legal_texts.units import (
    MAX_CHARACTERS,
    MAX_UNITS,
    ParsedText,
    UnreadableTextError,
)
from deliberate.permissions.decision import InvalidInput


def read_upload(content: bytes) -> str:
    """Return the text of a file, one line for each of its paragraphs. Raises InvalidInput.

    Headings are marked only in a text without Pasal: a BAB or a Pasal may have a heading's style.
    """
    try:
        lines = read_file(content)
    except UnreadableTextError as error:
        raise InvalidInput(_message(error)) from error
    if any(is_pasal(line.text) for line in lines):
        text = "\n".join(line.text for line in lines)
    else:
        text = "\n".join(f"{'#' * line.level} {line.text}".strip() for line in lines)
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(_("The text in it is too long: about 300 pages can be read. Divide it."))
    return text


def read_units(text: str) -> ParsedText:
    """Return the units of a text. Raises InvalidInput."""
    try:
        return parse_text(text)
    except UnreadableTextError as error:
        raise InvalidInput(_message(error)) from error


def _message(error: UnreadableTextError) -> LazyString:
    details = ", ".join(error.details)
    messages = {
        "empty": _("There is no text in it."),
        "format": _("Choose a DOCX, ODT, Akoma Ntoso or plain text file that is not damaged."),
        "scanned": _(
            "This file has pages or pictures of pages, not text that can be read in parts. Choose "
            "the DOCX or ODT file."
        ),
        "too_large": _("This file is too large: at most 10 MB."),
        "no_structure": _(
            "There is no Pasal and no heading in it. Begin headings with “#”, or each Pasal with "
            "a line such as “Pasal 1”."
        ),
        "too_many": _(
            "It has %(n)s units; at most %(max)s can be read. Divide it.", n=details, max=MAX_UNITS
        ),
        "duplicates": _("These numbers occur twice: %(numbers)s.", numbers=details),
    }
    return messages[error.code]
