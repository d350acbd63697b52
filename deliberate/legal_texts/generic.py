"""Read a text without Pasal by its headings: each paragraph below one is a unit."""

import re
from collections.abc import Sequence

from deliberate.legal_texts.units import Line, ParsedText, Unit

_HASHES = re.compile(r"(#{1,6})\s+(.+)")
_NUMBERED = re.compile(r"((?:\d{1,3}\.){0,4}\d{1,3})\.?\s+(\S.{0,98}[^.;:,])")


def read_headings(lines: Sequence[Line]) -> ParsedText:
    """Return the headings and paragraphs of a text; no units where it has no heading."""
    reader = _HeadingReader()
    for line in lines:
        reader.read(line)
    return reader.parsed


class _HeadingReader:
    def __init__(self) -> None:
        self.parsed = ParsedText()
        self.stack: list[tuple[int, Unit]] = []
        self.counts: dict[str, int] = {}
        self.begins_paragraph = True

    def read(self, line: Line) -> None:
        """Read one line: a heading, a paragraph or its continuation."""
        text = line.text.strip()
        heading = _heading(line)
        if not text:
            self.begins_paragraph = True
        elif heading:
            self._open_heading(*heading)
        elif not self.stack:
            self.parsed.preamble = f"{self.parsed.preamble}\n{text}".strip()
        elif self.begins_paragraph:
            self._open("section", text)
        else:
            last = self.parsed.units[-1]
            last.text = f"{last.text} {text}"
        if text:
            self.begins_paragraph = bool(heading) or text.endswith((".", ":", ";"))

    def _open_heading(self, level: int, text: str) -> None:
        while self.stack and self.stack[-1][0] >= level:
            self.stack.pop()
        unit = self._open("heading", "")
        unit.heading = text
        self.stack.append((level, unit))

    def _open(self, kind: str, text: str) -> Unit:
        parent = self.stack[-1][1] if self.stack else None
        key = f"{kind} {parent.address if parent else ''}"
        self.counts[key] = self.counts.get(key, 0) + 1
        number = str(self.counts[key])
        if kind == "heading" and parent:
            number = f"{parent.number}.{number}"
        own = f"judul-{number}" if kind == "heading" else f"alinea-{number}"
        address = f"{parent.address}/{own}" if parent and kind == "section" else own
        unit = Unit(kind, number, address, parent.address if parent else "", text=text)
        self.parsed.units.append(unit)
        return unit


def _heading(line: Line) -> tuple[int, str] | None:
    text = line.text.strip()
    if line.level:
        return line.level, text
    if match := _HASHES.fullmatch(text):
        return len(match[1]), match[2]
    if match := _NUMBERED.fullmatch(text):
        return match[1].count(".") + 1, match[2]
    return None
