"""Joined proposals on their pages: redirected, linked, marked by where they came from."""

import pytest

from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import send, signed_in, visitor


@pytest.fixture
def pair(app):
    """Two proposals of one process."""
    process = factories.a_process()
    return factories.a_proposal(process), factories.a_proposal(process)


def page_of(proposal, query=""):
    return f"/en/proposals/{proposal.id}-{proposal.slug}{query}"


def join_page(proposal):
    return f"/en/proposals/{proposal.id}/merger"


def test_a_moderator_joins_two_proposals_by_number_and_takes_them_apart(app, pair):
    gone, kept = pair
    moderator = signed_in(app, factories.staff(role=Role.MODERATOR))
    assert f"Proposal {kept.id}" in moderator.get(join_page(gone)).text
    answer = send(moderator, join_page(gone), into=f"#{kept.id}")
    assert (answer.status_code, answer.location) == (303, page_of(kept))
    page = moderator.get(page_of(kept)).text
    assert f"Proposal {gone.id} and its thread" in page and "Take it out again" in page
    answer = send(moderator, page_of(kept), f"{join_page(gone)}/end")
    assert answer.status_code == 303 and visitor(app).get(page_of(gone)).status_code == 200


def test_the_old_address_leads_on_and_its_thread_stays_readable(app, pair):
    gone, kept = pair
    comment = comment_operations.post_comment(
        factories.resident(), gone, "Karena panas.", stance=Stance.FOR
    )
    etag = visitor(app).get(page_of(kept)).headers["ETag"]
    merge_proposals(factories.staff(), gone, kept)
    answer = visitor(app).get(page_of(gone))
    assert (answer.status_code, answer.location) == (302, f"/en/proposals/{kept.id}")
    there = visitor(app).get(page_of(gone, f"?at={comment.id}"))
    assert there.status_code == 200 and "Karena panas." in there.text
    assert "Merged into another proposal" in there.text and "go on there" in there.text
    fresh = visitor(app).get(page_of(kept), headers={"If-None-Match": etag})
    assert fresh.status_code == 200 and f"Proposal {gone.id} and its thread" in fresh.text


def test_the_response_of_a_joined_proposal_is_asked_where_it_was_joined_to(app, pair):
    gone, kept = pair
    merge_proposals(factories.staff(), gone, kept)
    answer = visitor(app).get(f"/en/responses/{gone.id}")
    assert (answer.status_code, answer.location) == (302, f"/en/responses/{kept.id}")
    assert visitor(app).get(answer.location).status_code == 200


@pytest.mark.parametrize("into", ["", "x", "99999", "٣", "1" * 30])
def test_a_number_that_is_none_comes_back_with_words(app, pair, into):
    staff = signed_in(app, factories.staff())
    answer = send(staff, join_page(pair[0]), into=into)
    assert answer.status_code == 422 and "There is a problem" in answer.text


def test_residents_neither_see_the_way_nor_may_go_it(app, pair):
    gone, kept = pair
    resident = signed_in(app, factories.resident())
    assert "/merger" not in resident.get(page_of(gone)).text
    assert resident.get(join_page(gone)).status_code == 403
    assert send(resident, page_of(gone), join_page(gone), into=kept.id).status_code == 403
    assert "/merger" in signed_in(app, factories.staff()).get(page_of(gone)).text


def test_a_similar_proposal_is_supported_by_a_button_in_the_second_step(app, pair):
    kept, _other = pair
    words = {"title": "Bangku di setiap halte", "process": kept.process.slug}
    person = factories.resident()
    me = signed_in(app, person)
    page = send(me, "/en/proposals/new", **words).text
    assert f'formaction="/en/proposals/{kept.id}/support"' in page
    assert "Support this instead" in page
    answer = send(me, "/en/proposals/new", f"/en/proposals/{kept.id}/support")
    assert answer.status_code == 303
    factories.again(kept)
    assert kept.support_count == 1


def test_one_is_not_offered_to_support_ones_own(app, pair):
    kept, _other = pair
    page = signed_in(app, kept.author).get("/en/proposals/similar?q=Bangku+tiap+halte").text
    assert f'formaction="/en/proposals/{kept.id}/support"' not in page
