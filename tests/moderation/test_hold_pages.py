"""What a rule holds, as others, its author and moderators see it."""

from datetime import timedelta

import pytest

from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, Rule, Stance
from tests import factories
from tests.client import send, signed_in, visitor

BODY = "Bangku murah di https://contoh.example hari ini."


@pytest.fixture
def author(app, clock):
    return factories.resident()


@pytest.fixture
def comment(author):
    return comment_operations.post_comment(author, factories.a_proposal(), BODY, stance=Stance.FOR)


@pytest.fixture
def proposal(author):
    return proposal_operations.submit_proposal(author, factories.a_process(), "Bangku murah", BODY)


def test_others_see_that_something_waits_and_no_word_of_it(app, comment):
    client = visitor(app)
    client.set_cookie("lang", "en")
    shown = client.get(f"/c/{comment.id}", follow_redirects=True).text
    assert "held by a rule" in shown and "the account is younger than a day" in shown
    assert "contoh.example" not in shown
    assert "contoh.example" not in client.get("/en/search?q=murah").text


def test_it_is_there_for_all_when_its_time_is_over(app, comment, clock):
    clock.shift(timedelta(days=4))
    page = f"/en/proposals/{comment.proposal_id}"
    assert "contoh.example" in visitor(app).get(page, follow_redirects=True).text


def test_its_author_reads_it_with_why_and_until_when(app, author, comment):
    client = signed_in(app, author)
    page = f"/en/moderation/comment/{comment.id}/appeal"
    shown = client.get(page).text
    assert "contoh.example" in shown and "the account is younger than a day" in shown
    assert "4 Mar 2026" in shown
    assert "held until" in client.get("/en/account").text
    other = signed_in(app, factories.resident())
    assert other.get(page).status_code == 403


def test_in_the_thread_its_author_alone_reads_it_and_that_it_waits(app, author, comment):
    page = f"/en/proposals/{comment.proposal_id}?at={comment.id}"
    for reader, is_read in (
        (signed_in(app, author), True),
        (signed_in(app, factories.resident()), False),
    ):
        shown = reader.get(page, follow_redirects=True).text
        assert ("contoh.example" in shown) is is_read
        assert ("Waiting to be looked at" in shown) is is_read
        assert ("A new text held by a rule" in shown) is not is_read
    moderator = signed_in(app, factories.staff(role=Role.MODERATOR))
    assert "contoh.example" not in moderator.get(page, follow_redirects=True).text


def test_what_was_hidden_or_taken_back_is_a_tombstone_for_its_author_too(app, author, comment):
    page = f"/en/proposals/{comment.proposal_id}?at={comment.id}"
    moderation_operations.hide_contribution(
        factories.staff(role=Role.MODERATOR), comment, Rule.SPAM, "Iklan."
    )
    shown = signed_in(app, author).get(page, follow_redirects=True).text
    assert "contoh.example" not in shown and "Hidden by a moderator" in shown
    other = comment_operations.post_comment(
        author, comment.proposal, BODY + " Lagi.", stance=Stance.FOR
    )
    comment_operations.withdraw_comment(author, other)
    assert "Lagi." not in signed_in(app, author).get(page, follow_redirects=True).text


def test_writing_says_at_once_until_when(app, author):
    proposal = factories.a_proposal()
    client, to = signed_in(app, author), f"/en/proposals/{proposal.id}/arguments"
    sent = send(client, "/en/account", to, body=BODY, stance="for")
    assert "A rule holds it until 4 Mar 2026" in client.get(sent.location).text


def test_a_proposal_that_waits_is_its_authors_alone(app, author, proposal):
    page = f"/en/proposals/{proposal.id}"
    for reader, is_read in ((visitor(app), False), (signed_in(app, author), True)):
        shown = reader.get(page, follow_redirects=True)
        assert shown.status_code == 200
        assert ("contoh.example" in shown.text) is is_read
    assert "Bangku murah" not in visitor(app).get("/en/proposals").text
    assert "Bangku murah" not in visitor(app).get("/en/proposals.atom").text
    own = signed_in(app, author).get(page, follow_redirects=True).text
    assert "Waiting to be looked at" in own and "<h1>Bangku murah" in own
    published = signed_in(app, author).get(f"/en/proposals/{proposal.id}/published").text
    assert "It waits first" in published


def test_moderators_find_it_in_their_queue(app, comment):
    client = signed_in(app, factories.staff(role=Role.MODERATOR))
    assert "Held by a rule" in client.get("/en/desk/moderation").text
    page = f"/en/desk/moderation/comment/{comment.id}"
    assert "contoh.example" in client.get(page).text
    assert send(client, page, f"{page}/keep").status_code == 303
    assert "contoh.example" in visitor(app).get(f"/c/{comment.id}", follow_redirects=True).text


def test_residents_have_no_queue(app, author):
    assert signed_in(app, author).get("/en/desk/moderation").status_code == 403
