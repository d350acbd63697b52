"""Pages of messages: read state, unsubscription, confirmation links, mails of the demo."""

import pytest

from deliberate.database import db, unrecorded
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.links import address_token, unsubscribe_token
from deliberate.operations.responses.responses import publish_response
from deliberate.queries.notices.settings import list_topic_choices
from deliberate.vocabulary import ResponseDecision
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def proposal(institution):
    return factories.create_proposal(factories.create_process(institution))


def test_messages_are_shown_in_the_account_and_marked_read(app, institution, proposal):
    publish_response(
        factories.create_staff(institution), proposal, ResponseDecision.ACCEPTED, "Ya", "Teks"
    )
    fan_out()
    browser = signed_in_client(app, proposal.author)
    page = browser.get("/en/account/messages").text
    assert (
        "Kantor sarpras: Accepted" in page
        and "1 unread message" in page
        and "Mark all as read" in page
    )
    submit_form(browser, "/en/account/messages", "/en/account/messages/read", up_to=10**6)
    assert "Mark all as read" not in browser.get("/en/account/messages").text


def test_message_names_the_language_of_the_title_it_quotes_once_without_its_number(
    app, institution, proposal
):
    publish_response(
        factories.create_staff(institution), proposal, ResponseDecision.ACCEPTED, "Ya", "Teks"
    )
    fan_out()
    page = signed_in_client(app, proposal.author).get("/en/account/messages").text
    assert f'<span lang="id" dir="auto">{proposal.title}</span>' in page
    assert f"[#{proposal.id}]" not in page


def mailed(person, topic="response"):
    db.session.rollback()
    choices = {choice.topic: choice.channels for choice in list_topic_choices(person)}
    return "mail" in choices[topic]


def test_unsubscribe_link_mutes_topic_without_sign_in(app, proposal):
    person = proposal.author
    unsubscribe_url = f"/unsubscribe/{unsubscribe_token(person.id, 'response')}"
    assert anonymous_client(app).get(unsubscribe_url).status_code == 200 and mailed(person)
    response = anonymous_client(app).post(unsubscribe_url, data={"List-Unsubscribe": "One-Click"})
    db.session.rollback()
    assert response.status_code == 200 and not mailed(person)


@pytest.mark.parametrize("path", ["/unsubscribe/forged", "/en/account/messages/confirm/forged"])
def test_mail_link_that_is_forged_is_not_found(app, path):
    assert anonymous_client(app).get(path).status_code == 404


def test_address_is_confirmed_by_its_link(app):
    person = factories.create_resident()
    with unrecorded("test settings") as session:
        person.email = "a@example.org"
        session.add(person)
    page = f"/en/account/messages/confirm/{address_token(person)}"
    assert anonymous_client(app).get(page).status_code == 200
    assert "is confirmed" in anonymous_client(app).post(page).text


def test_mails_page_exists_in_the_demo_only(app):
    assert anonymous_client(app).get("/demo/mails").status_code == 404
