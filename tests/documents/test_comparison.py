"""Word-level comparison, and the references and definitions of a text."""

from deliberate.legal_texts.comparison import compare_words, text_change
from deliberate.legal_texts.parser import parse_text
from deliberate.legal_texts.references import find_definitions, link_text
from tests.documents.draft_texts import read_draft


def marked(before, after):
    marks = {"kept": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in compare_words(before, after))


def test_changed_words_are_marked_apart_from_punctuation():
    assert marked("yang tinggal, bekerja.", "yang tinggal atau bekerja.") == (
        "yang tinggal[-,-][+ atau+] bekerja."
    )


def test_neighbouring_changes_are_shown_as_one_phrase():
    assert marked("satu dua tiga empat", "satu lima enam empat") == (
        "satu [-dua tiga-][+lima enam+] empat"
    )


def test_equal_texts_have_no_change():
    assert marked("satu dua", "satu dua") == "satu dua"


def test_change_of_numbers_of_pasal_alone_is_of_references():
    assert text_change("menurut Pasal 3.", "menurut  Pasal 12A.") == "references"
    assert text_change("a b", "a  b") == "same" and text_change("a", "b") == "changed"


def test_references_and_first_uses_of_terms_lead_to_their_units():
    units = parse_text(read_draft("participation-v3.txt")).units
    addresses = frozenset(unit.address for unit in units)
    terms = find_definitions(units)
    assert terms["Catatan Publik"] == "pasal-1/angka-10"
    text = "Usulan menurut Pasal 11 ayat (1) dan ayat (2), bukan Pasal 99; Usulan tetap."
    segments = link_text(text, "pasal-12/ayat-3", addresses, terms)
    assert "".join(segment.text for segment in segments) == text
    assert [(s.text, s.address) for s in segments if s.address] == [
        ("Usulan", "pasal-1/angka-3"),
        ("Pasal 11 ayat (1)", "pasal-11/ayat-1"),
        ("ayat (2)", "pasal-12/ayat-2"),
    ]


def test_definition_with_a_short_name_has_both():
    (unit,) = [
        unit
        for unit in parse_text(
            "Pasal 1\n1. Otorita Ibu Kota yang selanjutnya disebut Otorita adalah lembaga.\n"
        ).units
        if unit.kind == "angka"
    ]
    assert find_definitions([unit]) == dict.fromkeys(
        ("Otorita Ibu Kota", "Otorita"), "pasal-1/angka-1"
    )
