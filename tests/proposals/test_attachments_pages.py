"""Files beside proposals over HTTP: handed out to keep, never to be run."""

from io import BytesIO

import pytest

from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.attachments import add_attachment, remove_attachment
from deliberate.vocabulary import Role, Rule
from tests import factories
from tests.client import send, signed_in, visitor
from tests.proposals.test_attachments import PDF


@pytest.fixture
def kept(app):
    """A file of a proposal."""
    proposal = factories.a_proposal()
    return add_attachment(proposal.author, proposal, "Rencana halte", PDF)


def address_of(attachment):
    return f"/en/proposals/{attachment.proposal_id}/files/{attachment.name}"


def test_a_file_is_added_by_its_author_and_stands_on_the_page(app):
    proposal = factories.a_proposal()
    me = signed_in(app, proposal.author)
    place = f"/en/proposals/{proposal.id}/files"
    answer = send(me, place, title="Foto halte", file=(BytesIO(PDF), "../../etc/x.exe"))
    assert answer.status_code == 303
    page = visitor(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text
    assert "Foto halte" in page and "PDF, 1 KB" in page and "x.exe" not in page


def test_it_is_handed_out_as_something_to_keep(app, kept):
    answer = visitor(app).get(address_of(kept))
    assert answer.data == PDF and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kept.name}"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(kept.name) == len("0" * 32 + ".pdf")


def hide(kept):
    moderation_operations.hide_contribution(
        factories.staff(role=Role.MODERATOR), kept.proposal, Rule.SPAM, "x"
    )


def withdraw(kept):
    proposal_operations.withdraw_proposal(kept.proposal.author, kept.proposal, "")


def remove(kept):
    remove_attachment(kept.proposal.author, kept)


@pytest.mark.parametrize(("gone", "status"), [(hide, 404), (withdraw, 404), (remove, 410)])
def test_it_goes_with_what_it_belongs_to(app, kept, gone, status):
    gone(kept)
    assert visitor(app).get(address_of(kept)).status_code == status
    page = visitor(app).get(f"/en/proposals/{kept.proposal_id}", follow_redirects=True).text
    assert "Rencana halte" not in page


@pytest.mark.parametrize("name", ["x", "..%2f..%2fdeliberate.db", "deliberate.db"])
def test_no_other_file_is_ever_handed_out(app, kept, name):
    assert visitor(app).get(f"/en/proposals/{kept.proposal_id}/files/{name}").status_code == 404
    other = factories.a_proposal()
    assert visitor(app).get(f"/en/proposals/{other.id}/files/{kept.name}").status_code == 404


def test_what_is_no_such_file_comes_back_with_words(app):
    proposal = factories.a_proposal()
    me = signed_in(app, proposal.author)
    place = f"/en/proposals/{proposal.id}/files"
    answer = send(me, place, title="Foto", file=(BytesIO(b"<script>"), "foto.png"))
    assert answer.status_code == 422 and "Only PDF, PNG, JPEG and CSV" in answer.text
    assert 'value="Foto"' in answer.text
    assert send(me, place, title="").status_code == 422
    assert send(me, place, title="Foto", file="words").status_code == 422


def test_others_neither_see_the_form_nor_remove_files(app, kept):
    place = f"/en/proposals/{kept.proposal_id}/files"
    other = signed_in(app, factories.resident())
    assert other.get(place).status_code == 403
    page = f"/en/proposals/{kept.proposal_id}-{kept.proposal.slug}"
    assert send(other, page, f"{place}/{kept.id}/removal").status_code == 403
    me = signed_in(app, kept.proposal.author)
    assert send(me, place, f"{place}/{kept.id}/removal").status_code == 303
    assert send(me, place, f"{place}/99999/removal").status_code == 404
