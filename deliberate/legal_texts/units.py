"""Units of a draft text, and what its parser returns."""

from dataclasses import dataclass, field

MAX_UNITS = 5_000
MAX_CHARACTERS = 700_000
"""Of a draft text: about 300 pages."""
"""Units of one text; longer ones are several texts."""

CONTAINERS = ("bab", "bagian", "paragraf")
PARTS = ("ayat", "huruf", "angka", "section")
"""Kinds of units inside a Pasal or below a heading."""


class UnreadableTextError(ValueError):
    """A text that cannot be read into units.

    `code` is one of empty, format, scanned, too_large, no_structure, too_many, duplicates;
    `details` names what is concerned, for example the numbers that occur twice.
    """

    def __init__(self, code: str, details: list[str] | None = None) -> None:
        self.code, self.details = code, details or []
        super().__init__(": ".join([code, ", ".join(self.details)]) if details else code)


@dataclass(frozen=True)
class Line:
    """A line of a source; `level` is that of a heading, 0 for other text."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class UnreadLine:
    """A line that belongs to no unit with certainty; `reason` is a code."""

    number: int
    text: str
    reason: str


@dataclass
class Unit:
    """A unit of a text. `parent` is the address of the unit around it, empty at the top."""

    kind: str
    number: str
    address: str
    parent: str = ""
    heading: str = ""
    text: str = ""
    explanation: str = ""

    @property
    def label(self) -> str:
        """Return its number as the drafting of laws writes it."""
        return unit_label(self.kind, self.number)


@dataclass
class ParsedText:
    """A text in its units; what stands before and after them is kept as text."""

    preamble: str = ""
    units: list[Unit] = field(default_factory=list)
    closing: str = ""
    explanation: str = ""
    unread: list[UnreadLine] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Return the number of units of a kind."""
        return sum(unit.kind == kind for unit in self.units)


_LABELS = {
    "bab": "BAB {}",
    "bagian": "Bagian {}",
    "paragraf": "Paragraf {}",
    "pasal": "Pasal {}",
    "ayat": "ayat ({})",
    "huruf": "huruf {}",
    "angka": "angka {}",
    "annex": "Lampiran {}",
}


ORDINALS = [
    *("Kesatu", "Kedua", "Ketiga", "Keempat", "Kelima", "Keenam"),
    *("Ketujuh", "Kedelapan", "Kesembilan", "Kesepuluh", "Kesebelas"),
]


def unit_label(kind: str, number: str) -> str:
    """Return a number as the drafting of laws writes it: Bagian Kedua, Pasal 4, ayat (1)."""
    if kind == "bagian" and number.isdigit():
        number = _ordinal(int(number))
    return _LABELS.get(kind, "{}").format(number).strip()


def _ordinal(value: int) -> str:
    """Return a number in words: Kesatu, Kedua Belas, Kedua Puluh; in digits where it is higher."""
    if 1 <= value <= len(ORDINALS):
        return ORDINALS[value - 1]
    if 12 <= value <= 19:
        return f"{ORDINALS[value - 11]} Belas"
    if value % 10 == 0 and 20 <= value <= 90:
        return f"{ORDINALS[value // 10 - 1]} Puluh"
    return str(value)


_PREFIXES = {"lampiran": "annex", "judul": "heading", "alinea": "section"}


def place_name(address: str) -> str:
    """Return an address as a law is cited: Pasal 4 ayat (2) huruf a."""
    parts = (part.partition("-") for part in address.split("/"))
    return " ".join(unit_label(_PREFIXES.get(kind, kind), number) for kind, _, number in parts)
