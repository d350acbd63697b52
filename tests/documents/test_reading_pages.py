"""Reading a draft text: contents, a Pasal, the whole, search, comparison, older versions."""

import re

import pytest

from deliberate.legal_texts.units import place_name
from deliberate.operations.documents.versions import RevisionEntry, revise_document
from tests.client import anonymous_client
from tests.documents.draft_texts import read_draft


@pytest.fixture
def revised(document, officer):
    for number in (2, 3):
        text = read_draft(f"participation-v{number}.txt")
        revise_document(officer, document, RevisionEntry(number - 1, text, f"Perbaikan {number}."))
    return document


@pytest.fixture
def get(app):
    return anonymous_client(app).get


def test_process_page_leads_to_its_draft_text(get, process, document):
    assert f"/id/documents/{document.id}" in get(f"/id/processes/{process.slug}").text


def test_contents_lead_to_every_pasal(get, document):
    page = get(f"/id/documents/{document.id}").text
    for number in range(1, 25):
        assert f'href="/id/documents/{document.id}/pasal-{number}"' in page
    assert "KETENTUAN UMUM" in page


def test_pasal_is_read_with_explanation_references_and_neighbours(get, revised):
    page = get(f"/id/documents/{revised.id}/pasal-12A").text
    assert "tanpa menunggu ambang" in page and "daftar memuat antara lain" in page
    for relation, place in (("prev", "pasal-12"), ("next", "pasal-13")):
        (href,) = set(re.findall(rf'rel="{relation}"\s+href="([^"]*)"', page))
        assert href == f"/id/documents/{revised.id}/{place}"
    assert f'href="/id/documents/{revised.id}/pasal-1/angka-3"' in page
    referring = get(f"/id/documents/{revised.id}/pasal-12").text
    assert f'href="/id/documents/{revised.id}/pasal-11/ayat-1"' in referring


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("pasal-4/ayat-1", "pasal-4#ayat-1"),
        ("pasal-4/ayat-3/huruf-a", "pasal-4#ayat-3-huruf-a"),
        ("bab-III/bagian-1", "#bab-III-bagian-1"),
        ("versions/1/pasal-3/ayat-2", "versions/1/pasal-3#ayat-2"),
    ],
)
def test_address_of_a_part_leads_to_its_place(get, revised, path, target):
    answer = get(f"/id/documents/{revised.id}/{path}")
    base = f"/id/documents/{revised.id}"
    assert (answer.status_code, answer.location) == (
        303,
        base + (target if target.startswith("#") else f"/{target}"),
    )


def test_older_version_is_read_at_its_own_address(get, revised):
    page = get(f"/en/documents/{revised.id}/versions/1/pasal-9").text
    assert "This is version 1" in page and "Propose other words" not in page
    assert f'href="/en/documents/{revised.id}/pasal-11"' in page  # what became of it


@pytest.mark.parametrize("path", ["pasal-99", "versions/9", "versions/9/pasal-1", "x/y"])
def test_unknown_unit_or_version_is_not_found(get, document, path):
    assert get(f"/id/documents/{document.id}/{path}").status_code == 404


def test_words_are_searched_inside_a_draft(get, document):
    page = get(f"/en/documents/{document.id}?q=berdomisili+wilayah").text
    assert "1 part with these words" in page and "pasal-4/ayat-1" in page


def test_whole_text_is_one_page_with_preamble_and_closing(get, document):
    page = get(f"/id/documents/{document.id}/whole").text
    assert "Menimbang" in page and "Ditetapkan di" in page and "Penjelasan" in page
    assert page.count("<h3") >= 24


def test_versions_are_compared_word_by_word(get, revised):
    page = get(f"/en/documents/{revised.id}/compare?from=2&to=3").text
    assert "<ins>" in page and "<del>" in page and "Perbaikan 3." in page
    assert ">dropped<" in page and ">new<" in page
    swapped = get(f"/en/documents/{revised.id}/compare?from=3&to=2")
    assert swapped.status_code == 200
    same = get(f"/en/documents/{revised.id}/compare?from=1&to=1").text
    assert "These versions have the same words" in same


def test_pages_of_a_large_draft_are_at_most_60_kb(app, get, process, officer):
    from deliberate.operations.documents.versions import DraftEntry, open_document
    from tests.documents.draft_texts import large_draft, render

    draft = open_document(officer, process, DraftEntry("Besar", "id", render(large_draft(200))))
    for path in ("", "/pasal-100"):
        assert len(get(f"/id/documents/{draft.id}{path}").data) <= 60_000


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("pasal-4/ayat-2/huruf-a", "Pasal 4 ayat (2) huruf a"),
        ("lampiran", "Lampiran"),
        ("bab-I/bagian-2", "BAB I Bagian Kedua"),
        ("judul-1.1", "1.1"),
    ],
)
def test_place_is_cited_whole_as_two_ayat_may_have_the_same_huruf(address, place):
    assert place_name(address) == place
