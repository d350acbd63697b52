"""The parser of draft regulations: units, traps of their form, and what it refuses."""

import json

import pytest

from deliberate.legal_texts.parser import parse_text
from deliberate.legal_texts.units import MAX_UNITS, UnreadableTextError
from tests.documents.draft_texts import large_draft, read_draft, render

COUNTS = json.loads(read_draft("counts.json"))
KINDS = ("bab", "bagian", "paragraf", "pasal", "ayat", "huruf", "angka")
BODY = "BAB I\nUMUM\n\nPasal 1\n(1) Satu.\n(2) Dua:\n    a. x;\n    b. y.\n\nPasal 2\nTiga.\n"


def by_address(text):
    return {unit.address: unit for unit in parse_text(text).units}


@pytest.mark.parametrize("name", COUNTS)
def test_every_unit_of_a_draft_is_found(name):
    parsed = parse_text(read_draft(name))
    assert {kind: parsed.count(kind) for kind in KINDS} == {
        kind: COUNTS[name][kind] for kind in KINDS
    }


def test_200_pasal_with_an_inserted_number_a_table_and_an_annex_are_found():
    parsed = parse_text(render(large_draft(200)))
    assert (parsed.count("pasal"), parsed.count("ayat"), parsed.count("huruf")) == (200, 600, 0)
    assert parsed.count("annex") == 1 and parsed.unread == []
    assert any(unit.address == "pasal-12A" for unit in parsed.units)


def test_headings_and_addresses_follow_the_structure():
    units = by_address(read_draft("water-60.txt"))
    assert units["bab-II/bagian-1"].heading == "Perlindungan"
    assert units["pasal-8/ayat-2/huruf-a/angka-1"].text == "debit musim hujan;"
    assert units["pasal-8"].parent == "bab-II/bagian-1"
    assert units["pasal-12A"].label == "Pasal 12A"
    assert units["bab-II/bagian-1"].label == "Bagian Kesatu"


def test_explanation_stands_beside_its_pasal():
    parsed = parse_text(read_draft("participation-v3.txt"))
    units = {unit.address: unit for unit in parsed.units}
    assert units["pasal-12A"].explanation.startswith("Ayat (2): daftar memuat")
    assert parsed.explanation.startswith("Peraturan ini disusun")
    assert "Ditetapkan di" in parsed.closing and "Menimbang" in parsed.preamble


def test_table_rows_stay_lines_of_their_ayat():
    text = by_address(read_draft("water-60.txt"))["pasal-31/ayat-1"].text
    assert text.count("\n|") == 5 and "a. Rumah tangga sederhana" in text


@pytest.mark.parametrize(
    "line",
    ["kecuali bagi\nPasal 9", "sebagaimana dimaksud pada ayat\n(1) dan ayat (2)", "dalam\nPasal 2"],
)
def test_wrapped_reference_is_no_heading(line):
    units = by_address(f"Pasal 1\n(1) Satu {line} yang berlaku.\n(2) Dua.\n\nPasal 2\nTiga.\n")
    assert set(units) == {"pasal-1", "pasal-1/ayat-1", "pasal-1/ayat-2", "pasal-2"}


def test_number_that_cannot_stand_in_its_place_is_text_and_listed_as_unread():
    parsed = parse_text("Pasal 1\n(1) Satu.\n(5) Lima.\n(2) Dua.\n")
    assert [unit.text for unit in parsed.units if unit.kind == "ayat"] == [
        "Satu. (5) Lima.",
        "Dua.",
    ]
    assert [(row.text, row.reason) for row in parsed.unread] == [("(5) Lima.", "number")]


def test_pasal_that_occurs_again_after_words_without_an_end_is_listed_as_unread():
    parsed = parse_text("Pasal 1\nSatu\nPasal 1\nDua\n\nPasal 2\nTiga.\n")
    assert [unit.text for unit in parsed.units] == ["Satu Pasal 1 Dua", "Tiga."]
    assert [(row.text, row.reason) for row in parsed.unread] == [("Pasal 1", "number")]


def test_text_below_a_heading_without_pasal_is_listed_as_unread():
    parsed = parse_text("BAB I\nUMUM\n\nSebuah kalimat lepas.\n\nPasal 1\nIsi.\n")
    assert [(row.text, row.reason) for row in parsed.unread] == [("Sebuah kalimat lepas.", "place")]


def test_text_with_headings_only_is_read_by_its_headings():
    units = by_address(
        "# Jalan\n\nAlinea satu.\n\nAlinea dua\nsampai sini.\n\n## Trotoar\n\nTiga.\n"
    )
    assert units["judul-1/alinea-2"].text == "Alinea dua sampai sini."
    assert units["judul-1.1"].parent == "judul-1" and units["judul-1.1"].heading == "Trotoar"


def test_numbered_headings_are_read_by_their_level():
    units = by_address("1. Jalan\n\nAlinea satu.\n\n1.1 Trotoar\n\nAlinea dua.\n")
    assert units["judul-1.1"].heading == "Trotoar"


@pytest.mark.parametrize(
    ("text", "code", "details"),
    [
        ("  \n", "empty", []),
        ("Sebuah surat tanpa susunan.\nSalam.", "no_structure", []),
        (BODY.replace("Pasal 2", "Pasal 1"), "duplicates", ["Pasal 1"]),
        (BODY.replace("(2)", "(1)"), "duplicates", ["ayat (1)"]),
        (
            "\n".join(f"Pasal {n}\nIsi." for n in range(1, MAX_UNITS + 2)),
            "too_many",
            [str(MAX_UNITS + 1)],
        ),
    ],
    ids=["empty", "no structure", "two Pasal", "two ayat", "5,001 units"],
)
def test_text_that_cannot_be_read_is_refused_with_its_reason(text, code, details):
    with pytest.raises(UnreadableTextError) as refused:
        parse_text(text)
    assert (refused.value.code, refused.value.details) == (code, details)


def test_bagian_beyond_ten_has_its_number():
    units = by_address("BAB I\nUMUM\n\nBagian Kedua Belas\nJudul\n\nPasal 1\nIsi.\n")
    assert units["bab-I/bagian-12"].heading == "Judul"
