"""A resident reads, comments and amends on a phone without script; axe examines the pages."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.documents.contributions import comment_on_unit
from deliberate.operations.documents.versions import RevisionEntry, revise_document
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.vocabulary import Stance
from tests import factories
from tests.documents.draft_texts import SMALL, add_draft_text, read_draft
from tests.live_server import run_server, session_cookie

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def url(app):
    with run_server(app) as address:
        yield address


@contextmanager
def opened(app, chromium, url, person=None, *, width=320, script=False, scheme="light"):
    context = chromium.new_context(
        base_url=url,
        viewport={"width": width, "height": 844},
        java_script_enabled=script,
        bypass_csp=script,
        color_scheme=scheme,
    )
    if person is not None:
        value = session_cookie(app, sign_in(person))
        context.add_cookies([{"name": "session", "value": value, "url": url}])
    try:
        yield context.new_page()
    finally:
        context.close()


def keep_picture(page, name):
    """Store a picture of a page where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_resident_comments_and_amends_on_a_small_phone_without_script(app, chromium, url, document):
    resident = factories.create_resident()
    with opened(app, chromium, url, resident) as page:
        page.goto(f"/id/documents/{document.id}")
        keep_picture(page, "contents")
        page.get_by_role("link", name="Pasal 4", exact=True).click()
        page.get_by_label("Bagian yang mana?").select_option("pasal-4/ayat-2")
        page.get_by_label("Tidak setuju").check()
        page.get_by_label("Alasan atau pertanyaan Anda").fill("Warga asing juga terdampak.")
        page.get_by_role("button", name="Kirim").click()
        assert page.get_by_text("Warga asing juga terdampak.").is_visible()
        page.locator("a[href$='/amend/pasal-4/ayat-1']").click()
        words = page.get_by_label("Bunyi yang Anda usulkan")
        words.fill(words.input_value().replace("berdomisili", "tinggal atau bekerja"))
        page.get_by_label("Alasan Anda").fill("Banyak yang belum pindah KTP.")
        page.get_by_role("button", name="Lihat dahulu").click()
        keep_picture(page, "amend")
        assert page.locator("ins").inner_text().endswith("tinggal atau bekerja")
        page.get_by_role("button", name="Terbitkan usul perubahan").click()
        keep_picture(page, "unit")
        assert page.get_by_text("Banyak yang belum pindah KTP.").is_visible()
        assert page.evaluate(OVERFLOW) <= 0


@pytest.fixture
def paths(process, officer, document):
    revise_document(
        officer, document, RevisionEntry(1, read_draft("participation-v2.txt"), "Perbaikan.")
    )
    small = add_draft_text(
        officer, process, factories.create_resident(), factories.create_resident(), answers=True
    )
    return [
        f"/documents/{document.id}",
        f"/documents/{document.id}?q=usulan",
        f"/documents/{document.id}/pasal-5",
        f"/documents/{document.id}/versions/1/pasal-9",
        f"/documents/{document.id}/whole",
        f"/documents/{document.id}/compare",
        f"/documents/{small.id}/pasal-1",
        f"/documents/{small.id}/amend/pasal-1/ayat-1",
        f"/documents/{small.id}/rights",
        f"/documents/{small.id}/report",
        f"/documents/{small.id}/report/units",
        f"/documents/{small.id}/contributions/1/reply",
        f"/documents/{small.id}/contributions/1/replies",
        "/desk/contributions",
        f"/desk/contributions/{small.id}/table",
        f"/desk/documents/{small.id}/answer/pasal-1",
        f"/desk/documents/{small.id}/close",
        f"/desk/documents/{small.id}/report",
        f"/desk/processes/{process.slug}/documents",
        f"/desk/processes/{process.slug}/documents/new",
        f"/desk/documents/{document.id}/revise",
    ]


@pytest.mark.parametrize(("language", "scheme"), [("id", "light"), ("en", "dark")])
def test_pages_of_draft_texts_have_no_axe_violation_and_fit(
    app,
    chromium,
    url,
    officer,
    paths,
    findings,
    language,
    scheme,
):
    with opened(app, chromium, url, officer, script=True, scheme=scheme) as page:
        for path in paths:
            page.goto(f"/{language}{path}")
            keep_picture(page, f"{language}{path}".replace("/", "-").replace("?", "-"))
            assert (path, findings(page)) == (path, [])
            assert (path, page.evaluate(OVERFLOW) <= 0) == (path, True)
            page.set_viewport_size({"width": 1280, "height": 844})
            assert (path, page.evaluate(OVERFLOW) <= 0) == (path, True)
            page.set_viewport_size({"width": 320, "height": 844})


def test_officer_imports_revises_answers_by_table_and_reports_without_script(
    app, chromium, url, officer, process, document
):
    unit = get_unit(get_version(document), "pasal-4/ayat-1")
    author = factories.create_resident()
    row = comment_on_unit(author, document, unit, "Warga asing juga terdampak.", Stance.FOR)
    with opened(app, chromium, url, officer) as page:
        page.goto(f"/id/desk/processes/{process.slug}/documents/new")
        page.get_by_label("Judul naskah").fill("Naskah tanya jawab")
        page.get_by_label("Atau tulis naskahnya").fill(SMALL)
        page.get_by_role("button", name="Lihat dahulu").click()
        page.get_by_role("button", name="Buka konsultasi").click()
        assert page.get_by_role("heading", name="Naskah tanya jawab").is_visible()
        page.goto(f"/id/desk/documents/{document.id}/revise")
        page.get_by_label("Atau tulis naskahnya").fill(read_draft("participation-v2.txt"))
        page.get_by_label("Apa yang berubah dan mengapa").fill("Menanggapi masukan warga.")
        page.get_by_role("button", name="Bandingkan dengan versi 1").click()
        keep_picture(page, "match")
        assert page.get_by_label("Pasal 19 berasal dari").input_value() == "17, 18"
        page.get_by_role("button", name="Terbitkan versi ini").click()
        assert page.get_by_text("Versi 2", exact=False).first.is_visible()
        assert page.evaluate(OVERFLOW) <= 0
        page.goto("/id/desk/contributions")
        page.get_by_role("link", name="Jawab dengan tabel").click()
        table = page.get_by_label("Atau teksnya")
        line = f"pasal-4,2,{row.id},adopted,law,Diatur undang-undang."
        table.fill(f"unit,version,contributions,decision,ground,reason\n{line}\n")
        page.get_by_role("button", name="Lihat dahulu sebelum diterbitkan").click()
        page.get_by_role("button", name="Terbitkan 1 baris").click()
        assert page.get_by_text("1 jawaban sudah terbit").is_visible()
        page.goto(f"/id/desk/documents/{document.id}/close")
        page.get_by_role("button", name="Tutup sekarang").click()
        page.goto(f"/id/desk/documents/{document.id}/report")
        page.get_by_role("button", name="Terbitkan laporan").click()
        assert page.get_by_text("Diatur undang-undang.").is_visible()
        assert page.evaluate(OVERFLOW) <= 0
