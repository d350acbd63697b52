"""Refused acts: the status says what the refusal depends on, the page what can be done."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import get_flashed_messages
from wtforms import Form

from deliberate.clock import now
from deliberate.permissions.decision import InvalidInput
from deliberate.views.site.form_pages import form_page
from deliberate.vocabulary import PhaseKind, PhaseSwitch
from tests import factories
from tests.client import signed_in_client, submit_form

ASK_FOR_ROLE = "ask an administrator of the platform for the role"


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def proposal(institution):
    return factories.create_qualified_proposal(institution)


def test_refusal_for_want_of_a_role_says_who_grants_it(app):
    client = signed_in_client(app, factories.create_staff())
    page = client.get("/en/desk/people")
    assert page.status_code == 403 and ASK_FOR_ROLE in page.text


def test_refusal_of_one_person_does_not_send_to_an_administrator(app, proposal):
    client = signed_in_client(app, proposal.author)
    page = submit_form(client, "/en/account", f"/en/proposals/{proposal.id}/support")
    assert page.status_code == 403 and "your own proposal" in page.text
    assert ASK_FOR_ROLE not in page.text


@pytest.mark.parametrize("opens_again", [True, False])
def test_act_that_the_phase_forbids_names_the_day_from_which_it_is_possible(
    app, clock, opens_again
):
    process = factories.create_process(days=2, timezone="Asia/Jayapura")
    opens_at = now() + timedelta(days=5)
    proposal = factories.create_proposal(process)
    if opens_again:
        factories.add_phase(process, PhaseKind.RESPONSE, opens_at, 5, PhaseSwitch.SUPPORT)
    clock.shift(timedelta(days=3))
    client = signed_in_client(app, factories.create_resident())
    page = submit_form(client, "/en/account", f"/en/proposals/{proposal.id}/support")
    assert page.status_code == 409 and ASK_FOR_ROLE not in page.text
    assert ("It will be possible from" in page.text) is opens_again
    there = opens_at.astimezone(ZoneInfo("Asia/Jayapura"))
    assert (f"{there:%-d %b %Y, %H:%M} (Jayapura" in page.text) is opens_again


def test_entry_to_correct_is_answered_with_the_reason(app, institution, proposal, log):
    desk = signed_in_client(app, factories.create_staff(institution))
    stranger, case = factories.create_staff(), f"/en/desk/proposals/{proposal.id}"
    log()
    page = submit_form(desk, case, f"{case}/assign", colleague=stranger.id)
    assert page.status_code == 422 and "does not work for the responsible" in page.text
    assert log() == []


def test_entry_to_correct_keeps_the_form_of_a_form_page(app):
    def submit():
        raise InvalidInput("Choose another day.")

    with app.test_request_context("/en/", method="POST"):
        page, status = form_page(Form(), submit, lambda **_values: str(get_flashed_messages()))
    assert (page, status) == ("['Choose another day.']", 422)
