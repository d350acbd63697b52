"""Read the lines of a draft into BAB, Bagian, Paragraf, Pasal, ayat, huruf and angka.

Numbers are read, never guessed: a line that looks like the beginning of a unit but whose number
cannot stand there is text of the unit before it, and is listed as unread. A text without Pasal is
read by its headings (`generic`).
"""

from collections import Counter
from collections.abc import Callable, Sequence

from deliberate.legal_texts.generic import read_headings
from deliberate.legal_texts.markers import (
    Marker,
    annex_number,
    begins_closing,
    follows,
    is_first,
    is_page_number,
    is_unfinished,
    read_marker,
)
from deliberate.legal_texts.units import (
    CONTAINERS,
    MAX_UNITS,
    Line,
    ParsedText,
    Unit,
    UnreadableTextError,
    UnreadLine,
)

_ENDS_SENTENCE = (".", ";", ":", "!", "?", ")")


def parse_text(text: str) -> ParsedText:
    """Read a plain text. Raises UnreadableTextError."""
    return parse_lines([Line(line) for line in text.splitlines()])


def parse_lines(lines: Sequence[Line]) -> ParsedText:
    """Read the lines of a source. Raises UnreadableTextError."""
    if not any(line.text.strip() for line in lines):
        raise UnreadableTextError("empty")
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        reader.read(number, line.text.replace("\u00a0", " ").strip())
    parsed = reader.finish()
    if not parsed.count("pasal"):
        parsed = read_headings(lines)
    return _checked(parsed)


def _checked(parsed: ParsedText) -> ParsedText:
    if not parsed.units:
        raise UnreadableTextError("no_structure")
    if len(parsed.units) > MAX_UNITS:
        raise UnreadableTextError("too_many", [str(len(parsed.units))])
    counted = Counter(unit.address for unit in parsed.units)
    if repeated := [address for address, count in counted.items() if count > 1]:
        labels = {unit.address: unit.label for unit in parsed.units}
        raise UnreadableTextError("duplicates", [labels[address] for address in repeated[:20]])
    return parsed


class _Reader:
    """The state of reading: the section, the open units, and the last line."""

    def __init__(self) -> None:
        self.parsed = ParsedText()
        self.section = "preamble"
        self.stack: list[Unit] = []
        self.last_pasal: str | None = None
        self.pasal_by_number: dict[str, Unit] = {}
        self.explained: Unit | None = None
        self.after_blank = True
        self.in_heading = False
        self.readers: dict[str, Callable[[int, str], None]] = {
            "preamble": self._read_preamble,
            "body": self._read_body,
            "closing": self._read_closing,
            "annex": self._read_annex,
            "explanation": self._read_explanation,
        }

    def read(self, number: int, line: str) -> None:
        """Read one line; blank ones end a heading."""
        if not line:
            self.after_blank, self.in_heading = True, False
            return
        if is_page_number(line):
            self._unread(number, line, "page_number")
            return
        if not self._new_section(line):
            self.readers[self.section](number, line)
        self.after_blank = False

    def finish(self) -> ParsedText:
        """Return what was read."""
        return self.parsed

    def _new_section(self, line: str) -> bool:
        """Return whether a line only begins another section."""
        if line == "PENJELASAN":
            self.section = "explanation"
            return True
        if self._begins_annex(line):
            return True
        if self.section == "preamble" and _begins_body(line):
            self.section = "body"
        elif self.section == "body" and begins_closing(line):
            self.section = "closing"
        return False

    def _begins_annex(self, line: str) -> bool:
        """Open the annex that a line begins after the preamble; return whether it does."""
        number = annex_number(line) if self.section in ("body", "closing", "annex") else None
        if number is None:
            return False
        self._open_annex(number)
        return True

    def _open_annex(self, number: str) -> None:
        self.section = "annex"
        address = f"lampiran-{number}" if number else "lampiran"
        self.stack = [Unit("annex", number, address)]
        self.parsed.units.append(self.stack[-1])

    def _read_preamble(self, number: int, line: str) -> None:
        self.parsed.preamble = f"{self.parsed.preamble}\n{line}".strip()

    def _read_closing(self, number: int, line: str) -> None:
        self.parsed.closing = f"{self.parsed.closing}\n{line}".strip()

    def _read_annex(self, number: int, line: str) -> None:
        annex = self.stack[-1]
        annex.text = f"{annex.text}\n{line}".strip()

    def _read_explanation(self, number: int, line: str) -> None:
        marker = read_marker(line)
        if marker and marker.kind == "pasal" and marker.number in self.pasal_by_number:
            self.explained = self.pasal_by_number[marker.number]
        elif self.explained:
            self.explained.explanation = _joined(self.explained.explanation, line, False)
        elif line == "I. UMUM":
            self.parsed.explanation = ""
        elif not line.startswith("II. PASAL DEMI PASAL"):
            self.parsed.explanation = _joined(self.parsed.explanation, line, self.after_blank)

    def _read_body(self, number: int, line: str) -> None:
        marker = None if line.startswith("|") else read_marker(line)
        if marker and self._opens(marker):
            return
        if marker and self._looks_misplaced(marker):
            self._unread(number, line, "number")
        self._continue(number, line)

    def _opens(self, marker: Marker) -> bool:
        """Open the unit of a marker if its number may stand here; return whether it did."""
        if marker.kind in CONTAINERS:
            self._open_container(marker)
            return True
        if marker.kind == "pasal":
            return self._open_pasal(marker)
        return self._open_part(marker)

    def _open_container(self, marker: Marker) -> None:
        rank = CONTAINERS.index(marker.kind)
        around = [unit for unit in self.stack if unit.kind in CONTAINERS and _rank(unit) < rank]
        self._push(around, marker, heading=marker.rest)
        self.in_heading = True

    def _open_pasal(self, marker: Marker) -> bool:
        if self._is_reference(marker):
            return False
        pasal = self._push([unit for unit in self.stack if unit.kind in CONTAINERS], marker)
        self.last_pasal = marker.number
        self.pasal_by_number.setdefault(marker.number, pasal)
        self.in_heading = False
        return True

    def _is_reference(self, marker: Marker) -> bool:
        """Return whether a line with the number of a Pasal continues the sentence before it."""
        text = self._text_before()
        if not text or is_unfinished(text):
            return bool(text)
        in_order = self.last_pasal is None or follows(marker.number, self.last_pasal)
        return not in_order and not self.after_blank and not text.endswith(_ENDS_SENTENCE)

    def _open_part(self, marker: Marker) -> bool:
        pasal = next((unit for unit in self.stack if unit.kind == "pasal"), None)
        if pasal is None or _refers(self._text_before(), marker):
            return False
        before = next((unit for unit in reversed(self.stack) if unit.kind == marker.kind), None)
        if not self._continues(marker, before):
            return False
        around = self.stack
        if before is not None:
            around = self.stack[: self.stack.index(before)]
        elif marker.kind == "ayat":
            around = self.stack[: self.stack.index(pasal) + 1]
        self._push(around, marker, text=marker.rest)
        return True

    def _continues(self, marker: Marker, before: Unit | None) -> bool:
        """Return whether the number of a part follows the one before it, or is the first."""
        if before is None:
            return is_first(marker.number)
        return follows(marker.number, before.number) or self._repeats(marker)

    def _repeats(self, marker: Marker) -> bool:
        """Return whether an ayat has the number of the one before it, which is refused later."""
        ayat = [unit.number for unit in self.stack if unit.kind == "ayat"]
        ends = self._text_before().endswith((".", ":"))
        return marker.kind == "ayat" and ayat == [marker.number] and ends

    def _push(self, around: list[Unit], marker: Marker, heading: str = "", text: str = "") -> Unit:
        parent = around[-1].address if around else ""
        unit = Unit(marker.kind, marker.number, _address(around, marker), parent, heading, text)
        self.stack = [*around, unit]
        self.parsed.units.append(unit)
        return unit

    def _text_before(self) -> str:
        return self.stack[-1].text if self.stack else ""

    def _looks_misplaced(self, marker: Marker) -> bool:
        """Return whether a number stands where none may, other than inside a sentence."""
        text = self._text_before()
        if marker.kind == "pasal":  # a line of its own: hardly ever the middle of a sentence
            return not is_unfinished(text)
        return text.endswith((".", ";", ":")) and not _refers(text, marker)

    def _continue(self, number: int, line: str) -> None:
        unit = self.stack[-1] if self.stack else None
        if unit is None or (unit.kind in CONTAINERS and not self._takes_heading(unit)):
            self._unread(number, line, "place")
        elif unit.kind in CONTAINERS:
            unit.heading = f"{unit.heading} {line}".strip()
            self.in_heading = True
        else:
            own_line = line.startswith("|") or unit.text.rsplit("\n", 1)[-1].startswith("|")
            unit.text = _joined(unit.text, line, self.after_blank, own_line)

    def _takes_heading(self, unit: Unit) -> bool:
        return self.in_heading or not unit.heading

    def _unread(self, number: int, line: str, reason: str) -> None:
        self.parsed.unread.append(UnreadLine(number, line, reason))


def _begins_body(line: str) -> bool:
    marker = read_marker(line)
    return marker is not None and marker.kind in ("bab", "pasal")


def _rank(unit: Unit) -> int:
    return CONTAINERS.index(unit.kind)


def _refers(text: str, marker: Marker) -> bool:
    """Return whether a number at the beginning of a line continues a reference before it."""
    return bool(text) and marker.kind == "ayat" and is_unfinished(text)


def _address(around: list[Unit], marker: Marker) -> str:
    if marker.kind == "pasal":
        return f"pasal-{marker.number}"
    prefix = f"{around[-1].address}/" if around else ""
    return f"{prefix}{marker.kind}-{marker.number}"


def _joined(text: str, line: str, after_blank: bool, own_line: bool = False) -> str:
    """Return a text with one more line: a wrapped one, or a paragraph or table row of its own."""
    if not text:
        return line
    breaks = own_line or (after_blank and text.endswith(_ENDS_SENTENCE))
    return f"{text}\n{line}" if breaks else f"{text} {line}"
