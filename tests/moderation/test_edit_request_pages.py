"""Test edit requests and escalations over HTTP."""

import pytest

from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

SECRET = "0812 345"


def create_moderator():
    return factories.create_staff(role=Role.MODERATOR)


@pytest.fixture
def comment(app, clock):
    written = comment_operations.post_comment(
        factories.create_resident(),
        factories.create_proposal(),
        f"Telepon {SECRET}.",
        stance=Stance.FOR,
    )
    moderation_operations.report_contribution(
        factories.create_resident(), written, ModerationRule.PERSONAL
    )
    return written


def review_url(contribution):
    return f"/en/desk/moderation/{contribution.subject_type}/{contribution.id}"


def test_edit_request_leads_from_request_to_edit_to_decision(app, comment):
    client, page = signed_in_client(app, create_moderator()), review_url(comment)
    assert submit_form(client, page, f"{page}/request", rule="personal").status_code == 422
    fields = {"rule": "personal", "note": "Please leave the number out."}
    assert submit_form(client, page, f"{page}/request", **fields).status_code == 303
    queue = client.get("/en/desk/moderation").text
    assert "Asked to be changed" in queue and "author has until" in queue

    author = signed_in_client(app, comment.author)
    shown = author.get(f"/en/moderation/comment/{comment.id}/appeal").text
    change = f"/en/comments/{comment.id}/change"
    assert "Please leave the number out." in shown and f'href="{change}"' in shown
    assert "A moderator asks you to change this text" in author.get(change).text
    assert submit_form(author, change, body="Hubungi kantor desa.").status_code == 303

    assert "changed by its author" in client.get("/en/desk/moderation").text
    seen = client.get(page).text
    assert "What was changed" in seen and SECRET in seen and "Hubungi kantor desa." in seen
    assert submit_form(client, page, f"{page}/keep").status_code == 303
    assert SECRET not in client.get(page).text


def test_edit_request_leaves_the_text_visible_and_appears_in_the_record(app, comment):
    moderation_operations.request_edit(
        create_moderator(), comment, ModerationRule.PERSONAL, "Tanpa nomor."
    )
    assert SECRET in anonymous_client(app).get(f"/c/{comment.id}", follow_redirects=True).text
    record = anonymous_client(app).get("/en/moderation").text
    assert "author asked to change it" in record and "asked to be changed" in record
    assert "Tanpa nomor." not in record


def test_edit_request_is_visible_to_author_and_moderators_only(app, comment):
    moderation_operations.request_edit(
        create_moderator(), comment, ModerationRule.PERSONAL, "Tanpa nomor."
    )
    other = signed_in_client(app, factories.create_resident())
    assert other.get(f"/en/comments/{comment.id}/change").status_code == 403
    assert other.get(f"/en/moderation/comment/{comment.id}/appeal").status_code == 403
    for act in ("request", "handover"):
        sent = submit_form(
            other, "/en/account", f"{review_url(comment)}/{act}", rule="spam", note="x"
        )
        assert sent.status_code == 403


def test_proposal_edited_on_request_hides_its_earlier_version(app, clock):
    proposal = factories.create_proposal()
    author = signed_in_client(app, proposal.author)
    proposal_operations.revise_proposal(
        proposal.author, proposal, proposal.title, f"Telepon {SECRET} kapan saja. " * 9, ""
    )
    compared = f"/en/proposals/{proposal.id}/changes"
    assert SECRET in anonymous_client(app).get(compared).text
    moderation_operations.request_edit(
        create_moderator(), proposal, ModerationRule.PERSONAL, "Tanpa nomor."
    )
    page = f"/en/proposals/{proposal.id}/revision"
    words = {"title": proposal.title, "body": "Hubungi kantor desa saja. " * 9, "note": "Nomor."}
    assert "A moderator asks you" in author.get(page).text
    assert submit_form(author, page, **words).status_code == 303
    shown = anonymous_client(app).get(compared)
    assert shown.status_code == 200 and SECRET not in shown.text
    assert "a moderator requested an edit" in shown.text
    assert anonymous_client(app).get(f"{compared}?from=2&to=3").status_code == 404


def test_escalation_is_shown_to_both_moderators(app, comment):
    first, second = create_moderator(), create_moderator()
    client, page = signed_in_client(app, first), review_url(comment)
    assert submit_form(client, page, f"{page}/handover").status_code == 422
    sent = submit_form(client, page, f"{page}/handover", reason="Saya kenal orangnya.")
    assert sent.status_code == 303
    assert "for another moderator: you passed it on" in client.get("/en/desk/moderation").text
    assert "Hide by this rule" not in client.get(page).text
    other = signed_in_client(app, second)
    assert f"passed on by {first.display_name}" in other.get("/en/desk/moderation").text
    shown = other.get(page).text
    assert "Saya kenal orangnya." in shown and "Hide by this rule" in shown
    assert 'id="pass"' not in shown
