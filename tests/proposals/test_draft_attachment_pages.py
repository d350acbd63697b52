"""Files of a draft: carried to its proposal, and gone with what is thrown away."""

from datetime import timedelta
from io import BytesIO

import pytest

from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.accounts.retention import purge_expired
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.draft_attachments import attach_to_draft, detach_from_draft
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.attachments import attachments_of
from deliberate.queries.proposals.drafts import drafts_of
from deliberate.vocabulary import Kind
from tests import factories
from tests.client import send, signed_in, visitor
from tests.proposals.test_attachments import PDF

TITLE = "Lampu di jalan sekolah"
BODY = "Jalan ke sekolah gelap sejak pukul enam sore dan anak-anak pulang berjalan kaki. " * 4


@pytest.fixture
def on_disk(app):
    """The names of files that came during the test."""
    folder = app.config["SETTINGS"].upload_path

    def names():
        return {file.name for file in folder.iterdir()} if folder.exists() else set()

    before = names()
    return lambda: sorted(names() - before)


@pytest.fixture
def author(app):
    return factories.resident()


@pytest.fixture
def draft(author):
    written = {"title": TITLE, "body": BODY, "process": factories.a_process().slug}
    return proposal_operations.save_draft(author, written)


def steps(draft, step="place"):
    return f"/en/proposals/drafts/{draft.id}/{step}"


def a_file(title="Rencana"):
    return {"title": title, "file": (BytesIO(PDF), "x.pdf")}


def test_a_file_goes_with_the_draft_to_its_proposal(app, author, draft, log):
    me = signed_in(app, author)
    sent = send(me, steps(draft), area="Sepaku", topic="jalan", add="1", **a_file())
    assert (sent.status_code, sent.location) == (303, steps(draft))
    page = me.get(steps(draft)).text
    assert "Rencana" in page and 'value="Sepaku"' in page
    sent = send(me, steps(draft), area="Sepaku", topic="jalan", **a_file("Foto"))
    assert sent.location == steps(draft, "institution")
    assert "Rencana, Foto" in me.get(steps(draft, "check")).text
    log()
    number = send(me, steps(draft, "check")).location.split("/")[-2]
    kinds = [entry.kind for entry in log()]
    assert kinds == [Kind.PROPOSAL_SUBMITTED, Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_ADDED]
    shown = visitor(app).get(f"/p/{number}", follow_redirects=True).text
    assert "Rencana" in shown and "Foto" in shown


def test_what_is_no_such_file_comes_back_with_all_that_was_written(app, author, draft, on_disk):
    me = signed_in(app, author)
    bad = {"title": "Film", "file": (BytesIO(b"MZ\x90\x00\x03"), "x.exe")}
    sent = send(me, steps(draft), area="Sepaku", **bad)
    assert sent.status_code == 422 and 'value="Sepaku"' in sent.text and "Only PDF" in sent.text
    nameless = send(me, steps(draft), area="Sepaku", **a_file(""))
    assert nameless.status_code == 422 and "Say what the file shows." in nameless.text
    nothing = send(me, steps(draft), area="Sepaku", add="1", title="Foto")
    assert nothing.status_code == 422 and "Choose a file." in nothing.text
    assert on_disk() == []


def test_a_file_is_taken_away_again(app, author, draft, on_disk):
    attach_to_draft(author, draft, "Rencana", PDF)
    (name,) = on_disk()
    sent = send(signed_in(app, author), steps(draft), remove=name)
    assert sent.location == steps(draft) and on_disk() == []
    detach_from_draft(author, draft, name)
    assert draft.files == []


def test_only_its_author_adds_and_five_at_most(app, author, draft, on_disk):
    with pytest.raises(Refused):
        attach_to_draft(factories.resident(), draft, "Rencana", PDF)
    assert signed_in(app, factories.resident()).get(steps(draft)).status_code == 404
    for _ in range(5):
        attach_to_draft(author, draft, "Rencana", PDF)
    with pytest.raises(Refused):
        attach_to_draft(author, draft, "Rencana", PDF)
    assert len(on_disk()) == 5


def discarded(draft, author, _clock):
    proposal_operations.discard_draft(author, draft)


def erased(_draft, author, _clock):
    deletion_operations.erase_account(author, factories.PASSPHRASE)


def forgotten(_draft, _author, clock):
    clock.shift(timedelta(days=366))
    purge_expired()


@pytest.mark.parametrize("gone", [discarded, erased, forgotten])
def test_files_go_with_a_draft_that_is_never_published(app, clock, on_disk, gone):
    author = factories.resident()
    draft = proposal_operations.save_draft(author, {"title": TITLE})
    attach_to_draft(author, draft, "Rencana", PDF)
    gone(draft, author, clock)
    assert on_disk() == [] and list(drafts_of(author.id)) == []


def test_a_published_file_stays_and_is_removed_as_any_other(app, author, draft, on_disk):
    attach_to_draft(author, draft, "Rencana", PDF)
    proposal = proposal_operations.submit_proposal(
        author, factories.a_process(), TITLE, BODY, draft=draft
    )
    (file,) = attachments_of(proposal)
    assert [file.name] == on_disk() and (file.title, file.kind) == ("Rencana", "pdf")
