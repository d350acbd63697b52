"""Pages of co-authors: invite, accept by a link or a name, leave, and decide on a withdrawal."""

import re

import pytest

from deliberate.database import db
from deliberate.models import CoAuthor, Proposal
from deliberate.operations.proposals.coauthors import accept_coauthorship, invite_coauthor
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


@pytest.fixture
def proposal(app, clock):
    return factories.create_proposal()


@pytest.fixture
def other(app):
    return factories.create_resident()


@pytest.fixture
def author(app, proposal):
    return signed_in_client(app, proposal.author)


def authors_url(proposal, page=""):
    return f"/en/co-authors/proposal/{proposal.id}{page}"


def join(proposal, person):
    accept_coauthorship(person, invite_coauthor(proposal.author, proposal).invitation)


def proposal_page(client, proposal):
    return client.get(f"/en/proposals/{proposal.id}", follow_redirects=True).text


def test_author_invites_by_name_and_the_person_accepts(app, proposal, author, other):
    assert authors_url(proposal) in proposal_page(author, proposal)
    answer = submit_form(author, authors_url(proposal), name=other.display_name)
    assert answer.status_code == 303
    client = signed_in_client(app, other)
    (link,) = set(re.findall(r"/en/co-authors/invitations/\d+", client.get("/en/co-authors").text))
    page = client.get(link).text
    assert proposal.title in page and "you cannot support it" in page
    assert submit_form(client, link).status_code == 303
    shown = proposal_page(anonymous_client(app), proposal)
    assert f"Written with {other.display_name}" in shown
    assert proposal.title in client.get("/en/co-authors").text


def test_declined_invitation_is_listed_no_more(app, proposal, author, other):
    submit_form(author, authors_url(proposal), name=other.display_name)
    client = signed_in_client(app, other)
    (link,) = set(re.findall(r"/en/co-authors/invitations/\d+", client.get("/en/co-authors").text))
    assert submit_form(client, link, to=f"{link}/decline").status_code == 303
    assert link not in client.get("/en/co-authors").text
    assert db.session.query(CoAuthor).one().joined_at is None


def test_unknown_name_is_refused_at_its_field_and_kept(proposal, author):
    page = submit_form(author, authors_url(proposal), name="Tidak Ada Orangnya")
    assert page.status_code == 422
    (field,) = re.findall(r'<input[^>]*name="name"[^>]*>', page.text)
    assert 'aria-invalid="true"' in field and "Tidak Ada Orangnya" in field


def test_link_is_shown_once_and_accepted_by_one_person(app, proposal, author, other):
    page = submit_form(author, authors_url(proposal), name="")
    assert "no-store" in page.headers["Cache-Control"]
    (link,) = set(re.findall(r"/en/co-authors/link/[\w-]+", page.text))
    assert link not in author.get(authors_url(proposal)).text
    assert "Become a co-author" in anonymous_client(app).get(link).text
    client = signed_in_client(app, other)
    assert submit_form(client, link).status_code == 303
    assert anonymous_client(app).get(link).status_code == 404
    factories.reload(proposal)
    assert proposal.coauthor_count == 1


def test_revoked_link_says_so(app, proposal, author, other):
    page = submit_form(author, authors_url(proposal), name="")
    (link,) = set(re.findall(r"/en/co-authors/link/[\w-]+", page.text))
    (revoke,) = re.findall(r'formaction="([^"]+/revoke)"', author.get(authors_url(proposal)).text)
    assert submit_form(author, authors_url(proposal), to=revoke).status_code == 303
    assert "/revoke" not in author.get(authors_url(proposal)).text
    for client in (anonymous_client(app), signed_in_client(app, other)):
        shown = client.get(link)
        assert shown.status_code == 200 and "was revoked by an author" in shown.text
        assert "Become a co-author" not in shown.text


def test_strangers_do_not_see_who_is_invited(app, proposal, other):
    client = signed_in_client(app, other)
    assert client.get(authors_url(proposal)).status_code == 403
    assert anonymous_client(app).get(authors_url(proposal)).status_code in {302, 303, 401}


def test_coauthor_is_offered_what_the_author_is(app, proposal, other):
    join(proposal, other)
    page = proposal_page(signed_in_client(app, other), proposal)
    assert "Change the text" in page and "This is your own proposal." in page
    assert f'formaction="/en/proposals/{proposal.id}/support"' not in page


def test_leaving_is_looked_at_first(app, proposal, other):
    join(proposal, other)
    client, url = signed_in_client(app, other), authors_url(proposal, "/leave")
    assert "stays with the other authors" in client.get(url).text
    assert submit_form(client, url).status_code == 303
    assert other.display_name not in proposal_page(anonymous_client(app), proposal)


def test_withdrawal_with_coauthors_is_requested_and_objected_to(app, proposal, author, other):
    join(proposal, other)
    answer = author.get(f"/en/proposals/{proposal.id}/withdrawal")
    assert answer.location.endswith(authors_url(proposal, "/withdrawal"))
    assert submit_form(author, answer.location, reason="").status_code == 422
    assert submit_form(author, answer.location, reason="Sudah dibangun.").status_code == 303
    client = signed_in_client(app, other)
    page = client.get(authors_url(proposal)).text
    assert "1 of 2 authors agreed." in page and "Sudah dibangun." in page
    assert "A withdrawal is requested" in proposal_page(client, proposal)
    (url,) = re.findall(r'formaction="([^"]+/object)"', page)
    assert submit_form(client, authors_url(proposal), to=url).status_code == 303
    assert "A withdrawal is requested" not in proposal_page(client, proposal)
    assert db.session.get(Proposal, proposal.id).withdrawn_at is None


def test_agreement_of_all_withdraws_it(app, proposal, author, other):
    join(proposal, other)
    submit_form(author, authors_url(proposal, "/withdrawal"), reason="Sudah dibangun.")
    client = signed_in_client(app, other)
    (url,) = re.findall(r'formaction="([^"]+/agree)"', client.get(authors_url(proposal)).text)
    submit_form(client, authors_url(proposal), to=url)
    page = proposal_page(anonymous_client(app), proposal)
    assert "Withdrawn by its author" in page and "Sudah dibangun." in page
