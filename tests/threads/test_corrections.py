"""Corrections of comments after the time for editing."""

from datetime import timedelta

import pytest

from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.operations.threads.corrections import correct_comment
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


@pytest.fixture
def comment(app, clock):
    """Return a comment posted sixteen minutes ago."""
    posted = comment_operations.post_comment(
        factories.create_resident(), factories.create_proposal(), "Ada 40 halte.", stance=Stance.FOR
    )
    clock.shift(timedelta(minutes=16))
    return posted


def page_url(comment):
    proposal = comment.proposal
    return f"/en/proposals/{proposal.id}-{proposal.slug}"


def test_correction_is_shown_below_the_unchanged_comment(app, comment, log):
    log()
    correct_comment(comment.author, comment, "Bukan 40, <b>14</b>.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == ("comment.corrected", comment.id, {})
    page = anonymous_client(app).get(page_url(comment)).text
    assert "Ada 40 halte." in page and "Bukan 40, " in page and "<b>14</b>" not in page
    assert "<b>Correction</b>" in page


def test_correction_is_refused_within_the_time_for_editing(app, comment):
    fresh = comment_operations.post_comment(
        comment.author, comment.proposal, "Baru.", stance=Stance.FOR
    )
    with pytest.raises(Refused):
        correct_comment(comment.author, fresh, "Lain.")


def test_correction_is_refused_for_others_and_withdrawn_comments(app, comment):
    with pytest.raises(Refused):
        correct_comment(factories.create_resident(), comment, "Salah.")
    comment_operations.withdraw_comment(comment.author, comment)
    with pytest.raises(Refused):
        correct_comment(comment.author, comment, "Salah.")


def test_correction_is_refused_after_five(app, comment):
    for index in range(5):
        correct_comment(comment.author, comment, f"Koreksi {index}")
    with pytest.raises(Refused):
        correct_comment(comment.author, comment, "Satu lagi")


def test_account_erasure_removes_corrections(app, comment):
    correct_comment(comment.author, comment, "Bukan 40, 14.")
    deletion_operations.erase_account(comment.author, factories.PASSPHRASE)
    factories.reload(comment)
    assert (
        comment.corrections == []
        and "Bukan 40" not in anonymous_client(app).get(page_url(comment)).text
    )


def test_correction_form_is_offered_after_the_time_for_editing(app, comment):
    client = signed_in_client(app, comment.author)
    change_url = f"/en/comments/{comment.id}/change"
    assert "Add a correction" in client.get(change_url).text
    correction_url = f"/en/comments/{comment.id}/correction"
    assert submit_form(client, change_url, correction_url, body="x" * 1001).status_code == 422
    assert submit_form(client, change_url, correction_url, body="Bukan 40, 14.").status_code == 303
    assert "Bukan 40, 14." in client.get(page_url(comment)).text
