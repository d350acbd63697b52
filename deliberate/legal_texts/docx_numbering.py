"""The automatic numbers of paragraphs of a DOCX file, which its text does not contain."""

from collections.abc import Iterator, Mapping
from typing import Any

_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Numbering:
    """Counts the numbered paragraphs of a document in reading order."""

    def __init__(self, document: Any) -> None:
        self.levels = dict(_list_levels(document))
        self.counts: dict[tuple[str, int], int] = {}

    def text_of(self, paragraph: Any) -> str:
        """Return the number that stands before a paragraph, with a space; empty without one."""
        place = _list_place(paragraph)
        if place is None or place not in self.levels:
            return ""
        number_id, level = place
        form, pattern, start = self.levels[place]
        self.counts[place] = self.counts.get(place, start - 1) + 1
        for deeper in [key for key in self.counts if key[0] == number_id and key[1] > level]:
            del self.counts[deeper]
        if form in ("bullet", "none"):
            return ""
        return self._filled(pattern, number_id) + " "

    def _filled(self, pattern: str, number_id: str) -> str:
        for level in range(9):
            if f"%{level + 1}" in pattern:
                form, _pattern, start = self.levels.get((number_id, level), ("decimal", "", 1))
                value = self.counts.get((number_id, level), start)
                pattern = pattern.replace(f"%{level + 1}", _formatted(value, form))
        return pattern


def _list_place(paragraph: Any) -> tuple[str, int] | None:
    """Return the list and the level of a paragraph, its own or those of its style."""
    style = paragraph.style
    sources = [paragraph._p.pPr, style.element.pPr if style is not None else None]
    for properties in sources:
        numbered = properties.numPr if properties is not None else None
        if numbered is not None and numbered.numId is not None:
            level = numbered.ilvl.val if numbered.ilvl is not None else 0
            return str(numbered.numId.val), level
    return None


def _list_levels(document: Any) -> Iterator[tuple[tuple[str, int], tuple[str, str, int]]]:
    """Yield for each list and level the form of its numbers, their pattern and the first one."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    part = next(
        (
            r.target_part
            for r in document.part.rels.values()
            if r.reltype == RELATIONSHIP_TYPE.NUMBERING
        ),
        None,
    )
    if part is None:
        return
    root = part.element
    abstract = {
        node.get(qn("w:abstractNumId")): _levels(node, qn)
        for node in root.iter(qn("w:abstractNum"))
    }
    for number in root.iter(qn("w:num")):
        reference = number.find(qn("w:abstractNumId"))
        levels: Mapping[int, tuple[str, str, int]] = abstract.get(reference.get(qn("w:val")), {})
        for level, form in levels.items():
            yield (number.get(qn("w:numId")), level), form


def _levels(node: Any, qn: Any) -> dict[int, tuple[str, str, int]]:
    def value(level: Any, name: str, default: str) -> str:
        child = level.find(qn(name))
        return default if child is None else str(child.get(qn("w:val")))

    return {
        int(level.get(qn("w:ilvl"))): (
            value(level, "w:numFmt", "decimal"),
            value(level, "w:lvlText", ""),
            int(value(level, "w:start", "1")),
        )
        for level in node.iter(qn("w:lvl"))
    }


def _formatted(value: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        return _roman(value) if form == "lowerRoman" else _roman(value).upper()
    return str(value)


def _roman(value: int) -> str:
    text = ""
    for size, letters in _ROMAN:
        while value >= size:
            text, value = text + letters, value - size
    return text
