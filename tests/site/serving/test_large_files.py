"""A file that is too large is refused in words at its field, and what was typed stays."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from deliberate.config import MAX_REQUEST_MB, MAX_UPLOAD_MB
from deliberate.models import Person
from deliberate.operations.documents.versions import DraftEntry, open_document
from deliberate.operations.proposals.drafts import save_draft
from deliberate.views.site.delivery.uploads import MAX_FILE_BYTES
from deliberate.vocabulary import Role
from tests import factories
from tests.client import signed_in_client
from tests.documents.draft_texts import read_draft
from tests.scores.studies.test_study_files import page_of, paper
from tests.scores.test_assessments import create_assessment

MEGABYTE = 1024 * 1024
TYPED = "Kampung di tepi sungai"
TEMPLATES = Path(__file__).parents[3] / "templates"


@dataclass
class FileForm:
    """A form with a file: who fills it in, where, what is typed, what is said of the file."""

    person: Person
    page: str
    fields: dict[str, str]
    message: str
    to: str = ""
    kept: list[str] = field(default_factory=lambda: [TYPED])


def attachment() -> FileForm:
    proposal = factories.create_proposal()
    page = f"/id/proposals/{proposal.id}/files"
    return FileForm(proposal.author, page, {"title": TYPED}, "2 MB")


def attachment_of_a_draft() -> FileForm:
    author = factories.create_resident()
    draft = save_draft(author, {"title": "Lampu", "process": factories.create_process().slug})
    page = f"/id/proposals/drafts/{draft.id}/place"
    return FileForm(author, page, {"title": TYPED, "area": "Sepaku", "add": "1"}, "2 MB")


def picture() -> FileForm:
    institution = factories.create_institution()
    page = f"/id/desk/pictures/institution/{institution.slug}"
    staff = factories.create_staff(institution)
    return FileForm(staff, page, {"place": "0", "alt": TYPED}, "2 MB")


def document_of_a_process() -> FileForm:
    institution = factories.create_institution()
    page = f"/id/desk/processes/{factories.create_process(institution).slug}/information"
    fields = {"title": TYPED, "language": "id", "dated_on": "2026-02-17"}
    staff = factories.create_staff(institution)
    return FileForm(staff, page, fields, "2 MB", f"{page}/documents")


def draft_text() -> FileForm:
    institution = factories.create_institution()
    page = f"/id/desk/processes/{factories.create_process(institution).slug}/documents/new"
    staff = factories.create_staff(institution)
    return FileForm(staff, page, {"title": TYPED, "language": "id"}, "10 MB")


def revision_of_a_draft_text() -> FileForm:
    institution = factories.create_institution()
    process, staff = factories.create_process(institution), factories.create_staff(institution)
    entry = DraftEntry("Naskah", "id", read_draft("participation-v1.txt"))
    document = open_document(staff, process, entry)
    page = f"/id/desk/documents/{document.id}/revise"
    return FileForm(staff, page, {"base": "1", "note": TYPED}, "10 MB")


def table_of_answers() -> FileForm:
    form = revision_of_a_draft_text()
    page = form.page.replace("/desk/documents/", "/desk/contributions/").replace("revise", "table")
    return FileForm(form.person, page, {"table": TYPED, "step": "look"}, "4 MB")


def table_of_responses() -> FileForm:
    staff = factories.create_staff(factories.create_institution())
    return FileForm(staff, "/id/desk/answers", {"table": TYPED, "step": "look"}, "4 MB")


def list_of_residents() -> FileForm:
    admin = factories.create_staff(role=Role.ADMIN)
    return FileForm(
        admin, "/id/desk/residents", {"table": TYPED}, "4 MB", "/id/desk/residents/list"
    )


def population() -> FileForm:
    page = f"/id/desk/processes/{factories.create_process().slug}/population"
    admin = factories.create_staff(role=Role.ADMIN)
    return FileForm(admin, page, {"table": TYPED}, "4 MB", f"{page}/state")


def file_of_a_source() -> FileForm:
    assessment, person, _other = create_assessment()
    page = page_of(paper(person, assessment.process), "/files").replace("/en/", "/id/")
    return FileForm(person, page, {}, "2 MB", kept=[])


def transcript() -> FileForm:
    form = file_of_a_source()
    page = form.page.replace("/files", "/transcript")
    return FileForm(form.person, page, {"language": "id"}, "2 MB", kept=[])


FORMS = {
    "attachments.index": attachment,
    "drafting.place": attachment_of_a_draft,
    "picture_admin.edit": picture,
    "process_information.add_document": document_of_a_process,
    "document_desk.new": draft_text,
    "document_desk.revise": revision_of_a_draft_text,
    "answer_desk.table": table_of_answers,
    "response_table.index": table_of_responses,
    "verification.add_list": list_of_residents,
    "inclusion.state": population,
    "study_files.index": file_of_a_source,
    "study_files.transcript": transcript,
}


def send(app: Flask, form: FileForm, size: int) -> TestResponse:
    """Fill in a form, with the file before what is typed, and send it."""
    browser = signed_in_client(app, form.person)
    shown = browser.get(form.page).text
    tokens = dict(re.findall(r'name="(csrf_token|form_key)"[^>]*value="([^"]*)"', shown))
    file = FileStorage(BytesIO(b"%PDF-1.4\n" + b"x" * size), "laporan.pdf")
    boundary, body = encode_multipart({"file": file, **form.fields, **tokens})
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.post(form.to or form.page, data=body, content_type=kind)


@pytest.mark.parametrize("endpoint", FORMS)
def test_file_that_is_too_large_is_refused_at_its_field_and_what_was_typed_stays(app, endpoint):
    form = FORMS[endpoint]()
    page = send(app, form, 12 * MEGABYTE)
    assert page.status_code == 422
    message = re.search(r'id="file-error">(.*?)</p>', page.text, re.DOTALL)
    assert message and form.message in message[1] and "Kesalahan" in message[1]
    assert 'href="#file"' in page.text
    assert [text for text in form.kept if text not in page.text] == []


def test_every_form_with_a_file_may_be_larger_than_other_forms(app):
    views = app.view_functions.items()
    assert {name for name, view in views if getattr(view, "takes_files", False)} == set(FORMS)
    texts = [path.read_text() for path in TEMPLATES.rglob("*.html")]
    shown = sum(len(re.findall(r"files=true[,)]", text)) for text in texts)
    assert shown == len(FORMS)


def test_form_beyond_the_limit_of_forms_with_files_is_refused_unread(app):
    assert send(app, attachment(), MAX_UPLOAD_MB * MEGABYTE).status_code == 413


def test_form_without_a_file_keeps_the_smaller_limit(app):
    form = FileForm(factories.create_resident(), "/id/account", {}, "", "/id/account/area")
    assert send(app, form, MAX_REQUEST_MB * MEGABYTE).status_code == 413


def test_no_more_of_a_file_is_stored_than_a_form_may_take(app):
    content = FileStorage(BytesIO(b"x" * (MAX_FILE_BYTES + MEGABYTE)), "laporan.pdf")
    boundary, body = encode_multipart({"file": content, "title": TYPED})
    kind = f"multipart/form-data; boundary={boundary}"
    with app.test_request_context("/id/", method="POST", data=body, content_type=kind) as context:
        context.request.max_content_length = MAX_UPLOAD_MB * MEGABYTE
        assert context.request.form["title"] == TYPED
        assert len(context.request.files["file"].read()) == MAX_FILE_BYTES + 1
