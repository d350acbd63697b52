"""Asking for other words and passing on, over HTTP: the desk, the author's page, the record."""

import pytest

from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, Rule, Stance
from tests import factories
from tests.client import send, signed_in, visitor

SECRET = "0812 345"


def a_moderator():
    return factories.staff(role=Role.MODERATOR)


@pytest.fixture
def comment(app, clock):
    written = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), f"Telepon {SECRET}.", stance=Stance.FOR
    )
    moderation_operations.report_contribution(factories.resident(), written, Rule.PERSONAL)
    return written


def desk(thing):
    return f"/en/desk/moderation/{thing.subject_type}/{thing.id}"


def test_a_moderator_asks_the_author_changes_and_the_moderator_keeps(app, comment):
    client, page = signed_in(app, a_moderator()), desk(comment)
    assert send(client, page, f"{page}/request", rule="personal").status_code == 422
    fields = {"rule": "personal", "note": "Please leave the number out."}
    assert send(client, page, f"{page}/request", **fields).status_code == 303
    queue = client.get("/en/desk/moderation").text
    assert "Asked to be changed" in queue and "author has until" in queue

    author = signed_in(app, comment.author)
    shown = author.get(f"/en/moderation/comment/{comment.id}/appeal").text
    change = f"/en/comments/{comment.id}/change"
    assert "Please leave the number out." in shown and f'href="{change}"' in shown
    assert "A moderator asks you to change this text" in author.get(change).text
    assert send(author, change, body="Hubungi kantor desa.").status_code == 303

    assert "changed by its author" in client.get("/en/desk/moderation").text
    seen = client.get(page).text
    assert "What was changed" in seen and SECRET in seen and "Hubungi kantor desa." in seen
    assert send(client, page, f"{page}/keep").status_code == 303
    assert SECRET not in client.get(page).text


def test_everybody_still_sees_the_text_and_reads_of_the_request_in_the_record(app, comment):
    moderation_operations.ask_for_edit(a_moderator(), comment, Rule.PERSONAL, "Tanpa nomor.")
    assert SECRET in visitor(app).get(f"/c/{comment.id}", follow_redirects=True).text
    record = visitor(app).get("/en/moderation").text
    assert "author asked to change it" in record and "asked to be changed" in record
    assert "Tanpa nomor." not in record


def test_the_request_is_the_authors_alone_and_asking_the_moderators(app, comment):
    moderation_operations.ask_for_edit(a_moderator(), comment, Rule.PERSONAL, "Tanpa nomor.")
    other = signed_in(app, factories.resident())
    assert other.get(f"/en/comments/{comment.id}/change").status_code == 403
    assert other.get(f"/en/moderation/comment/{comment.id}/appeal").status_code == 403
    for act in ("request", "handover"):
        sent = send(other, "/en/account", f"{desk(comment)}/{act}", rule="spam", note="x")
        assert sent.status_code == 403


def test_a_proposal_changed_on_request_shows_no_older_version(app, clock):
    proposal = factories.a_proposal()
    author = signed_in(app, proposal.author)
    proposal_operations.revise_proposal(
        proposal.author, proposal, proposal.title, f"Telepon {SECRET} kapan saja. " * 9, ""
    )
    compared = f"/en/proposals/{proposal.id}/changes"
    assert SECRET in visitor(app).get(compared).text
    moderation_operations.ask_for_edit(a_moderator(), proposal, Rule.PERSONAL, "Tanpa nomor.")
    page = f"/en/proposals/{proposal.id}/revision"
    words = {"title": proposal.title, "body": "Hubungi kantor desa saja. " * 9, "note": "Nomor."}
    assert "A moderator asks you" in author.get(page).text
    assert send(author, page, **words).status_code == 303
    shown = visitor(app).get(compared)
    assert shown.status_code == 200 and SECRET not in shown.text
    assert "a moderator asked for other words" in shown.text
    assert visitor(app).get(f"{compared}?from=2&to=3").status_code == 404


def test_what_was_passed_on_is_marked_for_both_moderators(app, comment):
    first, second = a_moderator(), a_moderator()
    client, page = signed_in(app, first), desk(comment)
    assert send(client, page, f"{page}/handover").status_code == 422
    sent = send(client, page, f"{page}/handover", passing="Saya kenal orangnya.")
    assert sent.status_code == 303
    assert "for somebody else: you passed it on" in client.get("/en/desk/moderation").text
    assert "Hide by this rule" not in client.get(page).text
    other = signed_in(app, second)
    assert f"passed on by {first.display_name}" in other.get("/en/desk/moderation").text
    shown = other.get(page).text
    assert "Saya kenal orangnya." in shown and "Hide by this rule" in shown
    assert 'id="pass"' not in shown
