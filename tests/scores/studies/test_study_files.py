"""Files and transcripts of sources: who reads them, what is refused, what erasing takes along."""

import io
import zipfile

import docx
import pytest
from flask_babel import force_locale

from deliberate.database import db
from deliberate.models import StudySource
from deliberate.operations.proposals import file_sanitizing
from deliberate.operations.scores import study_files, transcripts
from deliberate.operations.scores.assessments import save_judgement
from deliberate.operations.scores.excerpts import (
    ExcerptInput,
    add_excerpt,
    code_excerpt,
    import_transcript,
)
from deliberate.operations.scores.findings import FindingInput, write_finding
from deliberate.operations.scores.study_files import add_file, remove_file
from deliberate.operations.scores.study_sources import (
    SourceInput,
    add_source,
    delete_source,
    erase_name,
    redact_source,
)
from deliberate.operations.scores.transcripts import read_transcript, split_paragraphs
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.stored_files import person_file_bytes
from deliberate.queries.scores.studies.excerpts import list_excerpts
from deliberate.vocabulary import ConsentScope, EvidenceKind, RedactionGround
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.proposals.test_attachments import PDF
from tests.scores.studies.test_study_sources import SPOKEN, publish_with, respondent, use_source
from tests.scores.test_assessments import create_assessment, create_evaluator, create_judgement

SPOKEN_TEXT = "Kami diundang terlambat.\n\nRapatnya di jam kerja."


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def paper(evaluator, process):
    """Record a document."""
    content = SourceInput(title="Laporan", dated=SPOKEN)
    return add_source(evaluator, process, EvidenceKind.DOCUMENT, content)


def page_of(source, end):
    return f"/en/desk/studies/{source.process.slug}/sources/{source.id}{end}"


def docx_file(*paragraphs):
    """Return a DOCX with these paragraphs."""
    document, output = docx.Document(), io.BytesIO()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(output)
    return output.getvalue()


def test_file_of_a_source_is_downloaded_by_its_assessors_alone(app):
    assessment, first, _second = create_assessment()
    source = paper(first, assessment.process)
    browser, page = signed_in_client(app, first), page_of(source, "/files")
    assert page in browser.get(page_of(source, "")).text
    assert submit_form(browser, page, file=(io.BytesIO(PDF), "x.pdf")).status_code == 303
    db.session.rollback()
    (file,) = source.files
    answer = browser.get(f"{page}/{file.name}")
    assert answer.data == PDF and answer.headers["Content-Security-Policy"] == "sandbox"
    assert "D1-" in answer.headers["Content-Disposition"]
    answer.close()
    for person in (create_evaluator(), factories.create_staff()):
        assert signed_in_client(app, person).get(f"{page}/{file.name}").status_code in (403, 404)
    assert anonymous_client(app).get(f"{page}/{file.name}").status_code in (302, 303, 401, 403)


def test_file_that_is_too_large_or_of_another_type_is_refused_at_its_field(app, monkeypatch):
    monkeypatch.setattr(file_sanitizing, "MAX_BYTES", 100)
    assessment, person, _other = create_assessment()
    source = paper(person, assessment.process)
    browser, page = signed_in_client(app, person), page_of(source, "/files")
    for content in (b"%PDF-" + bytes(100), b"<script>", b""):
        refused = submit_form(browser, page, file=(io.BytesIO(content), "x.pdf"))
        assert refused.status_code == 422 and 'href="#file"' in refused.text
    assert source.files == []


def test_source_takes_so_many_files_and_they_count_as_storage_of_who_added_them(app, monkeypatch):
    monkeypatch.setattr(study_files, "MAX_FILES", 1)
    assessment, person, _other = create_assessment()
    source = paper(person, assessment.process)
    add_file(person, source, PDF)
    with pytest.raises(Refused, match="at most 1 files"):
        add_file(person, source, PDF)
    assert person_file_bytes(person) == len(PDF)


def test_removed_file_is_gone_from_disk(app):
    assessment, person, _other = create_assessment()
    source = paper(person, assessment.process)
    file = add_file(person, source, PDF)
    path = app.config["SETTINGS"].upload_path / file.name
    assert path.exists()
    remove_file(person, source, file)
    assert not path.exists() and source.files == []


def test_redacted_source_loses_its_files(app, clock):
    assessment, first, _second = create_assessment()
    source = respondent(first, assessment.process)
    path = app.config["SETTINGS"].upload_path / add_file(first, source, PDF).name
    use_source(first, assessment, source)
    save_judgement(first, assessment)
    redact_source(first, source, RedactionGround.ORDER)
    assert not path.exists() and source.files == []


def test_frozen_source_takes_no_file(app, clock):
    _assessment, source, person = publish_with(clock)
    with pytest.raises(Refused, match="frozen"):
        add_file(person, source, PDF)
    html = signed_in_client(app, person).get(page_of(source, "/files")).text
    assert "no longer changes" in html and 'type="file"' not in html


def test_transcript_becomes_excerpts_by_paragraph_without_codes(app):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process)
    browser, page = signed_in_client(app, person), page_of(source, "/transcript")
    assert page in browser.get(page_of(source, "")).text
    assert submit_form(browser, page, language="id", text=SPOKEN_TEXT).status_code == 303
    db.session.rollback()
    rows = list_excerpts(source.process_id, source.id)
    assert [(row.body, row.place, row.language) for row in rows] == [
        ("Kami diundang terlambat.", "paragraph 1", "id"),
        ("Rapatnya di jam kerja.", "paragraph 2", "id"),
    ]
    assert not any(row.codes for row in rows)


def test_longer_transcript_adds_only_what_is_new(app):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process)
    assert import_transcript(person, source, SPOKEN_TEXT, "id") == 2
    assert import_transcript(person, source, SPOKEN_TEXT + "\n\nTerima kasih.", "id") == 1
    with pytest.raises(Refused, match="no new paragraph"):
        import_transcript(person, source, SPOKEN_TEXT, "id")


def test_transcript_as_docx_or_text_file_is_read(app):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process)
    browser, page = signed_in_client(app, person), page_of(source, "/transcript")
    files = ((docx_file("Satu", "", "Dua"), "a.docx"), ("\ufeffTiga\r\nEmpat".encode(), "b.txt"))
    for content, name in files:
        answer = submit_form(browser, page, language="id", file=(io.BytesIO(content), name))
        assert answer.status_code == 303
    db.session.rollback()
    bodies = {row.body for row in list_excerpts(source.process_id, source.id)}
    assert bodies == {"Satu", "Dua", "Tiga", "Empat"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00x", "cannot be read"),
        (b"a\0b", "cannot be read"),
        (b"PK\x03\x04 no zip", "cannot be read"),
        (b"x" * (transcripts.MAX_BYTES + 1), "at most 2 MB"),
    ],
)
def test_transcript_that_cannot_be_read_is_refused(app, content, problem):
    with pytest.raises(Refused, match=problem):
        read_transcript(content)


def test_docx_that_unpacks_to_too_much_is_refused(app):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(transcripts.MAX_UNPACKED_BYTES + 1))
    with pytest.raises(Refused, match="unpacked"):
        read_transcript(output.getvalue())


def test_docx_without_the_extra_names_its_lock_file(app, monkeypatch):
    monkeypatch.setattr(transcripts, "find_spec", lambda _name: None)
    with pytest.raises(Refused, match=r"requirements-texts\.lock"):
        read_transcript(docx_file("Satu"))


def test_wrong_transcript_is_refused_at_its_field_and_keeps_the_text(app):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process)
    browser, page = signed_in_client(app, person), page_of(source, "/transcript")
    long_text = "Pendek.\n\n" + "x" * 4001
    refused = submit_form(browser, page, language="id", text=long_text)
    assert refused.status_code == 422 and "Paragraph 2" in refused.text
    assert 'href="#text"' in refused.text and long_text[-50:] in refused.text
    refused = submit_form(browser, page, language="id", file=(io.BytesIO(b"\xff"), "x.txt"))
    assert refused.status_code == 422 and 'href="#file"' in refused.text


def test_transcript_of_who_has_not_consented_is_not_imported(app):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process, ConsentScope.NOT_GIVEN)
    with pytest.raises(Refused, match="not consented"):
        import_transcript(person, source, "Satu", "id")


def test_paragraphs_are_lines_where_no_line_is_empty():
    assert split_paragraphs("Satu\nDua\r\n") == ["Satu", "Dua"]
    assert split_paragraphs("Satu\nlanjut\n \nDua") == ["Satu\nlanjut", "Dua"]


def test_unused_source_is_deleted_by_who_recorded_it_with_files_and_excerpts(app):
    assessment, person, other = create_assessment()
    source = paper(person, assessment.process)
    path = app.config["SETTINGS"].upload_path / add_file(person, source, PDF).name
    add_excerpt(person, source, ExcerptInput("Kutipan", "id"))
    with pytest.raises(Refused):
        delete_source(other, source)
    browser = signed_in_client(app, person)
    process_id, source_id = source.process_id, source.id
    answer = submit_form(browser, page_of(source, ""), to=page_of(source, "/removal"))
    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.get(StudySource, source_id) is None
    assert not path.exists() and list_excerpts(process_id) == []


def test_source_that_something_rests_on_is_not_deleted(app):
    assessment, person, other = create_assessment()
    rated, coded, named = (paper(person, assessment.process) for _ in range(3))
    use_source(other, assessment, rated)
    code_excerpt(other, add_excerpt(person, coded, ExcerptInput("Kutipan", "id")), ["DP1"])
    named = respondent(person, assessment.process)
    for source, why in ((rated, "judgement"), (coded, "coder"), (named, "Erase the name")):
        with pytest.raises(Refused, match=why):
            delete_source(person, source)
    erase_name(person, named)
    delete_source(person, named)
    judgement, person, _other = create_judgement()
    found = paper(person, judgement.process)
    write_finding(person, judgement, "DP1", FindingInput("Temuan", sources=[found]))
    with pytest.raises(Refused, match="finding"):
        delete_source(person, found)


def test_transcript_in_a_table_becomes_an_excerpt_for_each_row():
    document, output = docx.Document(), io.BytesIO()
    document.add_paragraph("Wawancara")
    table = document.add_table(2, 2)
    for row, texts in zip(table.rows, (("P", "Kapan?"), ("R7", "Terlambat.")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("Selesai")
    document.save(output)
    paragraphs = split_paragraphs(read_transcript(output.getvalue()))
    assert paragraphs == ["Wawancara", "P\nKapan?", "R7\nTerlambat.", "Selesai"]


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
def test_damaged_docx_is_refused_in_words(part):
    source, output = zipfile.ZipFile(io.BytesIO(docx_file("Kami"))), io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, b"<a/>" if name == part else source.read(name))
    with pytest.raises(Refused, match="cannot be read"):
        read_transcript(output.getvalue())
