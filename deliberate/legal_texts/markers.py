"""How the lines of an Indonesian regulation begin: numbers of units, and which follows which."""

import re
from dataclasses import dataclass

from deliberate.legal_texts.units import ORDINALS

_BAB = re.compile(r"BAB\s+([IVXLC]+[A-Z]?)(?:\s*[-–.:]?\s+(.+))?")
_BAGIAN = re.compile(r"Bagian\s+(Ke[a-z]+(?:\s+(?:Belas|Puluh|Ke?[a-z]+)){0,3})", re.IGNORECASE)
_PARAGRAF = re.compile(r"Paragraf\s+(\d{1,3})", re.IGNORECASE)
_PASAL = re.compile(r"Pasal\s+(\d{1,4})\s?([A-Z]{0,2})", re.IGNORECASE)
_AYAT = re.compile(r"\((\d{1,3}[a-z]?)\)\s*(.*)", re.DOTALL)
_HURUF = re.compile(r"([a-z]{1,2})\.\s+(.*)", re.DOTALL)
_ANGKA = re.compile(r"(\d{1,3})\.\s+(.*)", re.DOTALL)
_ANNEX = re.compile(r"LAMPIRAN(?:\s+([IVXLC]+|\d+))?")
_PAGE_NUMBER = re.compile(r"[-–—]\s*\d{1,4}\s*[-–—]|\.{3}|…|\d{1,4}")
_CLOSING = re.compile(r"(Agar setiap orang|Ditetapkan di|Disahkan di|Diundangkan di)\b")
_UNFINISHED = re.compile(
    r"(,|\b(pasal|ayat|huruf|angka|dan|atau|dalam|pada|bagi|dari|dengan|kecuali|menurut|serta|sampai"
    r"|dimaksud|oleh|untuk|atas))$",
    re.IGNORECASE,
)
_ORDINALS = [word.lower() for word in ORDINALS]


@dataclass(frozen=True)
class Marker:
    """The beginning of a unit: its kind, its number and the text after it on the line."""

    kind: str
    number: str
    rest: str = ""


def read_marker(line: str) -> Marker | None:
    """Return the unit that a line may begin, None for other text."""
    return _container_marker(line) or _part_marker(line)


def _container_marker(line: str) -> Marker | None:
    if match := _BAB.fullmatch(line):
        rest = match[2] or ""
        return Marker("bab", match[1], rest) if rest == rest.upper() else None
    if match := _BAGIAN.fullmatch(line):
        return Marker("bagian", _ordinal(match[1]))
    if match := _PARAGRAF.fullmatch(line):
        return Marker("paragraf", match[1])
    if match := _PASAL.fullmatch(line):
        return Marker("pasal", match[1] + match[2].upper())
    return None


def _part_marker(line: str) -> Marker | None:
    for kind, pattern in (("ayat", _AYAT), ("huruf", _HURUF), ("angka", _ANGKA)):
        if match := pattern.fullmatch(line):
            return Marker(kind, match[1], match[2])
    return None


def _ordinal(words: str) -> str:
    """Return the number of an ordinal, or the words where it is not known."""
    parts = words.lower().split()
    if parts[0] in _ORDINALS:
        value = _ORDINALS.index(parts[0]) + 1
        if parts[1:] == ["belas"]:
            return str(value + 10)
        if parts[1:] == ["puluh"]:
            return str(value * 10)
        if len(parts) == 1:
            return str(value)
    return "-".join(parts)


def annex_number(line: str) -> str | None:
    """Return the number of the annex that a line begins, empty without one; None for other text."""
    match = _ANNEX.fullmatch(line)
    return (match[1] or "") if match else None


def is_pasal(line: str) -> bool:
    """Return whether a line is the number of a Pasal."""
    return bool(_PASAL.fullmatch(line.strip()))


def is_page_number(line: str) -> bool:
    """Return whether a line is only the number of a page."""
    return bool(_PAGE_NUMBER.fullmatch(line))


def begins_closing(line: str) -> bool:
    """Return whether a line begins the closing formula."""
    return bool(_CLOSING.match(line))


def is_unfinished(text: str) -> bool:
    """Return whether a text ends where a reference to a number must follow."""
    return bool(_UNFINISHED.search(text.rstrip()))


def is_first(number: str) -> bool:
    """Return whether a number begins a list."""
    return number in ("1", "a")


def follows(number: str, previous: str) -> bool:
    """Return whether a number may stand after another: 13 or 12A after 12, b after a."""
    if previous.isalpha() and previous.islower():
        return number == _next_letter(previous)
    (value, suffix), (old_value, old_suffix) = _split(number), _split(previous)
    if value == old_value + 1:
        return suffix in ("", "A")
    return value == old_value and suffix == (_next_letter(old_suffix) if old_suffix else "a")


def _split(number: str) -> tuple[int, str]:
    match = re.fullmatch(r"(\d+)([A-Za-z]*)", number)
    return (int(match[1]), match[2].lower()) if match else (-1, number)


def _next_letter(letter: str) -> str:
    return "aa" if letter == "z" else letter[:-1] + chr(ord(letter[-1]) + 1)
