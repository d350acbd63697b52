"""Documents and contact persons on the page of a process."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from deliberate.commands import cli
from deliberate.database import db
from deliberate.models import ProcessContact, ProcessDocument
from deliberate.operations.processes.process_information import add_contact
from deliberate.operations.processes.process_setup import plan_process
from deliberate.permissions.decision import Refused
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.log.page_faults import PageFault
from deliberate.queries.log.stored_documents import compare_documents
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def office(app, clock):
    return factories.create_institution("air")


@pytest.fixture
def process(office):
    return factories.create_process(office)


@pytest.fixture
def client(app, office, process):
    return signed_in_client(app, factories.create_staff(office))


@pytest.fixture
def manage(process):
    return f"/en/desk/processes/{process.slug}/information"


def add_document(client, manage, title, **fields):
    entry = {"title": title, "language": "id", "dated_on": "2026-02-27", **fields}
    return submit_form(client, manage, f"{manage}/documents", **entry)


def test_exchanged_or_missing_file_of_a_document_is_found(app, client, process, manage):
    added = add_document(client, manage, "Rancangan", file=(BytesIO(PDF), "a.pdf"))
    assert added.status_code == 303
    db.session.rollback()  # read what the request wrote
    assert list(compare_pages(db.session())) == []
    uploads = app.config["SETTINGS"].upload_path
    assert list(compare_documents(db.session(), uploads)) == []
    number, name = db.session.execute(select(ProcessDocument.id, ProcessDocument.name)).one()
    fault = PageFault("process_document", number, "file")
    (uploads / name).write_bytes(PDF + b"\n")
    verified = app.test_cli_runner().invoke(cli, ["log", "verify"])
    assert (verified.exit_code, fault.problem in verified.output) == (1, True)
    (uploads / name).unlink()
    assert list(compare_documents(db.session(), uploads)) == [fault]


def test_document_is_replaced_by_a_newer_version_and_removed(app, client, process, manage, log):
    log()
    first = add_document(client, manage, "Rancangan", file=(BytesIO(PDF), "a.pdf"))
    assert first.status_code == 303
    old = re.search(r"/en/processes/[\w-]+/documents/(\w+\.pdf)", client.get(manage).text)
    number = re.search(r'<option value="(\d+)">Rancangan', client.get(manage).text).group(1)
    url = "https://contoh.example/rancangan-2"
    second = add_document(client, manage, "Rancangan 2", url=url, replaces=number)
    assert second.status_code == 303
    reader = anonymous_client(app)
    page = reader.get(f"/en/processes/{process.slug}").text
    assert f'href="{url}"' in page and "Earlier versions (1)" in page and old.group() in page
    file = reader.get(old.group())
    assert file.data == PDF
    assert file.headers["Content-Disposition"] == "attachment; filename=rancangan.pdf"
    assert file.headers["Content-Security-Policy"].startswith("sandbox;")
    again = add_document(client, manage, "Rancangan 3", url=url, replaces=number)
    assert again.status_code == 422 and "Rancangan 3" in again.text
    assert submit_form(client, manage, f"{manage}/documents/{number}/remove").status_code == 303
    assert reader.get(old.group()).status_code == 410
    assert "Earlier versions" not in reader.get(f"/en/processes/{process.slug}").text
    assert [row.kind for row in log()] == [
        "process_document.added",
        "process_document.added",
        "process_document.removed",
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://a.example", "dated_on": "kemarin"}, "dated_on"),
        ({"url": "https://a.example", "language": "fr"}, "language"),
        ({"file": (BytesIO(b"MZ\x00"), "a.exe")}, "file"),
    ],
)
def test_document_form_shows_error_at_field_and_keeps_input(client, manage, log, fields, field):
    log()
    page = add_document(client, manage, "Rancangan", **fields)
    assert page.status_code == 422 and f'id="{field}-error"' in page.text
    assert 'value="Rancangan"' in page.text and log() == []


def test_removed_contact_is_deleted(app, client, process, manage, log):
    log()
    contact = {"contact_name": "Bu Sari", "office": "Dinas Air", "reach": "0542 123, 08.00–15.00"}
    empty = submit_form(client, manage, f"{manage}/contacts", **{**contact, "reach": ""})
    assert empty.status_code == 422 and 'value="Bu Sari"' in empty.text
    assert submit_form(client, manage, f"{manage}/contacts", **contact).status_code == 303
    reader, page = anonymous_client(app), f"/en/processes/{process.slug}"
    assert all(text in reader.get(page).text for text in contact.values())
    remove = re.search(rf"{manage}/contacts/\d+/remove", client.get(manage).text).group()
    assert submit_form(client, manage, remove).status_code == 303
    assert "Bu Sari" not in reader.get(page).text
    db.session.rollback()
    row = db.session.scalars(select(ProcessContact)).one()
    assert (row.name, row.office, row.reach) == ("", "", "")
    assert [entry.kind for entry in log()] == ["contact.added", "contact.removed"]


def test_only_administrators_and_the_leading_institution_publish(app, process, manage):
    for role, status in ((Role.ADMIN, 200), (Role.STAFF, 403), (Role.MODERATOR, 403)):
        person = factories.create_staff(role=role)
        assert signed_in_client(app, person).get(manage).status_code == status, role
        if status == 403:
            with pytest.raises(Refused):
                add_contact(person, process, "Sari", "Kantor", "0542")
    page = anonymous_client(app).get(f"/en/processes/{process.slug}").text
    assert "/information" not in page


def test_document_of_a_planned_process_is_not_public(app, office):
    admin = factories.create_staff(role=Role.ADMIN)
    plan_process(admin, "rencana", {"title": "Rencana", "question": "Apa?"}, [(office, "lead")])
    manage, client = "/en/desk/processes/rencana/information", signed_in_client(app, admin)
    added = add_document(client, manage, "Rancangan", file=(BytesIO(PDF), "a.pdf"))
    assert added.status_code == 303
    path = re.search(r"/en/processes/rencana/documents/\w+\.pdf", client.get(manage).text).group()
    assert client.get(path).status_code == 200
    assert anonymous_client(app).get(path).status_code == 404
