"""A proposal in short: shown when its author and a moderator agree, and not before."""

import pytest

from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals.summaries import agree_to_summary, suggest_summary
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.summaries import current_summary, suggested_summary
from deliberate.vocabulary import Kind, Role, Rule
from tests import factories
from tests.client import send, signed_in, visitor

WORDS = ("Bangku di halte", "Orang tua lelah", "Trotoar menjadi sempit")
FIELDS = {"asked": WORDS[0], "best_for": WORDS[1], "best_against": WORDS[2]}


def a_moderator():
    return factories.staff(role=Role.MODERATOR)


def summary_page(proposal):
    return f"/en/proposals/{proposal.id}/summary"


def shown(app, proposal):
    return visitor(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text


@pytest.fixture
def proposal(app):
    return factories.a_proposal()


def test_what_the_author_suggests_is_shown_when_a_moderator_agrees(app, proposal, log):
    author, moderator = signed_in(app, proposal.author), signed_in(app, a_moderator())
    log()
    sent = send(author, summary_page(proposal), **FIELDS)
    assert sent.status_code == 303 and log() == [] and WORDS[1] not in shown(app, proposal)
    assert "A moderator agrees to what you suggest." in author.get(summary_page(proposal)).text
    assert WORDS[0] in moderator.get("/en/desk/moderation").text
    page = moderator.get(summary_page(proposal)).text
    assert "Suggested by the author" in page and 'name="seen" value="1"' in page
    agreed = f"{summary_page(proposal)}/agreement"
    assert send(moderator, summary_page(proposal), agreed, seen="1").status_code == 303
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.PROPOSAL_SUMMARISED, {"version": 1})
    assert all(word in shown(app, proposal) for word in (*WORDS, "In short"))


def test_what_a_moderator_suggests_needs_the_author(app, proposal):
    moderator = a_moderator()
    summary = suggest_summary(moderator, proposal, *WORDS)
    address = f"/en/proposals/{proposal.id}-{proposal.slug}"
    assert "A summary waits" in signed_in(app, proposal.author).get(address).text
    for reader in (moderator, factories.resident()):
        assert "A summary waits" not in signed_in(app, reader).get(address).text
    for other in (moderator, a_moderator()):
        with pytest.raises(Refused):
            agree_to_summary(other, summary, 1)
    agree_to_summary(proposal.author, summary, 1)
    assert current_summary(proposal).number == 1 and suggested_summary(proposal) is None
    with pytest.raises(Refused):
        agree_to_summary(proposal.author, summary, 1)


def test_nobody_agrees_to_other_words_than_those_they_read(app, proposal, log):
    moderator = a_moderator()
    summary = suggest_summary(proposal.author, proposal, *WORDS)
    suggest_summary(proposal.author, proposal, "Lain", *WORDS[1:])
    log()
    with pytest.raises(Refused):
        agree_to_summary(moderator, summary, 1)
    assert log() == []
    agree_to_summary(moderator, summary, 2)
    assert current_summary(proposal).asked == "Lain"


def test_a_new_version_takes_the_place_of_the_old_one_when_agreed(app, proposal):
    moderator = a_moderator()
    agree_to_summary(moderator, suggest_summary(proposal.author, proposal, *WORDS), 1)
    second = suggest_summary(moderator, proposal, "Bangku beratap", *WORDS[1:])
    assert WORDS[0] in shown(app, proposal) and "Bangku beratap" not in shown(app, proposal)
    agree_to_summary(proposal.author, second, 1)
    page = shown(app, proposal)
    assert "Bangku beratap" in page and "Summary 2" in page


def test_others_have_no_part_in_it_and_its_page_is_theirs_alone(app, proposal, log):
    for person in (factories.resident(), factories.staff()):
        client = signed_in(app, person)
        assert client.get(summary_page(proposal)).status_code == 403
        with pytest.raises(Refused):
            suggest_summary(person, proposal, *WORDS)
    assert visitor(app).get(summary_page(proposal)).status_code == 200
    assert "In short" not in visitor(app).get(summary_page(proposal)).text
    assert suggested_summary(proposal) is None


def test_an_empty_or_long_sentence_comes_back(app, proposal):
    client = signed_in(app, proposal.author)
    empty = send(client, summary_page(proposal), **{**FIELDS, "asked": " "})
    long = send(client, summary_page(proposal), **{**FIELDS, "best_for": "x" * 301})
    assert (empty.status_code, long.status_code) == (422, 422)
    assert "At most 300 characters." in long.text and WORDS[2] in long.text


def test_a_summary_goes_with_its_proposal(app, proposal):
    moderator = a_moderator()
    agree_to_summary(moderator, suggest_summary(proposal.author, proposal, *WORDS), 1)
    moderation_operations.hide_contribution(moderator, proposal, Rule.SPAM, "x")
    page = visitor(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    assert WORDS[1] not in page
    deletion_operations.erase_account(proposal.author, factories.PASSPHRASE)
    assert current_summary(proposal).best_for == ""
