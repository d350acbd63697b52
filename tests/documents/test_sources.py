"""Files of drafts: DOCX with typed and automatic numbers, ODT, Akoma Ntoso, plain text."""

import io
import zipfile

import pytest

from deliberate.legal_texts.parser import parse_lines
from deliberate.legal_texts.sources import MAX_BYTES, read_file
from deliberate.legal_texts.units import UnreadableTextError
from tests.documents.draft_texts import read_draft
from tests.documents.files import docx_with_lists, to_docx, to_odt

AKOMA_NTOSO = """<?xml version="1.0" encoding="UTF-8"?>
<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><bill name="r">
<meta><p>tidak dibaca</p></meta><preface><p>RANCANGAN</p></preface>
<body><chapter><num>BAB I</num><heading>UMUM</heading>
<article><num>Pasal 1</num><paragraph><num>(1)</num><content><p>Satu.</p></content></paragraph>
<paragraph><num>(2)</num><list><intro><p>Dua:</p></intro>
<point><num>a.</num><content><p>x;</p></content></point>
<point><num>b.</num><content><p>y.</p></content></point></list></paragraph></article>
<article><num>Pasal 2</num><content><p>Tiga.</p>
<table><tr><td>a.</td><td>Rp1</td></tr></table></content></article></chapter></body>
<attachments><p>Isi lampiran</p></attachments></bill></akomaNtoso>"""


def addresses(content):
    return [unit.address for unit in parse_lines(read_file(content)).units]


@pytest.mark.parametrize("convert", [to_docx, to_odt, str.encode], ids=["docx", "odt", "text"])
def test_draft_has_the_same_units_in_every_format(convert):
    text = read_draft("participation-v3.txt")
    assert addresses(convert(text)) == addresses(text.encode())


def test_automatic_numbers_of_a_docx_are_read():
    assert addresses(docx_with_lists()) == [
        "pasal-1",
        "pasal-1/ayat-1",
        "pasal-1/ayat-2",
        "pasal-1/ayat-2/huruf-a",
        "pasal-1/ayat-2/huruf-b",
    ]


def test_akoma_ntoso_is_read():
    assert addresses(AKOMA_NTOSO.encode()) == [
        "bab-I",
        "pasal-1",
        "pasal-1/ayat-1",
        "pasal-1/ayat-2",
        "pasal-1/ayat-2/huruf-a",
        "pasal-1/ayat-2/huruf-b",
        "pasal-2",
        "lampiran",
    ]


def _package(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 scan", "scanned"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (_package(a=b"\0" * 81_000_000), "too_large"),
        (_package(a=b"x"), "format"),
        (_package(**{"word/document.xml": b"<x/>"}), "format"),
        (b"PK\x03\x04 broken", "format"),
        (b"\x89PNG\r\n\x00\x00", "format"),
        (b"<html/>", "format"),
        (b"<akomaNtoso>", "format"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><akomaNtoso/>", "format"),
    ],
    ids=[
        *("pdf", "large", "zip bomb", "zip", "empty docx", "damaged zip"),
        *("picture", "html", "cut xml", "entities"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_its_reason(content, code):
    with pytest.raises(UnreadableTextError) as refused:
        read_file(content)
    assert refused.value.code == code


def test_old_encodings_are_read():
    assert read_file("Pasal 1\nDesa “Sepaku”".encode("cp1252"))[1].text == "Desa “Sepaku”"
    assert read_file("\ufeffPasal 1".encode("utf-16"))[0].text.endswith("Pasal 1")
