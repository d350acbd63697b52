"""Ceilings of files and drafts: one account holds at most its share, whatever it tries."""

import os
from datetime import timedelta
from io import BytesIO

import pytest

from deliberate.clock import now
from deliberate.database import db
from deliberate.file_storage import file_storage
from deliberate.models import Draft
from deliberate.operations.accounts.retention import purge_expired
from deliberate.operations.proposals.attachments import add_attachment
from deliberate.operations.proposals.drafts import add_draft_attachment, discard_draft, save_draft
from deliberate.operations.proposals.file_store import (
    delete_unnamed_files,
    preview_name,
    random_file_name,
    store_file,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.drafts import MAX_DRAFTS
from deliberate.queries.proposals.stored_files import person_file_bytes
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.proposals.test_attachments import PDF

MEGABYTE = 1024 * 1024
LARGE_PDF = PDF[:-6] + b"%" + b"x" * 400_000 + b"\n%%EOF\n"


@pytest.fixture
def limits(app):
    """Return a function that sets the two ceilings in MB for the test; the folder is emptied."""
    settings = app.config["SETTINGS"]
    before = settings.person_storage_mb, settings.upload_storage_mb
    for file in settings.upload_path.glob("*"):
        file.unlink()

    def set_limits(person: int, total: int) -> None:
        object.__setattr__(settings, "person_storage_mb", person)
        object.__setattr__(settings, "upload_storage_mb", total)

    yield set_limits
    set_limits(*before)


def test_account_holds_at_most_its_ceiling_whatever_it_tries_over_a_day(app, limits, clock):
    limits(1, 100)
    folder = app.config["SETTINGS"].upload_path
    author = factories.create_resident()
    client = signed_in_client(app, author)
    proposal = factories.create_proposal(author=author)
    pages = [f"/en/proposals/{proposal.id}/files"]
    accepted = refused = 0
    for _hour in range(24):
        clock.shift(timedelta(hours=1))
        if len(pages) < 8:
            fields = {"title": f"Nomor {len(pages)} " * 3, "process": proposal.process.slug}
            draft = save_draft(author, fields)
            pages.append(f"/en/proposals/drafts/{draft.id}/place")
        for page in pages:
            file = (BytesIO(LARGE_PDF), "x.pdf")
            response = submit_form(client, page, title="Rencana halte", file=file, add="1")
            accepted += response.status_code == 303
            if response.status_code == 422:
                refused += 1
                assert 'value="Rencana halte"' in response.text
        db.session.rollback()
        assert person_file_bytes(author) <= MEGABYTE
        assert file_storage().total_bytes(folder) <= MEGABYTE
    assert accepted == MEGABYTE // len(LARGE_PDF)
    assert refused > 20


def test_full_storage_of_a_person_is_explained_at_the_field(app, limits):
    limits(1, 100)
    author = factories.create_resident()
    draft = save_draft(author, {"title": "x" * 20, "process": factories.create_process().slug})
    for _ in range(2):
        add_draft_attachment(author, draft, "x", LARGE_PDF)
    page = f"/en/proposals/drafts/{draft.id}/place"
    file = (BytesIO(LARGE_PDF), "x.pdf")
    response = submit_form(signed_in_client(app, author), page, title="Foto", file=file, add="1")
    assert response.status_code == 422
    assert "The files of one person can take 1 MB." in response.text


def test_full_storage_of_the_installation_refuses_files_of_everybody(app, limits):
    limits(100, 1)
    first, second = factories.create_proposal(), factories.create_proposal()
    for _ in range(2):
        add_attachment(first.author, first, "x", LARGE_PDF)
    with pytest.raises(Refused):
        add_attachment(second.author, second, "x", LARGE_PDF)
    assert file_storage().total_bytes(app.config["SETTINGS"].upload_path) == 2 * len(LARGE_PDF)


def test_draft_beyond_the_ceiling_is_refused_and_its_text_is_shown_again(app):
    author, process = factories.create_resident(), factories.create_process()
    saved = [save_draft(author, {"title": f"x{n}"}) for n in range(MAX_DRAFTS)]
    client = signed_in_client(app, author)
    body = "Jalan ke sekolah gelap sejak pukul enam sore. " * 8
    fields = {"title": "Lampu di jalan sekolah", "of_process": process.slug, "body": body}

    def create():
        return submit_form(client, "/en/account", "/en/proposals/new/draft", **fields)

    response = create()
    assert response.status_code == 422
    assert "You have 20 drafts." in response.text and body.strip() in response.text
    discard_draft(author, saved[0])
    assert create().status_code == 303


def test_files_of_a_draft_are_deleted_after_four_weeks_and_its_text_stays(app, limits, clock):
    author = factories.create_resident()
    draft = save_draft(author, {"title": "x"})
    add_draft_attachment(author, draft, "x", PDF)
    folder, draft_id = app.config["SETTINGS"].upload_path, draft.id
    for days, is_stored in ((27, True), (2, False)):
        clock.shift(timedelta(days=days))
        purge_expired()
        db.session.rollback()
        stored = db.session.get_one(Draft, draft_id, populate_existing=True)
        assert (bool(stored.files), bool(file_storage().total_bytes(folder))) == (
            is_stored,
            is_stored,
        )
        assert stored.fields == {"title": "x"}


def test_files_that_nothing_names_are_deleted_after_a_day(app, limits):
    limits(1, 100)
    folder = app.config["SETTINGS"].upload_path
    author = factories.create_resident()
    add_attachment(author, factories.create_proposal(author=author), "Rencana", PDF)
    attached, *previews = {path.name for path in folder.iterdir()}
    interrupted, young = (random_file_name("pdf") for _ in range(2))
    for name in (interrupted, preview_name(interrupted, 400), young, "README"):
        store_file(name, PDF)
    two_days_ago = (now() - timedelta(days=2)).timestamp()
    for path in folder.iterdir():
        if path.name != young:
            os.utime(path, (two_days_ago, two_days_ago))
    assert delete_unnamed_files() == 2
    assert {path.name for path in folder.iterdir()} == {attached, *previews, young, "README"}
