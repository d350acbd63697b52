"""Akoma Ntoso out: valid by structure, and read back it has the same units."""

from xml.etree import ElementTree

import pytest

from deliberate.legal_texts.akoma_ntoso import NAMESPACE, Publication, write_akoma_ntoso
from deliberate.legal_texts.parser import parse_lines, parse_text
from deliberate.legal_texts.sources import read_file
from deliberate.operations.documents.reading import read_units, read_upload
from deliberate.queries.documents.documents import get_version, list_units
from tests.client import anonymous_client
from tests.documents.draft_texts import large_draft, read_draft, render
from tests.documents.files import to_docx

PUBLICATION = Publication("/akn/id/bill/4", "Partisipasi <&>", "ind", 2, "2026-03-02", "Otorita")
GENERIC = """Rencana taman

# Maksud
Taman untuk semua.
Terbuka setiap hari.

## Jam buka
Dari pukul 6.

# Biaya
Tanpa biaya.
"""
ODD = """BAB I
UMUM

Bagian Kedua Belas
Tabel

Pasal 1
Tarif sebagai berikut:
| a. Golongan | Rp1.000
| b. Lainnya | Rp2.000
(1) Warga "kecil" & <besar> membayar:
    a. tunai:
        1. di loket; atau
        2. di kapal; atau
    b. nirkabel.

Pasal 12A
Satu.

Dua.

Ditetapkan di …

LAMPIRAN I
a. tabel

LAMPIRAN II
b. peta

PENJELASAN
I. UMUM
Umumnya begitu.
II. PASAL DEMI PASAL
Pasal 1
Ayat (1): cukup jelas.
"""
# The elements that each element may hold in the schema of Akoma Ntoso 3.0, of those we write.
BLOCKS = {"p", "table"}
HIERARCHY = {"chapter", "section", "subsection", "article", "paragraph", "point", "indent"}
UNIT = {"num", "heading", "intro", "content", *HIERARCHY}
ALLOWED = {
    "akomaNtoso": {"bill"},
    "bill": {"meta", "preamble", "body", "conclusions", "attachments"},
    "body": HIERARCHY,
    **dict.fromkeys(HIERARCHY, UNIT),
    **dict.fromkeys(("preamble", "conclusions", "content", "intro", "mainBody"), BLOCKS),
    "attachments": {"attachment"},
    "attachment": {"heading", "doc"},
    "doc": {"meta", "mainBody"},
    "table": {"tr"},
    "tr": {"td"},
    "td": {"p"},
    "p": set(),
}
ORDER = ["meta", "preamble", "num", "heading", "intro", "content", "body", "conclusions"]


def units_of(parsed):
    """Return the units, without the spaces that align the cells of a typed table."""
    return [
        (unit.kind, unit.number, unit.address, unit.parent, unit.heading, aligned(unit.text))
        for unit in parsed.units
    ]


def aligned(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def local_name(element):
    return element.tag.rpartition("}")[2]


def all_elements(content):
    return list(ElementTree.fromstring(content).iter())  # written by us


@pytest.mark.parametrize(
    "text",
    [
        *(read_draft(f"participation-v{number}.txt") for number in (1, 2, 3)),
        read_draft("water-60.txt"),
        read_draft("town-120.txt"),
        render(large_draft()),
        GENERIC,
        ODD,
    ],
    ids=["v1", "v2", "v3", "water", "town", "200 pasal", "generic", "odd"],
)
def test_file_read_back_has_the_same_units(text):
    parsed = parse_text(text)
    content = write_akoma_ntoso(parsed, PUBLICATION)
    again = parse_lines(read_file(content))
    assert units_of(again) == units_of(parsed)
    assert (again.preamble, again.closing) == (parsed.preamble, parsed.closing)
    explained = {unit.address: unit.explanation for unit in again.units if unit.explanation}
    assert explained == {u.address: u.explanation for u in parsed.units if u.explanation}
    assert again.explanation == parsed.explanation


@pytest.mark.parametrize("text", [read_draft("water-60.txt"), ODD, GENERIC])
def test_file_is_valid_by_structure(text):
    content = write_akoma_ntoso(parse_text(text), PUBLICATION)
    elements = all_elements(content)
    ids = [
        element.get("eId") for element in elements if element.get("eId") not in (None, "publisher")
    ]
    assert len(ids) == len(set(ids)) and not any(" " in one for one in ids)
    for element in elements:
        assert element.tag.startswith(f"{{{NAMESPACE}}}")
        name = local_name(element)
        if name not in ALLOWED:
            continue
        children = [local_name(child) for child in element]
        assert set(children) <= ALLOWED[name], (name, children)
        places = [ORDER.index(child) for child in children if child in ORDER]
        assert places == sorted(places), (name, children)
        assert not {"intro", "content"} <= set(children)
    assert all(len(element) for element in elements if local_name(element) in ("content", "tr"))


def test_file_names_the_version_and_keeps_the_lasting_ids(app, document):
    client = anonymous_client(app)
    sent = client.get(f"/id/documents/{document.id}/akoma-ntoso?version=1")
    assert sent.status_code == 200 and sent.mimetype == "application/akn+xml"
    units = list_units(get_version(document))
    wanted = {f"unit_{unit.unit_id}" for unit in units}
    written = {element.get("wId") for element in all_elements(sent.data)} - {None}
    assert written == wanted
    read = read_units(read_upload(sent.data))
    assert [unit.address for unit in read.units] == [unit.address for unit in units]
    assert (
        f'href="/id/documents/{document.id}/akoma-ntoso'
        in client.get(f"/id/documents/{document.id}/whole").text
    )
    assert client.get(f"/id/documents/{document.id}/akoma-ntoso?version=9").status_code == 404


def test_headings_of_a_file_without_pasal_are_read_back_from_the_upload():
    content = write_akoma_ntoso(parse_text(GENERIC), PUBLICATION)
    assert units_of(read_units(read_upload(content))) == units_of(parse_text(GENERIC))


def test_pasal_in_the_style_of_a_heading_is_read(tmp_path):
    text = "BAB I\nUMUM\nPasal 1\nSatu.\n"
    from docx import Document

    document = Document()
    for line in text.splitlines():
        document.add_paragraph(line, style="Heading 1" if line[0] in "BP" else None)
    document.save(tmp_path / "draft.docx")
    read = read_units(read_upload((tmp_path / "draft.docx").read_bytes()))
    assert [unit.address for unit in read.units] == ["bab-I", "pasal-1"]
    assert units_of(read_units(read_upload(to_docx(text)))) == units_of(read)
