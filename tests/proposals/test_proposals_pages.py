"""The page of a proposal and the pages of its thread."""

import gzip
import re
import shutil

import pytest

from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.threads.comments import get_last_stance
from deliberate.vocabulary import Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.statement_counter import record_queries


def page_url(proposal, language="id", query="") -> str:
    return f"/{language}/proposals/{proposal.id}-{proposal.slug}{query}"


def post_argument(proposal, body="Karena panas.", stance=Stance.FOR, author=None):
    return comment_operations.post_comment(
        author or factories.create_resident(), proposal, body, stance=stance
    )


def test_proposal_page_redirects_to_its_canonical_url(app):
    proposal = factories.create_proposal()
    moved = anonymous_client(app).get(f"/id/proposals/{proposal.id}-salah?side=for")
    assert (moved.status_code, moved.location) == (301, page_url(proposal) + "?side=for")
    assert anonymous_client(app).get(page_url(proposal)).status_code == 200
    assert anonymous_client(app).get("/id/proposals/99999").status_code == 404


def test_proposal_page_is_complete_without_a_session(app):
    proposal = factories.create_proposal()
    post_argument(proposal)
    post_argument(proposal, "Mahal.", Stance.AGAINST)
    page = anonymous_client(app).get(page_url(proposal, "en")).text
    assert '<h1 lang="id" dir="auto">Bangku di tiap halte</h1>' in page and "Satu bangku" in page
    assert "1 for, 1 against, 0 neutral or questions" in page
    assert "0 of the 2 needed" in page and "Post argument" in page
    assert "csrf_token" not in page and "form_key" not in page


def test_comment_text_is_never_rendered_as_markup(app):
    proposal = factories.create_proposal()
    post_argument(proposal, "<script>alert(1)</script> **panas**")
    page = anonymous_client(app).get(page_url(proposal)).text
    assert "<script>alert" not in page and "<strong>panas</strong>" in page


def test_posting_an_argument_opens_the_page_at_it_with_a_receipt(app, log):
    proposal, client = (
        factories.create_proposal(),
        signed_in_client(app, factories.create_resident()),
    )
    log()
    response = submit_form(
        client,
        page_url(proposal),
        f"/id/proposals/{proposal.id}/arguments",
        stance="against",
        body="Terlalu mahal untuk satu halte.",
    )
    (entry,) = log()
    assert response.status_code == 303
    assert response.location == page_url(
        proposal, query=f"?at={entry.subject_id}#c{entry.subject_id}"
    )
    page = client.get(response.location).text
    assert entry.id in page and "Terlalu mahal" in page
    assert re.search(rf'id="c{entry.subject_id}"[^>]*aria-current="true"', page)


def test_posting_an_invalid_argument_shows_errors_and_the_text(app, log):
    proposal, client = (
        factories.create_proposal(),
        signed_in_client(app, factories.create_resident()),
    )
    log()
    response = submit_form(
        client, page_url(proposal), f"/en/proposals/{proposal.id}/arguments", body="Mahal. " * 700
    )
    assert response.status_code == 422 and log() == []
    assert re.search(r"<title>\s*Error:", response.text) and "There is a problem" in response.text
    assert "At most 4,000 characters." in response.text
    assert "Choose for, against, or neutral." in response.text and "Mahal. Mahal." in response.text


def test_posting_without_a_session_asks_to_sign_in_and_keeps_the_text(app, log):
    proposal = factories.create_proposal()
    log()
    response = anonymous_client(app).post(
        f"/id/proposals/{proposal.id}/arguments", data={"stance": "for", "body": "Setuju sekali."}
    )
    assert response.status_code == 401 and "Setuju sekali." in response.text
    assert log() == []


def test_reply_form_preselects_the_last_stance_which_is_optional(app):
    proposal, person = factories.create_proposal(), factories.create_resident()
    argument = post_argument(proposal)
    post_argument(proposal, "Tidak perlu.", Stance.AGAINST, person)
    client, form = signed_in_client(app, person), f"/id/comments/{argument.id}/reply"
    assert re.search(r'checked[^>]*value="against"', client.get(form).text)
    assert submit_form(client, form, stance="", body="Dari mana angkanya?").status_code == 303
    assert get_last_stance(person.id, proposal.id) == Stance.AGAINST


def test_comment_is_rated_by_a_button(app, log):
    proposal = factories.create_proposal()
    argument = post_argument(proposal)
    client = signed_in_client(app, factories.create_resident())
    log()
    rating_url = f"/id/comments/{argument.id}/rating"
    assert submit_form(client, page_url(proposal), rating_url, rating="strong").status_code == 303
    assert len(log()) == 1
    assert re.search(r'value="strong"\s+aria-pressed="true"', client.get(page_url(proposal)).text)
    assert submit_form(client, page_url(proposal), rating_url, rating="superb").status_code == 400


def test_comment_can_be_changed_and_withdrawn_by_its_author(app, log):
    proposal, person = factories.create_proposal(), factories.create_resident()
    argument = post_argument(proposal, author=person)
    client, change = signed_in_client(app, person), f"/id/comments/{argument.id}/change"
    assert change in client.get(page_url(proposal)).text
    assert submit_form(client, change, body="Karena **terik**.").status_code == 303
    assert submit_form(client, change, f"/id/comments/{argument.id}/withdraw").status_code == 303
    page = anonymous_client(app).get(page_url(proposal, "en")).text
    assert "terik" not in page and "Withdrawn by its author" in page


def test_comment_change_page_is_for_the_author_only(app):
    argument = post_argument(factories.create_proposal())
    client, change = (
        signed_in_client(app, factories.create_resident()),
        f"/id/comments/{argument.id}/change",
    )
    assert client.get(change).status_code == 403
    assert submit_form(client, page_url(argument.proposal), change, body="Lain.").status_code == 403


def test_short_urls_redirect_to_proposal_and_comment(app):
    proposal = factories.create_proposal()
    argument = post_argument(proposal)
    reply = comment_operations.post_comment(
        factories.create_resident(), proposal, "Ya.", parent=argument
    )
    indonesian = {"headers": {"Accept-Language": "id"}}
    response = anonymous_client(app).get(f"/p/{proposal.id}", follow_redirects=True, **indonesian)
    assert response.request.path == page_url(proposal)
    link = anonymous_client(app).get(f"/c/{reply.id}", **indonesian).location
    assert link == page_url(proposal, query=f"?at={reply.id}#c{reply.id}")


def test_link_to_a_comment_of_another_thread_is_not_found(app):
    proposal, argument = factories.create_proposal(), post_argument(factories.create_proposal())
    assert (
        anonymous_client(app).get(page_url(proposal, query=f"?at={argument.id}")).status_code == 404
    )
    assert (
        anonymous_client(app).get(page_url(proposal, query="?at=99999999999999999")).status_code
        == 200
    )


def test_closed_thread_is_readable_and_says_why_it_is_closed(app, clock):
    proposal = factories.create_proposal(factories.create_process(days=2))
    post_argument(proposal)
    clock.shift(5 * 86400)
    page = anonymous_client(app).get(page_url(proposal, "en")).text
    assert "Karena panas." in page and "The discussion is closed" in page
    assert "Post argument" not in page and "/rating" not in page


@pytest.mark.parametrize(
    ("button", "kinds"),
    [
        ("support", ["support.given", "support.taken_back"]),
        ("follow", ["follow.started", "follow.ended"]),
    ],
)
def test_support_and_follow_begin_and_end_by_buttons(app, log, button, kinds):
    proposal = factories.create_proposal()
    client = signed_in_client(app, factories.create_resident())
    log()
    target = f"/id/proposals/{proposal.id}/{button}"
    assert submit_form(client, page_url(proposal), target).status_code == 303
    assert f"{target}/end" in client.get(page_url(proposal)).text
    assert submit_form(client, page_url(proposal), f"{target}/end").status_code == 303
    assert [entry.kind for entry in log()] == kinds


def test_revision_page_publishes_credits_and_a_difference(app, log):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    credited = post_argument(proposal, "Dua bangku lebih baik.")
    client, form = signed_in_client(app, author), f"/id/proposals/{proposal.id}/revision"
    log()
    text = "Lansia menunggu berdiri. Dua bangku di tiap halte cukup. " * 5
    response = submit_form(
        client, form, title=proposal.title, body=text, note="Dua bangku", credits=str(credited.id)
    )
    (entry,) = log()
    assert response.status_code == 303
    assert entry.details == {"version": 2, "credits": [credited.id]}
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}/changes?from=1&to=2").text
    assert "<del>" in page and "<ins>" in page and "Dua bangku lebih baik." in page
    assert '<span lang="id" dir="auto">Dua bangku</span>' in page
    assert anonymous_client(app).get(f"/id/proposals/{proposal.id}/changes?to=9").status_code == 404


def test_revision_pages_are_for_the_author_only(app):
    proposal = factories.create_proposal()
    client = signed_in_client(app, factories.create_resident())
    assert client.get(f"/id/proposals/{proposal.id}/revision").status_code == 403
    assert client.get(f"/id/proposals/{proposal.id}/withdrawal").status_code == 403


def test_withdrawn_proposal_shows_its_reason_and_thread(app):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    post_argument(proposal)
    client, form = signed_in_client(app, author), f"/id/proposals/{proposal.id}/withdrawal"
    assert submit_form(client, form, reason="Sudah dikerjakan dinas.").status_code == 303
    page = anonymous_client(app).get(page_url(proposal)).text
    assert "Sudah dikerjakan dinas." in page and "Satu bangku" not in page
    assert "Karena panas." in page
    assert anonymous_client(app).get(f"/id/proposals/{proposal.id}/changes").status_code == 404


def test_proposal_page_answers_304_until_it_changes(app):
    proposal, reader = factories.create_proposal(), anonymous_client(app)
    argument = post_argument(proposal)
    first = reader.get(page_url(proposal))
    again = {"headers": {"If-None-Match": first.headers["ETag"]}}
    assert reader.get(page_url(proposal), **again).status_code == 304
    comment_operations.rate_comment(factories.create_resident(), argument, is_strong=True)
    assert reader.get(page_url(proposal), **again).status_code == 200
    assert reader.get(page_url(proposal, "en"), **again).status_code == 200


def test_page_that_loads_other_static_files_is_another_page(app, tmp_path, monkeypatch):
    proposal, reader = factories.create_proposal(), anonymous_client(app)
    first = reader.get(page_url(proposal))
    upgraded = tmp_path / "static"
    shutil.copytree(app.static_folder, upgraded)
    (upgraded / "deliberate.css").write_text("p { color: red }")
    monkeypatch.setattr(app, "static_folder", str(upgraded))
    app.extensions["page_cache"].clear()  # the upgraded program is another process
    again = reader.get(page_url(proposal), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200 and again.headers["ETag"] != first.headers["ETag"]


def test_proposal_page_etag_changes_when_the_phase_closes(app, clock):
    proposal, reader = (
        factories.create_proposal(factories.create_process(days=2)),
        anonymous_client(app),
    )
    clock.shift(86400 - 60)
    etag = reader.get(page_url(proposal)).headers["ETag"]
    clock.shift(120)
    again = reader.get(page_url(proposal), headers={"If-None-Match": etag})
    assert again.status_code == 200


def test_proposal_page_is_not_cached_with_a_session(app):
    proposal, client = (
        factories.create_proposal(),
        signed_in_client(app, factories.create_resident()),
    )
    response = client.get(page_url(proposal))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


def test_proposal_page_needs_at_most_five_statements(app):
    proposal = factories.create_proposal()
    for _ in range(3):
        comment_operations.post_comment(
            factories.create_resident(),
            proposal,
            "Ya.",
            parent=post_argument(proposal),
            stance=Stance.FOR,
        )
    support_proposal(factories.create_resident(), proposal)
    url = page_url(proposal)
    with record_queries() as executed:
        anonymous_client(app).get(url)
    assert len(executed) <= 5


def test_proposal_page_of_twenty_arguments_is_small(app):
    proposal = factories.create_proposal()
    for _ in range(20):
        argument = post_argument(
            proposal, "Karena panas dan tidak ada tempat duduk bagi lansia. " * 4
        )
        for _ in range(2):
            comment_operations.post_comment(
                factories.create_resident(), proposal, "Benar, saya juga.", parent=argument
            )
    page = anonymous_client(app).get(page_url(proposal)).text
    assert len(re.findall(r'<li\s+id="c', page)) == 60
    assert len(re.findall(r"<[a-z]", page)) <= 2200
    assert len(gzip.compress(page.encode())) <= 20_000


def test_proposal_without_arguments_has_words_instead_of_an_empty_thread(app, clock):
    proposal = factories.create_proposal()
    url = f"/en/proposals/{proposal.id}"
    words, visitor = "Nobody has given an argument yet", anonymous_client(app)
    assert words in visitor.get(url, follow_redirects=True).text
    post_argument(proposal)
    assert words not in visitor.get(url, follow_redirects=True).text
