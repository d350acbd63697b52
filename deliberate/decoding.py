"""Decode files as people have them: UTF-8, UTF-16 with its mark, another encoding by its name."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536


class UndecodableText(ValueError):
    """Bytes that are not text in their encoding: the line, and the encoding that they may have."""

    def __init__(self, line: int, encoding: str, guess: str) -> None:
        super().__init__(line, encoding, guess)
        self.line, self.encoding, self.guess = line, encoding, guess


def is_known_encoding(name: str) -> bool:
    """Return whether Python decodes text by this name of an encoding."""
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False


@contextmanager
def decoded(file: IO[bytes], encoding: str = "") -> Iterator[TextIOWrapper]:
    """Yield the text of a binary file that can be read again from its start.

    A mark at the start decides; without one the given encoding, or UTF-8. Line ends are left as
    they are. Raises UndecodableText before anything is read. The file stays open.
    """
    start = file.read(4)
    file.seek(0)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    name = marked or encoding or "utf-8"
    _check(file, name)
    file.seek(0)
    text = TextIOWrapper(file, name, newline="")
    try:
        yield text
    finally:
        text.detach()


def _check(file: IO[bytes], name: str) -> None:
    """Decode all of a file piece by piece; a NUL marks an encoding that was not recognised."""
    decoder, lines = codecs.getincrementaldecoder(name)(), 0
    while piece := file.read(_SAMPLE):
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start) + 1
            raise UndecodableText(line, name, guess_encoding(piece)) from None
        if "\0" in text:
            line = lines + text.count("\n", 0, text.index("\0")) + 1
            raise UndecodableText(line, name, guess_encoding(piece))
        lines += text.count("\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UndecodableText(lines + 1, name, "") from None


def guess_encoding(content: bytes) -> str:
    """Return the encoding that bytes without a mark probably have; empty if there is no sign."""
    zeros = content.count(0)
    if zeros * 4 > len(content):
        return "utf-16-le" if content[1::2].count(0) * 2 > zeros else "utf-16-be"
    if zeros:
        return ""
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
