"""Test how held texts appear to others, to their author and to moderators."""

from datetime import timedelta

import pytest

from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

BODY = "Bangku murah di https://contoh.example hari ini."


@pytest.fixture
def author(app, clock):
    return factories.create_resident()


@pytest.fixture
def comment(author):
    return comment_operations.post_comment(
        author, factories.create_proposal(), BODY, stance=Stance.FOR
    )


@pytest.fixture
def proposal(author):
    return proposal_operations.submit_proposal(
        author, factories.create_process(), "Bangku murah", BODY
    )


def test_held_comment_is_shown_as_held_without_its_text(app, comment):
    client = anonymous_client(app)
    client.set_cookie("lang", "en")
    shown = client.get(f"/c/{comment.id}", follow_redirects=True).text
    assert "held by a rule" in shown and "the account is younger than a day" in shown
    assert "contoh.example" not in shown
    assert "contoh.example" not in client.get("/en/search?q=murah").text


def test_held_comment_is_public_after_its_hold(app, comment, clock):
    clock.shift(timedelta(days=4))
    page = f"/en/proposals/{comment.proposal_id}"
    assert "contoh.example" in anonymous_client(app).get(page, follow_redirects=True).text


def test_held_comment_shows_its_author_the_reason_and_end(app, author, comment):
    client = signed_in_client(app, author)
    page = f"/en/moderation/comment/{comment.id}/appeal"
    shown = client.get(page).text
    assert "contoh.example" in shown and "the account is younger than a day" in shown
    assert "4 Mar 2026" in shown
    assert "held until" in client.get("/en/account").text
    other = signed_in_client(app, factories.create_resident())
    assert other.get(page).status_code == 403


def test_held_comment_is_readable_in_the_thread_for_its_author_only(app, author, comment):
    page = f"/en/proposals/{comment.proposal_id}?at={comment.id}"
    for reader, is_read in (
        (signed_in_client(app, author), True),
        (signed_in_client(app, factories.create_resident()), False),
    ):
        shown = reader.get(page, follow_redirects=True).text
        assert ("contoh.example" in shown) is is_read
        assert ("Waiting to be looked at" in shown) is is_read
        assert ("A new text held by a rule" in shown) is not is_read
    moderator = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    assert "contoh.example" not in moderator.get(page, follow_redirects=True).text


def test_hidden_or_withdrawn_comment_is_a_tombstone_for_its_author(app, author, comment):
    page = f"/en/proposals/{comment.proposal_id}?at={comment.id}"
    moderation_operations.hide_contribution(
        factories.create_staff(role=Role.MODERATOR), comment, ModerationRule.SPAM, "Iklan."
    )
    shown = signed_in_client(app, author).get(page, follow_redirects=True).text
    assert "contoh.example" not in shown and "Hidden by a moderator" in shown
    other = comment_operations.post_comment(
        author, comment.proposal, BODY + " Lagi.", stance=Stance.FOR
    )
    comment_operations.withdraw_comment(author, other)
    assert "Lagi." not in signed_in_client(app, author).get(page, follow_redirects=True).text


def test_held_comment_page_shows_the_end_after_posting(app, author):
    proposal = factories.create_proposal()
    client, to = signed_in_client(app, author), f"/en/proposals/{proposal.id}/arguments"
    sent = submit_form(client, "/en/account", to, body=BODY, stance="for")
    assert "A rule holds it until 4 Mar 2026" in client.get(sent.location).text


def test_held_proposal_is_readable_for_its_author_only(app, author, proposal):
    page = f"/en/proposals/{proposal.id}"
    for reader, is_read in ((anonymous_client(app), False), (signed_in_client(app, author), True)):
        shown = reader.get(page, follow_redirects=True)
        assert shown.status_code == 200
        assert ("contoh.example" in shown.text) is is_read
    assert "Bangku murah" not in anonymous_client(app).get("/en/proposals").text
    assert "Bangku murah" not in anonymous_client(app).get("/en/proposals.atom").text
    own = signed_in_client(app, author).get(page, follow_redirects=True).text
    assert "Waiting to be looked at" in own and 'dir="auto">Bangku murah' in own
    published = signed_in_client(app, author).get(f"/en/proposals/{proposal.id}/published").text
    assert "It waits first" in published


def test_held_comment_is_in_the_moderation_queue(app, comment):
    client = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    assert "Held by a rule" in client.get("/en/desk/moderation").text
    page = f"/en/desk/moderation/comment/{comment.id}"
    assert "contoh.example" in client.get(page).text
    assert submit_form(client, page, f"{page}/keep").status_code == 303
    assert (
        "contoh.example"
        in anonymous_client(app).get(f"/c/{comment.id}", follow_redirects=True).text
    )


def test_moderation_queue_is_forbidden_for_residents(app, author):
    assert signed_in_client(app, author).get("/en/desk/moderation").status_code == 403
