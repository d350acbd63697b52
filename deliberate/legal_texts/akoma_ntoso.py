"""Write a draft text as Akoma Ntoso 3.0, so that reading the file gives the same units.

https://docs.oasis-open.org/legaldocml/akn-core/v1.0/akn-core-v1.0-part1-vocabulary.html
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from deliberate.legal_texts.units import ParsedText, Unit

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
MIMETYPE = "application/akn+xml"
_ELEMENTS = {
    "bab": ("chapter", "chp"),
    "bagian": ("section", "sec"),
    "paragraf": ("subsection", "subsec"),
    "pasal": ("article", "art"),
    "ayat": ("paragraph", "para"),
    "huruf": ("point", "point"),
    "angka": ("indent", "indent"),
    "heading": ("section", "sec"),
}
"""Element of a kind of unit, and the prefix of its eId."""


@dataclass(frozen=True)
class Publication:
    """What the metadata of a file state about a version of a draft text."""

    uri: str
    """Address of the draft text, without its host: the same in every version."""
    title: str
    language: str
    """Three letters (ISO 639-2)."""
    number: int
    published_on: str
    """The day as YYYY-MM-DD."""
    publisher: str


def write_akoma_ntoso(
    parsed: ParsedText, publication: Publication, unit_ids: Mapping[str, int] | None = None
) -> bytes:
    """Return a version of a draft text as a file.

    `unit_ids` are the lasting ids of its units by address; they are written as wId.
    """
    root = Element("akomaNtoso", xmlns=NAMESPACE)
    bill = SubElement(root, "bill", name="draft", contains="singleVersion")
    bill.append(_meta(publication))
    if parsed.preamble:
        _paragraphs(SubElement(bill, "preamble"), parsed.preamble)
    body = SubElement(bill, "body")
    children: dict[str, list[Unit]] = defaultdict(list)
    for unit in parsed.units:
        children[unit.parent].append(unit)
    for unit in children[""]:
        if unit.kind != "annex":
            _write_unit(body, unit, children, "", unit_ids or {})
    if parsed.closing:
        _paragraphs(SubElement(bill, "conclusions"), parsed.closing)
    _write_attachments(bill, parsed, publication)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _meta(publication: Publication, part: str = "") -> Element:
    """Return the metadata of the draft, or of one of its attachments."""
    meta = Element("meta")
    identification = SubElement(meta, "identification", source="#publisher")
    suffix = f"!{part}" if part else ""
    expression = f"{publication.uri}/{publication.language}@v{publication.number}{suffix}"
    work = _level(identification, "Work", f"{publication.uri}{suffix}")
    SubElement(work, "FRBRalias", value=publication.title, name="title")
    _date_and_author(work, publication)
    SubElement(work, "FRBRcountry", value="id")
    element = _level(identification, "Expression", expression)
    _date_and_author(element, publication)
    SubElement(element, "FRBRlanguage", language=publication.language)
    _date_and_author(_level(identification, "Manifestation", f"{expression}.xml"), publication)
    references = SubElement(meta, "references", source="#publisher")
    SubElement(
        references,
        "TLCOrganization",
        eId="publisher",
        href="/ontology/organization/publisher",
        showAs=publication.publisher,
    )
    return meta


def _level(identification: Element, level: str, address: str) -> Element:
    """Return the new element of a level of FRBR with its address."""
    element = SubElement(identification, f"FRBR{level}")
    SubElement(element, "FRBRthis", value=address)
    SubElement(element, "FRBRuri", value=address)
    return element


def _date_and_author(element: Element, publication: Publication) -> None:
    SubElement(element, "FRBRdate", date=publication.published_on, name="publication")
    SubElement(element, "FRBRauthor", href="#publisher")


def _write_unit(
    around: Element,
    unit: Unit,
    children: Mapping[str, Sequence[Unit]],
    around_id: str,
    unit_ids: Mapping[str, int],
) -> None:
    element = _open_element(around, unit, around_id, unit_ids)
    below = children.get(unit.address, ())
    own = [unit.text, *(part.text for part in below if part.kind == "section")]
    parts = [part for part in below if part.kind != "section"]
    if text := "\n".join(filter(None, own)):
        _paragraphs(SubElement(element, "intro" if parts else "content"), text)
    elif not parts:
        SubElement(SubElement(element, "content"), "p")
    for part in parts:
        _write_unit(element, part, children, element.attrib["eId"], unit_ids)


def _open_element(
    around: Element, unit: Unit, around_id: str, unit_ids: Mapping[str, int]
) -> Element:
    """Return the new element of a unit with its ids, its number and its heading."""
    name, prefix = _ELEMENTS[unit.kind]
    own_id = f"{prefix}_{unit.number}"
    element = SubElement(around, name, eId=f"{around_id}__{own_id}" if around_id else own_id)
    if unit.address in unit_ids:
        element.set("wId", f"unit_{unit_ids[unit.address]}")
    if unit.kind != "heading":
        SubElement(element, "num").text = _number(unit)
    if unit.heading:
        SubElement(element, "heading").text = unit.heading
    return element


def _number(unit: Unit) -> str:
    """Return a number as it begins a line of the text."""
    numbers = {"ayat": f"({unit.number})", "huruf": f"{unit.number}.", "angka": f"{unit.number}."}
    return numbers.get(unit.kind, unit.label)


def _paragraphs(around: Element, text: str) -> None:
    """Write each line as a paragraph, and lines of cells as the rows of a table."""
    table: Element | None = None
    for line in text.split("\n"):
        if not line.startswith("|"):
            table = None
            SubElement(around, "p").text = line
            continue
        if table is None:
            table = SubElement(around, "table")
        row = SubElement(table, "tr")
        for cell in line.removeprefix("|").split("|"):
            SubElement(SubElement(row, "td"), "p").text = cell.strip()


def _write_attachments(bill: Element, parsed: ParsedText, publication: Publication) -> None:
    """Write the annexes, and the explanation as drafts have it."""
    annexes = [(unit.label.upper(), [unit.text]) for unit in parsed.units if unit.kind == "annex"]
    if explanation := _explanation_lines(parsed):
        annexes.append(("PENJELASAN", explanation))
    if not annexes:
        return
    attachments = SubElement(bill, "attachments")
    for place, (heading, texts) in enumerate(annexes, 1):
        _write_attachment(attachments, place, heading, filter(None, texts), publication)


def _explanation_lines(parsed: ParsedText) -> list[str]:
    """Return the explanation in general, then by Pasal; nothing where there is none."""
    explained = [unit for unit in parsed.units if unit.explanation and unit.kind == "pasal"]
    if not parsed.explanation and not explained:
        return []
    lines = ["I. UMUM", parsed.explanation, "II. PASAL DEMI PASAL"]
    for unit in explained:
        lines += [unit.label, unit.explanation]
    return lines


def _write_attachment(
    around: Element, place: int, heading: str, texts: Iterable[str], publication: Publication
) -> None:
    attachment = SubElement(around, "attachment", eId=f"att_{place}")
    SubElement(attachment, "heading").text = heading
    document = SubElement(attachment, "doc", name=f"annex_{place}")
    document.append(_meta(publication, f"annex_{place}"))
    main = SubElement(document, "mainBody")
    for text in texts:
        _paragraphs(main, text)
    if not len(main):
        SubElement(main, "p")
