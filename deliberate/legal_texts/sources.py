"""Read a file into lines: plain text, DOCX, ODT or Akoma Ntoso.

DOCX and ODT need the extra `texts` (python-docx, odfdo); without it `format` is refused, as any
other kind of file is. The kind is read from the content, not from the name.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain, dropwhile
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

from deliberate.legal_texts.markers import annex_number
from deliberate.legal_texts.units import Line, UnreadableTextError

MAX_BYTES = 10_000_000
MAX_UNPACKED = 80_000_000
"""Bytes of the parts of a DOCX or ODT file, unpacked."""
_CONTAINERS = ("book", "part", "chapter", "title", "section", "subsection", "paragraph_group")
_NUMBERED = ("paragraph", "point", "indent", "subparagraph", "alinea", "list", "clause")


def read_file(content: bytes) -> list[Line]:
    """Return the lines of a file. Raises UnreadableTextError."""
    if len(content) > MAX_BYTES:
        raise UnreadableTextError("too_large")
    if content.startswith(b"%PDF"):
        raise UnreadableTextError("scanned")
    if content.startswith(b"PK\x03\x04"):
        return _read_package(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_akoma_ntoso(content)
    return [Line(line) for line in _decoded(content).splitlines()]


def _decoded(content: bytes) -> str:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableTextError("format")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _read_package(content: bytes) -> list[Line]:
    try:
        names = _checked_parts(content)
        if "word/document.xml" in names:
            return list(_read_docx(content))
        if "content.xml" in names:
            return list(_read_odt(content))
    except UnreadableTextError:
        raise
    except Exception as error:  # damaged files fail in many ways inside the libraries
        raise UnreadableTextError("format") from error
    raise UnreadableTextError("format")


def _checked_parts(content: bytes) -> set[str]:
    """Return the names of the parts of a package. Raises UnreadableTextError for a bomb."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
            raise UnreadableTextError("too_large")
        names = set(package.namelist())
        for name in names:
            _refuse_entities(package.read(name) if name.endswith((".xml", ".rels")) else b"")
    return names


def _read_docx(content: bytes) -> Iterator[Line]:
    from docx import Document
    from docx.table import Table

    from deliberate.legal_texts.docx_numbering import Numbering

    document = Document(io.BytesIO(content))
    numbering = Numbering(document)
    has_images = bool(document.inline_shapes)
    lines: list[Line] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += [_row([cell.text for cell in row.cells]) for row in block.rows]
            continue
        level = _heading_level(block.style.name if block.style else "")
        text = numbering.text_of(block) + block.text
        parts = text.splitlines() or [""]
        lines += [Line(part, level) for part in parts]
    if has_images and not any(line.text.strip() for line in lines):
        raise UnreadableTextError("scanned")
    yield from lines


def _heading_level(style: str | None) -> int:
    name, _, number = (style or "").partition(" ")
    return int(number) if name == "Heading" and number.isdigit() else 0


def _row(cells: Sequence[str]) -> Line:
    return Line("| " + " | ".join(" ".join(cell.split()) for cell in cells))


def _read_odt(content: bytes) -> Iterator[Line]:
    from odfdo import Document

    body = Document(io.BytesIO(content)).body
    for element in body.children:
        yield from _odt_lines(element)


def _odt_lines(element: Any) -> Iterator[Line]:
    tag = element.tag
    if tag == "table:table":
        for row in element.get_rows():
            yield _row([str(cell.text_recursive) for cell in row.cells])
    elif tag in ("text:p", "text:h"):
        level = int(element.get_attribute("text:outline-level") or 1) if tag == "text:h" else 0
        for part in str(element.inner_text).splitlines() or [""]:
            yield Line(part, level)
    else:
        yield from chain.from_iterable(map(_odt_lines, element.children))


def _refuse_entities(content: bytes) -> None:
    """Refuse XML with a document type, which may name entities, in whatever encoding."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content[:200]:
        raise UnreadableTextError("format")


def _read_akoma_ntoso(content: bytes) -> list[Line]:
    _refuse_entities(content)
    parser = XMLParser()  # noqa: S314  # without a document type there are no entities
    try:
        parser.feed(content)
        root: Element = parser.close()
    except ParseError as error:
        raise UnreadableTextError("format") from error
    if _name(root) != "akomaNtoso":
        raise UnreadableTextError("format")
    return list(_akn_lines(root))


def _name(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _akn_lines(element: Element, depth: int = 0) -> Iterator[Line]:
    """Yield the lines of an element in `depth` containers; a blank line ends each paragraph."""
    name = _name(element)
    if name == "meta":
        return
    if name in ("p", "num", "heading", "docTitle", "block", "tocItem"):
        yield Line(_text(element), depth if name == "heading" else 0)
        if name == "p":
            yield Line("")
        return
    if name == "tr":
        yield _row(["".join(cell.itertext()) for cell in element])
        return
    lines = list(_akn_parts(element, name, depth + (name in _CONTAINERS)))
    if name in ("attachments", "components") and not _begins_with_heading(lines):
        yield Line("LAMPIRAN")
    yield from lines
    yield Line("")


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _begins_with_heading(lines: Sequence[Line]) -> bool:
    """Return whether attachments name themselves: an annex or the explanation."""
    first = next((line.text for line in lines if line.text), "")
    return annex_number(first) is not None or first == "PENJELASAN"


def _akn_parts(element: Element, name: str, depth: int) -> Iterator[Line]:
    """Yield the lines of an element; the number of an ayat or point stands before its text."""
    lines = [line for child in element for line in _akn_lines(child, depth)]
    first = next(iter(element), None)
    if name in _NUMBERED and first is not None and _name(first) == "num":
        rest = list(dropwhile(lambda line: not line.text, lines[1:]))
        text = rest.pop(0).text if rest else ""
        lines = [Line(f"{lines[0].text} {text}"), *rest]
    yield from lines
