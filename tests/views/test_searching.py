"""Search finds what is shown, and nothing that is hidden, withdrawn, erased or a draft."""

import pytest

from deliberate.operations import comments, erasing, moderation, proposals
from deliberate.vocabulary import Role, Rule, Stance
from tests import city
from tests.browser import visitor

WORD = "kelapamuda"


def found(app, kind, q=WORD):
    page = visitor(app).get(f"/id/search?q={q}&kind={kind}")
    assert page.status_code == 200
    return page.text.count("<mark>")


def an_argument(author=None):
    return comments.post_comment(
        author or city.resident(), city.a_proposal(), f"Ada {WORD} di sini.", stance=Stance.FOR
    )


def test_words_are_found_with_a_piece_of_the_text(app):
    comment = an_argument()
    page = visitor(app).get("/id/search?q=KelapaMuda&kind=comments").text
    assert f"Ada <mark>{WORD}</mark> di sini." in page
    assert f"/c/{comment.id}" in page
    assert found(app, "proposals", "bangku halte") == 1
    assert found(app, "proposals", "bangku tiada") == 0


def hide(comment):
    moderation.hide_contribution(city.staff(role=Role.MODERATOR), comment, Rule.SPAM, "x")


def hide_proposal(comment):
    hide(comment.proposal)


def withdraw(comment):
    comments.withdraw_comment(comment.author, comment)


def erase(comment):
    erasing.erase_account(comment.author, city.PASSPHRASE)


@pytest.mark.parametrize("gone", [hide, hide_proposal, withdraw, erase])
def test_what_is_not_shown_is_not_found(app, gone):
    comment = an_argument()
    assert found(app, "comments") == 1
    gone(comment)
    assert found(app, "comments") == 0


def test_a_draft_and_a_withdrawn_proposal_are_not_found(app):
    person = city.resident()
    proposals.save_draft(person, {"title": WORD, "body": WORD})
    assert found(app, "proposals") == 0
    proposal = city.a_proposal(author=person)
    assert found(app, "proposals", "lansia") == 1
    proposals.withdraw_proposal(person, proposal, "")
    assert found(app, "proposals", "lansia") == 0


def test_words_that_are_patterns_or_markup_are_only_words(app):
    an_argument()
    for q in ("%25", "_", "%22%3E%3Cscript%3E", "(", "a" * 500):
        page = visitor(app).get(f"/en/search?q={q}&kind=comments").text
        assert "<mark>" not in page and "<script>" not in page
