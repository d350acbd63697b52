"""Corrections below comments: dated, by the author alone, once editing is over."""

from datetime import timedelta

import pytest

from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.operations.threads.corrections import correct_comment
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import send, signed_in, visitor


@pytest.fixture
def said(app, clock):
    """A comment posted sixteen minutes ago."""
    comment = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), "Ada 40 halte.", stance=Stance.FOR
    )
    clock.shift(timedelta(minutes=16))
    return comment


def page_of(comment):
    proposal = comment.proposal
    return f"/en/proposals/{proposal.id}-{proposal.slug}"


def test_a_correction_stands_below_and_the_words_stay(app, said, log):
    log()
    correct_comment(said.author, said, "Bukan 40, <b>14</b>.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == ("comment.corrected", said.id, {})
    page = visitor(app).get(page_of(said)).text
    assert "Ada 40 halte." in page and "Bukan 40, " in page and "<b>14</b>" not in page
    assert "<b>Correction</b>" in page


def test_within_fifteen_minutes_one_edits_instead(app, said):
    fresh = comment_operations.post_comment(said.author, said.proposal, "Baru.", stance=Stance.FOR)
    with pytest.raises(Refused):
        correct_comment(said.author, fresh, "Lain.")


def test_nobody_else_corrects_and_nobody_a_withdrawn_comment(app, said):
    with pytest.raises(Refused):
        correct_comment(factories.resident(), said, "Salah.")
    comment_operations.withdraw_comment(said.author, said)
    with pytest.raises(Refused):
        correct_comment(said.author, said, "Salah.")


def test_there_are_five_at_most(app, said):
    for number in range(5):
        correct_comment(said.author, said, f"Koreksi {number}")
    with pytest.raises(Refused):
        correct_comment(said.author, said, "Satu lagi")


def test_withdrawn_or_erased_words_take_their_corrections_along(app, said):
    correct_comment(said.author, said, "Bukan 40, 14.")
    deletion_operations.erase_account(said.author, factories.PASSPHRASE)
    factories.again(said)
    assert said.corrections == [] and "Bukan 40" not in visitor(app).get(page_of(said)).text


def test_the_form_stands_where_editing_is_over(app, said):
    me = signed_in(app, said.author)
    change = f"/en/comments/{said.id}/change"
    assert "Add a correction" in me.get(change).text
    to = f"/en/comments/{said.id}/correction"
    assert send(me, change, to, body="x" * 1001).status_code == 422
    assert send(me, change, to, body="Bukan 40, 14.").status_code == 303
    assert "Bukan 40, 14." in me.get(page_of(said)).text
