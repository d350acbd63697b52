"""Wrong entries of an evaluator: words at the field, and everything typed stays."""

import io

from deliberate.database import unrecorded
from deliberate.models import ProcessInstitution
from deliberate.operations.proposals import file_sanitizing
from deliberate.operations.scores.study_files import MAX_FILES
from deliberate.vocabulary import AssessmentStage
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.scores.studies.test_study_files import page_of, paper
from tests.scores.test_assessments import create_assessment


def test_document_of_300_pages_is_refused_in_words_with_the_limit_and_the_way_out(app, monkeypatch):
    monkeypatch.setattr(file_sanitizing, "MAX_BYTES", 1_000)
    assessment, person, _other = create_assessment()
    source = paper(person, assessment.process)
    browser, page = signed_in_client(app, person), page_of(source, "/files")
    scan = io.BytesIO(b"%PDF-1.4\n" + bytes(2_000))
    refused = submit_form(browser, page, file=(scan, "laporan.pdf"))
    assert refused.status_code == 422 and "2 MB" in refused.text
    hint = f"at most {MAX_FILES} files. Of a long document add the pages you use."
    assert hint in browser.get(page).text
    assert source.files == []


def test_owner_without_a_date_is_named_at_the_date_and_everything_stays(app):
    assessment, person, _other = create_assessment(AssessmentStage.EX_ANTE)
    institution = factories.create_institution("sarpras")
    part = ProcessInstitution(
        process_id=assessment.process_id, institution_id=institution.id, part="lead"
    )
    with unrecorded("test settings") as session:
        session.add(part)
    browser, page = signed_in_client(app, person), f"/en/desk/assessments/{assessment.id}/pledges"
    typed = {"new1-question": "DP1.2", "new1-action": "Tiga lokakarya", "new1-target": "90 orang"}
    owner = {"new1-owner": institution.slug}
    refused = submit_form(browser, page, **typed, **owner)
    assert refused.status_code == 422
    assert 'href="#new1-due_on"' in refused.text and "A pledge has a date." in refused.text
    assert all(text in refused.text for text in ("Tiga lokakarya", "90 orang"))
    assert f'<option selected value="{institution.slug}"' in refused.text
    nothing_but_owner = submit_form(browser, page, **owner)
    assert nothing_but_owner.status_code == 422
    assert 'href="#new1-action"' in nothing_but_owner.text


def test_address_that_is_no_link_is_named_at_its_field_and_everything_stays(app):
    assessment, person, _other = create_assessment()
    browser = signed_in_client(app, person)
    page = f"/en/desk/studies/{assessment.process.slug}/sources/new/document"
    typed = {"title": "Laporan 2025", "dated": "2026-02-17", "public_text": "Halaman 4."}
    for address in ("ikn.go.id/laporan", "javascript:alert(1)", "laporan di lemari"):
        refused = submit_form(browser, page, **typed, link=address)
        assert refused.status_code == 422 and 'href="#link"' in refused.text
        assert all(text in refused.text for text in (*typed.values(), address))


def test_freezing_with_nothing_answered_says_what_is_missing(app):
    assessment, person, _other = create_assessment(AssessmentStage.EX_ANTE)
    browser, page = signed_in_client(app, person), f"/en/desk/assessments/{assessment.id}/freeze"
    shown = browser.get(page)
    assert shown.status_code == 409 and "saved" in shown.text and "Freeze it" not in shown.text
    assert submit_form(browser, page).status_code == 409
    factories.reload(assessment)
    assert assessment.frozen_at is None
