"""Draft attachments: moved to the proposal on publication, deleted with the draft."""

from datetime import timedelta
from io import BytesIO

import pytest

from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.accounts.retention import purge_expired
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.drafts import (
    add_draft_attachment,
    discard_draft,
    remove_draft_attachment,
    save_draft,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.attachments import list_attachments
from deliberate.queries.proposals.drafts import list_drafts
from deliberate.vocabulary.events.proposals import AttachmentAdded, ProposalSubmitted
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.proposals.test_attachments import PDF

TITLE = "Lampu di jalan sekolah"
BODY = "Jalan ke sekolah gelap sejak pukul enam sore dan anak-anak pulang berjalan kaki. " * 4


@pytest.fixture
def stored_names(app):
    """Return a function that lists the files stored during the test."""
    directory = app.config["SETTINGS"].upload_path

    def names():
        return {file.name for file in directory.iterdir()} if directory.exists() else set()

    before = names()
    return lambda: sorted(names() - before)


@pytest.fixture
def author(app):
    return factories.create_resident()


@pytest.fixture
def draft(author):
    fields = {"title": TITLE, "body": BODY, "process": factories.create_process().slug}
    return save_draft(author, fields)


def step_url(draft, step="place"):
    return f"/en/proposals/drafts/{draft.id}/{step}"


def file_fields(title="Rencana"):
    return {"title": title, "file": (BytesIO(PDF), "x.pdf")}


def test_draft_attachment_becomes_an_attachment_of_the_proposal(app, author, draft, log):
    client = signed_in_client(app, author)
    response = submit_form(
        client, step_url(draft), area="Sepaku", topic="jalan", add="1", **file_fields()
    )
    assert (response.status_code, response.location) == (303, step_url(draft))
    page = client.get(step_url(draft)).text
    assert "Rencana" in page and 'value="Sepaku"' in page
    response = submit_form(
        client, step_url(draft), area="Sepaku", topic="jalan", **file_fields("Foto")
    )
    assert response.location == step_url(draft, "institution")
    assert "Rencana, Foto" in client.get(step_url(draft, "check")).text
    log()
    proposal_id = submit_form(client, step_url(draft, "check")).location.split("/")[-2]
    kinds = [entry.kind for entry in log()]
    assert kinds == [ProposalSubmitted.KIND, AttachmentAdded.KIND, AttachmentAdded.KIND]
    page = anonymous_client(app).get(f"/p/{proposal_id}", follow_redirects=True).text
    assert "Rencana" in page and "Foto" in page


def test_draft_attachment_error_keeps_the_form_as_typed(app, author, draft, stored_names):
    client = signed_in_client(app, author)
    bad = {"title": "Film", "file": (BytesIO(b"MZ\x90\x00\x03"), "x.exe")}
    response = submit_form(client, step_url(draft), area="Sepaku", **bad)
    assert (
        response.status_code == 422
        and 'value="Sepaku"' in response.text
        and "Only PDF" in response.text
    )
    untitled = submit_form(client, step_url(draft), area="Sepaku", **file_fields(""))
    assert untitled.status_code == 422 and "Say what the file shows." in untitled.text
    missing = submit_form(client, step_url(draft), area="Sepaku", add="1", title="Foto")
    assert missing.status_code == 422 and "Choose a file." in missing.text
    assert stored_names() == []


def test_draft_attachment_can_be_removed(app, author, draft, stored_names):
    add_draft_attachment(author, draft, "Rencana", PDF)
    (name,) = stored_names()
    response = submit_form(signed_in_client(app, author), step_url(draft), remove=name)
    assert response.location == step_url(draft) and stored_names() == []
    remove_draft_attachment(author, draft, name)
    assert draft.files == []


def test_draft_attachment_is_added_by_the_author_only_and_at_most_five(
    app, author, draft, stored_names
):
    with pytest.raises(Refused):
        add_draft_attachment(factories.create_resident(), draft, "Rencana", PDF)
    assert (
        signed_in_client(app, factories.create_resident()).get(step_url(draft)).status_code == 404
    )
    for _ in range(5):
        add_draft_attachment(author, draft, "Rencana", PDF)
    with pytest.raises(Refused):
        add_draft_attachment(author, draft, "Rencana", PDF)
    assert len(stored_names()) == 5


def discard(draft, author, _clock):
    discard_draft(author, draft)


def erase_author(_draft, author, _clock):
    deletion_operations.erase_account(author, factories.PASSPHRASE)


def expire(_draft, _author, clock):
    clock.shift(timedelta(days=366))
    purge_expired()


@pytest.mark.parametrize("delete", [discard, erase_author, expire])
def test_draft_attachment_is_deleted_with_its_draft(app, clock, stored_names, delete):
    author = factories.create_resident()
    draft = save_draft(author, {"title": TITLE})
    add_draft_attachment(author, draft, "Rencana", PDF)
    delete(draft, author, clock)
    assert stored_names() == [] and list(list_drafts(author.id)) == []


def test_draft_attachment_stays_after_publication(app, author, draft, stored_names):
    add_draft_attachment(author, draft, "Rencana", PDF)
    proposal = proposal_operations.submit_proposal(
        author, factories.create_process(), TITLE, BODY, draft=draft
    )
    (file,) = list_attachments(proposal)
    assert [file.name] == stored_names() and (file.title, file.kind) == ("Rencana", "pdf")
