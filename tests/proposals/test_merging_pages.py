"""Pages to merge proposals, and the pages of merged proposals."""

import pytest

from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


@pytest.fixture
def pair(app):
    """Return two proposals of a process."""
    process = factories.create_process()
    return factories.create_proposal(process), factories.create_proposal(process)


def page_url(proposal, query=""):
    return f"/en/proposals/{proposal.id}-{proposal.slug}{query}"


def merge_url(proposal):
    return f"/en/proposals/{proposal.id}/merger"


def test_merging_pages_merge_by_number_and_unmerge(app, pair):
    source, target = pair
    moderator = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    assert f"Proposal {target.id}" in moderator.get(merge_url(source)).text
    response = submit_form(moderator, merge_url(source), into=f"#{target.id}")
    assert (response.status_code, response.location) == (303, page_url(target))
    page = moderator.get(page_url(target)).text
    assert f"Proposal {source.id} and its thread" in page and "Undo the merger" in page
    response = submit_form(moderator, page_url(target), f"{merge_url(source)}/end")
    assert (
        response.status_code == 303
        and anonymous_client(app).get(page_url(source)).status_code == 200
    )


def test_merged_proposal_redirects_and_its_thread_stays_readable(app, pair):
    source, target = pair
    comment = comment_operations.post_comment(
        factories.create_resident(), source, "Karena panas.", stance=Stance.FOR
    )
    etag = anonymous_client(app).get(page_url(target)).headers["ETag"]
    merge_proposals(factories.create_staff(), source, target)
    response = anonymous_client(app).get(page_url(source))
    assert (response.status_code, response.location) == (302, f"/en/proposals/{target.id}")
    thread = anonymous_client(app).get(page_url(source, f"?at={comment.id}"))
    assert thread.status_code == 200 and "Karena panas." in thread.text
    assert "Merged into another proposal" in thread.text and "Continue there." in thread.text
    fresh = anonymous_client(app).get(page_url(target), headers={"If-None-Match": etag})
    assert fresh.status_code == 200 and f"Proposal {source.id} and its thread" in fresh.text


def test_merged_proposal_response_redirects_to_the_target(app, pair):
    source, target = pair
    merge_proposals(factories.create_staff(), source, target)
    response = anonymous_client(app).get(f"/en/responses/{source.id}")
    assert (response.status_code, response.location) == (302, f"/en/responses/{target.id}")
    assert anonymous_client(app).get(response.location).status_code == 200


@pytest.mark.parametrize("into", ["", "x", "99999", "٣", "1" * 30])
def test_merging_page_shows_an_error_for_an_invalid_number(app, pair, into):
    staff = signed_in_client(app, factories.create_staff())
    response = submit_form(staff, merge_url(pair[0]), into=into)
    assert response.status_code == 422 and "There is a problem" in response.text


def test_merging_pages_are_not_for_residents(app, pair):
    source, target = pair
    resident = signed_in_client(app, factories.create_resident())
    assert "/merger" not in resident.get(page_url(source)).text
    assert resident.get(merge_url(source)).status_code == 403
    assert (
        submit_form(resident, page_url(source), merge_url(source), into=target.id).status_code
        == 403
    )
    assert "/merger" in signed_in_client(app, factories.create_staff()).get(page_url(source)).text


def test_drafting_offers_to_support_a_similar_proposal(app, pair):
    target, _other = pair
    fields = {"title": "Bangku di setiap halte", "process": target.process.slug}
    person = factories.create_resident()
    client = signed_in_client(app, person)
    page = submit_form(client, "/en/proposals/new", **fields).text
    assert f'formaction="/en/proposals/{target.id}/support"' in page
    assert "Support this instead" in page
    response = submit_form(client, "/en/proposals/new", f"/en/proposals/{target.id}/support")
    assert response.status_code == 303
    factories.reload(target)
    assert target.support_count == 1


def test_drafting_does_not_offer_to_support_an_own_proposal(app, pair):
    target, _other = pair
    page = (
        signed_in_client(app, target.author).get("/en/proposals/similar?q=Bangku+tiap+halte").text
    )
    assert f'formaction="/en/proposals/{target.id}/support"' not in page
