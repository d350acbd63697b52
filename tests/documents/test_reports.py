"""The report of a consultation: by contribution and by unit, as page, CSV and DOCX, published."""

import csv
import io
import shutil
import subprocess

import pytest
from docx import Document

from deliberate.database import db
from deliberate.exports.studies import report_docx
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import comment_on_unit, withdraw_unit_comment
from deliberate.operations.documents.reports import report_consultation
from deliberate.operations.documents.versions import (
    RevisionEntry,
    close_document,
    revise_document,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.documents.answers import list_report_rows
from deliberate.queries.documents.documents import get_document, get_unit, get_version, list_units
from deliberate.queries.documents.reports import list_unit_rows
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.documents.draft_texts import add_draft_text


@pytest.fixture
def draft(process, officer):
    residents = factories.create_resident(), factories.create_resident()
    return get_document(add_draft_text(officer, process, *residents).id)


def contribution_ids(draft):
    return [row.contribution.id for row in list_report_rows(draft)]


def answer(draft, officer, ids, reason="Tujuh hari cukup."):
    unit = get_unit(get_version(draft), "pasal-1")
    entry = AnswerEntry(UnitDecision.ADOPTED, ResponseGround.TECHNICAL, reason, ids)
    return answer_unit(officer, draft, unit, entry)


def read_csv(app, address):
    return list(csv.reader(io.StringIO(anonymous_client(app).get(address).text)))


def test_report_has_a_row_for_every_contribution_on_the_page_and_in_the_file(app, draft, officer):
    answer(draft, officer, contribution_ids(draft)[:1])
    client = anonymous_client(app)
    page = client.get(f"/en/documents/{draft.id}/report").text
    assert page.count("<tr>") == 1 + 3 and page.count("Waits for an answer") == 2
    rows = read_csv(app, f"/en/documents/{draft.id}/report.csv")
    assert len(rows) == 1 + 3 and rows[1][5].startswith("Adopted. Tujuh hari cukup.")
    assert rows[0][:3] == ["No.", "Part", "Text"]
    assert rows[1][1] == "Pasal 1 ayat (1)"


def test_report_has_the_words_of_a_whole_pasal_as_they_were(app, draft, officer):
    whole = get_unit(get_version(draft), "pasal-1")
    comment_on_unit(factories.create_resident(), draft, whole, "Setuju semua.", Stance.FOR)
    rows = read_csv(app, f"/id/documents/{draft.id}/report.csv")
    (row,) = [row for row in rows if row[4] == "Setuju semua."]
    assert row[1] == "Pasal 1"
    assert row[2] == ("ayat (1) Warga berhak bertanya.\nayat (2) Otorita menjawab dalam 14 hari.")


def test_report_opens_as_docx_with_a_row_for_every_unit(app, draft, officer):
    answer(draft, officer, contribution_ids(draft)[:1])
    file = anonymous_client(app).get(f"/id/documents/{draft.id}/report.docx")
    (table,) = Document(io.BytesIO(file.data)).tables
    units = list_units(get_version(draft))
    assert [row.cells[1].text for row in table.rows[1:]] == [unit.place for unit in units]
    assert table.rows[0].cells[4].text == "Usul perubahan"
    assert "Tujuh hari cukup." in table.rows[2].cells[6].text
    assert sum(int(row.cells[3].text) for row in table.rows[1:]) == 3


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_report_opens_in_libreoffice(app, draft, tmp_path):
    file = anonymous_client(app).get(f"/id/documents/{draft.id}/report.docx")
    (tmp_path / "report.docx").write_bytes(file.data)
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"),
            *("--convert-to", "txt:Text", "report.docx"),
        ],
        cwd=tmp_path,
        check=True,
        timeout=120,
    )
    assert "Otorita menjawab dalam 14 hari." in (tmp_path / "report.txt").read_text()


def test_each_contribution_is_in_one_row_of_the_units_under_its_report_number(app, draft, officer):
    ids = contribution_ids(draft)
    text = (
        "Pasal 1\nWarga berhak bertanya.\n\nPasal 2\nOtorita menjawab dalam 14 hari.\n\n"
        "Pasal 3\nBerlaku hari ini.\n"
    )
    sources = {"pasal-1": ["pasal-1"], "pasal-2": ["pasal-1"], "pasal-3": ["pasal-2"]}
    revise_document(officer, draft, RevisionEntry(2, text, "Dipisah.", sources))
    rows = list_unit_rows(draft)
    numbered = {item.number: item.contribution.id for row in rows for item in row.contributions}
    assert numbered == dict(enumerate(ids, 1))
    assert sum(len(row.contributions) for row in rows) == len(ids)


def test_contributions_to_a_dropped_unit_have_a_row_of_their_own(app, draft, officer):
    text = "Pasal 1\nKata lain sama sekali.\n\nPasal 2\nBerlaku hari ini.\n"
    revise_document(officer, draft, RevisionEntry(2, text, "Dihapus.", {"pasal-1": []}))
    dropped = [row for row in list_unit_rows(draft) if row.is_dropped]
    assert sum(len(row.contributions) for row in dropped) == 3
    rows = read_csv(app, f"/en/documents/{draft.id}/report/units.csv")
    assert "Pasal 1 ayat (2) (Version 2)" in [row[1] for row in rows]


def test_table_of_units_names_what_is_open(app, draft, officer):
    answer(draft, officer, contribution_ids(draft)[:1])
    page = anonymous_client(app).get(f"/en/documents/{draft.id}/report/units").text
    assert "2, 3: Waits for an answer" in page and "Tujuh hari cukup." in page
    _head, *rows = read_csv(app, f"/en/documents/{draft.id}/report/units.csv")
    assert [int(row[3]) for row in rows] == [0, 1, 2, 0]
    assert rows[1][6] == "1: Adopted. Tujuh hari cukup."
    assert rows[2][4] == "3: Otorita menjawab dalam 7 hari."


def test_withdrawn_text_is_on_neither_table(app, draft):
    row = list_report_rows(draft)[0].contribution
    body = row.body
    withdraw_unit_comment(row.author, row)
    for address in ("report", "report/units", "report.csv", "report/units.csv"):
        assert body not in anonymous_client(app).get(f"/en/documents/{draft.id}/{address}").text


def test_published_report_keeps_the_figures_of_the_log(app, draft, officer, log):
    first, second, _third = contribution_ids(draft)
    answer(draft, officer, [first])
    answer(draft, officer, [second], reason="")
    close_document(officer, draft)
    client, address = signed_in_client(app, officer), f"/en/desk/documents/{draft.id}/report"
    rows = log()
    look = client.get(address).text
    assert "The report will state" in look and log() == []
    assert submit_form(client, address).status_code == 303
    (row,) = log()
    heard = [r for r in rows if r.kind in ("comment.posted", "amendment.proposed")]
    reasons = [r for r in rows if r.kind == "unit.answered" and r.details["reason_chars"]]
    explained = {i for r in reasons for i in r.details["answers"]}
    assert row.kind == "consultation.reported"
    assert row.details == {"contributions": len(heard), "explained": len(explained)}
    db.session.rollback()  # what requests wrote
    answer(draft, officer, [second])
    page = anonymous_client(app).get(f"/en/documents/{draft.id}/report").text
    assert "3 contributions heard, 2 considered, 1 explained." in page


def test_report_of_an_open_consultation_or_with_the_same_figures_is_refused(app, draft, officer):
    with pytest.raises(Refused, match="Tutup konsultasinya dahulu"):
        report_consultation(officer, draft)
    page = signed_in_client(app, officer).get(f"/en/desk/documents/{draft.id}/report").text
    assert "Close the consultation first" in page
    close_document(officer, draft)
    report_consultation(officer, draft)
    with pytest.raises(Refused, match="sudah diterbitkan"):
        report_consultation(officer, draft)


def test_only_the_people_of_the_process_publish_the_report(app, draft, officer):
    close_document(officer, draft)
    for person in (
        factories.create_staff(factories.create_institution()),
        factories.create_resident(),
    ):
        with pytest.raises(Refused):
            report_consultation(person, draft)
        page = signed_in_client(app, person).get(f"/en/desk/documents/{draft.id}/report")
        assert page.status_code == 403


def test_report_without_the_extra_names_its_lock_file_instead_of_a_document(
    app, draft, monkeypatch
):
    monkeypatch.setattr(report_docx, "find_spec", lambda _name: None)
    reader, address = anonymous_client(app), f"/id/documents/{draft.id}/report"
    page = reader.get(address).text
    assert "requirements-texts.lock" in page and "report.docx" not in page
    assert reader.get(f"{address}.docx").status_code == 404
