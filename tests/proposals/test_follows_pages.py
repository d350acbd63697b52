"""The page of what a person follows, and its buttons to stop."""

from deliberate.database import db, unrecorded
from deliberate.models import Follow
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.proposals.follows import FollowedTopic, follow_subject
from deliberate.operations.proposals.proposals import submit_proposal
from tests import factories
from tests.client import signed_in_client, submit_form

PATH = "/en/account/follows"


def propose_on(topic, author=None, process=None):
    return submit_proposal(
        author or factories.create_resident(),
        process or factories.create_process(),
        "Bangku di tiap halte",
        "Lansia menunggu berdiri.",
        topic=topic,
    )


def test_name_of_a_topic_is_shown_only_while_a_visible_proposal_has_it(app):
    person, author = factories.create_resident(), factories.create_resident()
    proposal = propose_on("Kata orang lain", author)
    follow_subject(person, FollowedTopic("Kata orang lain"))
    browser = signed_in_client(app, person)
    assert "Kata orang lain" in browser.get(PATH).text
    with unrecorded("test settings") as session:
        proposal.hide("insult")
        session.add(proposal)
    assert "Kata orang lain" not in browser.get(PATH).text


def test_erasure_empties_the_name_of_a_topic_that_nobody_else_has(app):
    person, author = factories.create_resident(), factories.create_resident()
    propose_on("Jalan")
    for topic in ("Kata orang lain", "Jalan"):
        propose_on(topic, author)
        follow_subject(person, FollowedTopic(topic))
    erase_account(author, factories.PASSPHRASE)
    follows = db.session.query(Follow).filter_by(person_id=person.id).order_by(Follow.id)
    assert [follow.subject_name for follow in follows] == ["", "Jalan"]


def test_everything_followed_is_listed_by_name_and_can_be_stopped(app):
    person, institution = factories.create_resident(), factories.create_institution("sarpras")
    process = factories.create_process(institution)
    proposal = propose_on("Jalan", process=process)
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
