"""Attachment pages: files are added by the author and sent as downloads."""

from io import BytesIO

import pytest

from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.attachments import add_attachment, remove_attachment
from deliberate.vocabulary import ModerationRule, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.proposals.test_attachments import PDF


@pytest.fixture
def attachment(app):
    """Return a file attached to a proposal."""
    proposal = factories.create_proposal()
    return add_attachment(proposal.author, proposal, "Rencana halte", PDF)


def url_of(attachment):
    return f"/en/proposals/{attachment.proposal_id}/files/{attachment.name}"


def test_attachment_page_adds_a_file_and_proposal_page_links_to_it(app):
    proposal = factories.create_proposal()
    client = signed_in_client(app, proposal.author)
    url = f"/en/proposals/{proposal.id}/files"
    response = submit_form(client, url, title="Foto halte", file=(BytesIO(PDF), "../../etc/x.exe"))
    assert response.status_code == 303
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text
    assert "Foto halte" in page and "PDF, 1 KB" in page and "x.exe" not in page


def test_attachment_is_sent_as_a_sandboxed_download(app, attachment):
    response = anonymous_client(app).get(url_of(attachment))
    assert response.data == PDF and response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == "attachment; filename=rencana-halte.pdf"
    assert response.headers["Content-Security-Policy"].startswith("sandbox;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(attachment.name) == len("0" * 32 + ".pdf")


def hide(attachment):
    moderation_operations.hide_contribution(
        factories.create_staff(role=Role.MODERATOR), attachment.proposal, ModerationRule.SPAM, "x"
    )


def withdraw(attachment):
    proposal_operations.withdraw_proposal(attachment.proposal.author, attachment.proposal, "")


def remove(attachment):
    remove_attachment(attachment.proposal.author, attachment)


@pytest.mark.parametrize(
    ("make_invisible", "status"), [(hide, 404), (withdraw, 404), (remove, 410)]
)
def test_attachment_is_gone_with_its_proposal(app, attachment, make_invisible, status):
    make_invisible(attachment)
    assert anonymous_client(app).get(url_of(attachment)).status_code == status
    page = (
        anonymous_client(app)
        .get(f"/en/proposals/{attachment.proposal_id}", follow_redirects=True)
        .text
    )
    assert "Rencana halte" not in page


@pytest.mark.parametrize("name", ["x", "..%2f..%2fdeliberate.db", "deliberate.db"])
def test_attachment_download_never_sends_another_file(app, attachment, name):
    assert (
        anonymous_client(app)
        .get(f"/en/proposals/{attachment.proposal_id}/files/{name}")
        .status_code
        == 404
    )
    other = factories.create_proposal()
    assert (
        anonymous_client(app).get(f"/en/proposals/{other.id}/files/{attachment.name}").status_code
        == 404
    )


def test_attachment_page_shows_errors_for_an_invalid_file(app):
    proposal = factories.create_proposal()
    client = signed_in_client(app, proposal.author)
    url = f"/en/proposals/{proposal.id}/files"
    response = submit_form(client, url, title="Foto", file=(BytesIO(b"<script>"), "foto.png"))
    assert response.status_code == 422 and "Only PDF, PNG, JPEG, WebP and CSV" in response.text
    assert 'value="Foto"' in response.text
    assert submit_form(client, url, title="").status_code == 422
    assert submit_form(client, url, title="Foto", file="words").status_code == 422


def test_attachment_page_is_for_the_author_only(app, attachment):
    url = f"/en/proposals/{attachment.proposal_id}/files"
    other = signed_in_client(app, factories.create_resident())
    assert other.get(url).status_code == 403
    page = f"/en/proposals/{attachment.proposal_id}-{attachment.proposal.slug}"
    assert submit_form(other, page, f"{url}/{attachment.id}/removal").status_code == 403
    client = signed_in_client(app, attachment.proposal.author)
    assert submit_form(client, url, f"{url}/{attachment.id}/removal").status_code == 303
    assert submit_form(client, url, f"{url}/99999/removal").status_code == 404
