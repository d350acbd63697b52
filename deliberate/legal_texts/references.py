"""References and definitions in the text of a unit, to be linked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deliberate.legal_texts.units import Unit

_REFERENCE = re.compile(
    r"\bPasal\s+(?P<pasal>\d+[A-Z]{0,2})(?:\s+ayat\s+\((?P<ayat>\d+[a-z]?)\))?"
    r"(?:\s+huruf\s+(?P<huruf>[a-z]{1,2})\b)?"
    r"|\bayat\s+\((?P<own>\d+[a-z]?)\)(?:\s+huruf\s+(?P<own_huruf>[a-z]{1,2})\b)?"
)
_DEFINITION = re.compile(
    r"([A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*){0,5})(?:,? yang selanjutnya disebut ([\w ]+?),?)? adalah "
)


@dataclass(frozen=True)
class Segment:
    """A run of text; `address` is that of the unit it refers to, empty for other text.

    `kind` is reference or definition, empty for other text.
    """

    text: str
    address: str = ""
    kind: str = ""


def find_definitions(units: Iterable[Unit]) -> dict[str, str]:
    """Return the defined terms of a text, with the addresses of the units that define them."""
    terms: dict[str, str] = {}
    for unit in units:
        if unit.kind == "angka" and (match := _DEFINITION.match(unit.text)):
            terms.setdefault(match[1], unit.address)
            if match[2]:
                terms.setdefault(match[2].strip(), unit.address)
    return terms


def link_text(
    text: str, unit: str, addresses: frozenset[str], terms: Mapping[str, str]
) -> list[Segment]:
    """Return the text of a unit in segments: its references, and the first use of each term."""
    segments: list[Segment] = []
    position = 0
    for start, end, segment in sorted(_links(text, unit, addresses, terms), key=lambda x: x[:2]):
        if start < position:
            continue
        if start > position:
            segments.append(Segment(text[position:start]))
        segments.append(segment)
        position = end
    if position < len(text):
        segments.append(Segment(text[position:]))
    return segments


def _links(
    text: str, unit: str, addresses: frozenset[str], terms: Mapping[str, str]
) -> Iterator[tuple[int, int, Segment]]:
    for match in _REFERENCE.finditer(text):
        address = _target(match, unit)
        if address in addresses and address != unit:
            yield match.start(), match.end(), Segment(match[0], address, "reference")
    if not terms:
        return
    seen: set[str] = set()
    names: Sequence[str] = sorted(terms, key=len, reverse=True)
    for match in re.finditer(r"\b(" + "|".join(map(re.escape, names)) + r")\b", text):
        term = match[1]
        if term not in seen and terms[term] != unit:
            seen.add(term)
            yield match.start(), match.end(), Segment(term, terms[term], "definition")


def _target(match: re.Match[str], unit: str) -> str:
    pasal = f"pasal-{match['pasal']}" if match["pasal"] else unit.split("/", 1)[0]
    ayat, huruf = match["ayat"] or match["own"], match["huruf"] or match["own_huruf"]
    parts = [pasal, f"ayat-{ayat}" if ayat else "", f"huruf-{huruf}" if huruf else ""]
    return "/".join(part for part in parts if part)
