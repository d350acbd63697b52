"""The page of what a person follows, and its buttons to stop."""

from deliberate.database import db, unrecorded
from deliberate.models import Follow
from deliberate.operations.proposals.follows import FollowedTopic, follow_subject
from tests import factories
from tests.client import signed_in_client, submit_form

PATH = "/en/account/follows"


def test_everything_followed_is_listed_by_name_and_can_be_stopped(app):
    person, institution = factories.create_resident(), factories.create_institution("sarpras")
    process = factories.create_process(institution)
    proposal = factories.create_proposal(process)
    followed = [proposal, process, institution, FollowedTopic("Jalan")]
    for subject in followed:
        follow_subject(person, subject)
    browser = signed_in_client(app, person)
    page = browser.get(PATH).text
    names = [proposal.title, process.title, institution.name, "Jalan"]
    assert [name for name in names if name not in page] == []
    for follow in db.session.query(Follow).all():
        submit_form(browser, PATH, f"{PATH}/end", follow=follow.id)
    assert "You follow nothing yet" in browser.get(PATH).text


def test_follow_of_somebody_else_is_not_found(app):
    follow_subject(factories.create_resident(), factories.create_proposal())
    follow = db.session.query(Follow).one()
    other = factories.create_resident()
    follow_subject(other, factories.create_proposal())
    response = submit_form(signed_in_client(app, other), PATH, f"{PATH}/end", follow=follow.id)
    db.session.rollback()
    assert response.status_code == 404
    assert db.session.get(Follow, follow.id) is not None


def test_title_of_a_hidden_proposal_is_not_listed(app):
    person, proposal = factories.create_resident(), factories.create_proposal()
    follow_subject(person, proposal)
    with unrecorded("test settings") as session:
        proposal.hide("insult")
        session.add(proposal)
    page = signed_in_client(app, person).get(PATH).text
    assert proposal.title not in page
    assert f"Proposal {proposal.id}" in page
