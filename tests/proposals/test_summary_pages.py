"""Summaries are shown when author and moderator agree."""

import pytest

from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.proposals.summaries import agree_to_summary, suggest_summary
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.summaries import current_summary, suggested_summary
from deliberate.vocabulary import ModerationRule, Role
from deliberate.vocabulary.events.proposals import ProposalSummarised
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

TEXTS = ("Bangku di halte", "Orang tua lelah", "Trotoar menjadi sempit")
FIELDS = {"main_request": TEXTS[0], "best_for": TEXTS[1], "best_against": TEXTS[2]}


def create_moderator():
    return factories.create_staff(role=Role.MODERATOR)


def summary_url(proposal):
    return f"/en/proposals/{proposal.id}/summary"


def proposal_page(app, proposal):
    return anonymous_client(app).get(f"/en/proposals/{proposal.id}-{proposal.slug}").text


@pytest.fixture
def proposal(app):
    return factories.create_proposal()


def test_summary_by_the_author_is_shown_when_a_moderator_agrees(app, proposal, log):
    author, moderator = (
        signed_in_client(app, proposal.author),
        signed_in_client(app, create_moderator()),
    )
    log()
    response = submit_form(author, summary_url(proposal), **FIELDS)
    assert (
        response.status_code == 303 and log() == [] and TEXTS[1] not in proposal_page(app, proposal)
    )
    assert "A moderator has to agree to your suggestion." in author.get(summary_url(proposal)).text
    assert TEXTS[0] in moderator.get("/en/desk/moderation").text
    page = moderator.get(summary_url(proposal)).text
    assert "Suggested by the author" in page and 'name="seen" value="1"' in page
    agreement_url = f"{summary_url(proposal)}/agreement"
    assert submit_form(moderator, summary_url(proposal), agreement_url, seen="1").status_code == 303
    (entry,) = log()
    assert (entry.kind, entry.details) == (ProposalSummarised.KIND, {"version": 1})
    assert all(text in proposal_page(app, proposal) for text in (*TEXTS, "Summary"))


def test_summary_by_a_moderator_needs_the_author(app, proposal):
    moderator = create_moderator()
    summary = suggest_summary(moderator, proposal, *TEXTS)
    url = f"/en/proposals/{proposal.id}-{proposal.slug}"
    assert (
        "A summary waits for your agreement" in signed_in_client(app, proposal.author).get(url).text
    )
    for reader in (moderator, factories.create_resident()):
        assert (
            "A summary waits for your agreement" not in signed_in_client(app, reader).get(url).text
        )
    for other in (moderator, create_moderator()):
        with pytest.raises(Refused):
            agree_to_summary(other, summary, 1)
    agree_to_summary(proposal.author, summary, 1)
    assert current_summary(proposal).number == 1 and suggested_summary(proposal) is None
    with pytest.raises(Refused):
        agree_to_summary(proposal.author, summary, 1)


def test_summary_agreement_is_refused_for_another_revision(app, proposal, log):
    moderator = create_moderator()
    summary = suggest_summary(proposal.author, proposal, *TEXTS)
    suggest_summary(proposal.author, proposal, "Lain", *TEXTS[1:])
    log()
    with pytest.raises(Refused):
        agree_to_summary(moderator, summary, 1)
    assert log() == []
    agree_to_summary(moderator, summary, 2)
    assert current_summary(proposal).main_request == "Lain"


def test_summary_version_replaces_the_old_one_when_agreed(app, proposal):
    moderator = create_moderator()
    agree_to_summary(moderator, suggest_summary(proposal.author, proposal, *TEXTS), 1)
    second = suggest_summary(moderator, proposal, "Bangku beratap", *TEXTS[1:])
    assert TEXTS[0] in proposal_page(app, proposal) and "Bangku beratap" not in proposal_page(
        app, proposal
    )
    agree_to_summary(proposal.author, second, 1)
    page = proposal_page(app, proposal)
    assert "Bangku beratap" in page and "Summary 2" in page


def test_summary_is_refused_for_others(app, proposal, log):
    for person in (factories.create_resident(), factories.create_staff()):
        client = signed_in_client(app, person)
        assert client.get(summary_url(proposal)).status_code == 403
        with pytest.raises(Refused):
            suggest_summary(person, proposal, *TEXTS)
    response = anonymous_client(app).get(summary_url(proposal))
    assert response.status_code == 401 and "Summary" not in response.text
    assert suggested_summary(proposal) is None


def test_summary_form_shows_errors_for_empty_and_long_texts(app, proposal):
    client = signed_in_client(app, proposal.author)
    empty = submit_form(client, summary_url(proposal), **{**FIELDS, "main_request": " "})
    long = submit_form(client, summary_url(proposal), **{**FIELDS, "best_for": "x" * 301})
    assert (empty.status_code, long.status_code) == (422, 422)
    assert "At most 300 characters." in long.text and TEXTS[2] in long.text


def test_summary_is_hidden_and_erased_with_its_proposal(app, proposal):
    moderator = create_moderator()
    agree_to_summary(moderator, suggest_summary(proposal.author, proposal, *TEXTS), 1)
    moderation_operations.hide_contribution(moderator, proposal, ModerationRule.SPAM, "x")
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    assert TEXTS[1] not in page
    deletion_operations.erase_account(proposal.author, factories.PASSPHRASE)
    assert current_summary(proposal).best_for == ""
