"""Posting an argument: preview, then one's own argument with what happens next."""

import re

from deliberate.database import db
from deliberate.models import Comment
from deliberate.operations.threads.comments import post_comment
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import signed_in_client, submit_form

ARGUMENT = {"stance": "for", "body": "Satu baris\n**dua**"}


def test_preview_shows_the_text_and_posts_nothing(app):
    proposal, client = (
        factories.create_proposal(),
        signed_in_client(app, factories.create_resident()),
    )
    page, target = f"/en/proposals/{proposal.id}", f"/en/proposals/{proposal.id}/arguments"
    response = submit_form(client, f"{page}-{proposal.slug}", target, preview="1", **ARGUMENT)
    assert response.status_code == 200 and "not posted yet" in response.text
    assert "Satu baris<br>\n<strong>dua</strong>" in response.text
    assert "Satu baris\n**dua**</textarea>" in response.text
    assert db.session.query(Comment).count() == 0
    wrong = submit_form(client, f"{page}-{proposal.slug}", target, preview="1", body="Ya.")
    assert wrong.status_code == 422


def test_own_argument_is_shown_with_what_happens_next(app):
    proposal = factories.create_proposal(factories.create_process(threshold=3))
    author = factories.create_resident()
    other = post_comment(factories.create_resident(), proposal, "Tidak.", stance=Stance.AGAINST)
    client = signed_in_client(app, author)
    page = f"/en/proposals/{proposal.id}-{proposal.slug}"
    response = submit_form(client, page, f"/en/proposals/{proposal.id}/arguments", **ARGUMENT)
    own = client.get(response.location).text
    assert "just-posted" in own and "You are told when somebody replies." in own
    assert "3 more supporters" in own
    assert "just-posted" not in client.get(f"{page}?at={other.id}").text


def test_text_that_was_changed_after_it_arrived_is_offered_beside_the_first(app):
    proposal = factories.create_proposal()
    client = signed_in_client(app, factories.create_resident())
    page, target = (
        f"/en/proposals/{proposal.id}-{proposal.slug}",
        f"/en/proposals/{proposal.id}/arguments",
    )
    key = re.search(r'name="form_key" value="([^"]+)"', client.get(page).text)[1]
    assert submit_form(client, page, target, **ARGUMENT | {"form_key": key}).status_code == 303
    changed = {"form_key": key, "stance": "for", "body": "Versi kedua."}
    answer = submit_form(client, page, target, **changed)
    assert answer.status_code == 409 and "Versi kedua." in answer.text
    first = re.search(r'<a data-first href="([^"]+)"', answer.text)[1]
    shown = client.get(first, follow_redirects=True).text
    assert "<strong>dua</strong>" in shown and "Versi kedua." not in shown
