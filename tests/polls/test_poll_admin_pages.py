"""Test opening, changing and publishing polls and entering ballots over HTTP."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Ballot, Option, Poll
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.queries.polls.results import count_ballots
from deliberate.vocabulary import PollType, ResultRule, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

FILLED = {
    "question": "Mana dahulu?",
    "background": "Dua baris.",
    "type": "single",
    "options": "Trotoar\nHalte\n",
    "not_sure": "Belum yakin",
    "secrecy": "secret",
    "electorate": "residents",
    "result_rule": "after_close",
    "closes_at": "2026-03-12T18:00",
    "counting": "instant_runoff",
    "quorum": "1.000",
}


@pytest.fixture
def desk(app, clock):
    """Return a process and a signed-in staff member."""
    institution = factories.create_institution()
    client = signed_in_client(app, factories.create_staff(institution))
    return factories.create_process(institution), client


def open_with(client, process, **fields):
    return submit_form(client, f"/en/desk/polls/new/{process.slug}", **{**FILLED, **fields})


def the_poll():
    db.session.rollback()
    return db.session.scalar(select(Poll).order_by(Poll.id.desc()))


def test_poll_form_opens_a_poll_for_staff(desk, log):
    process, client = desk
    log()
    answer = open_with(client, process)
    (entry,) = log()
    poll = the_poll()
    assert (answer.status_code, entry.kind, entry.subject_id) == (303, "poll.opened", poll.id)
    assert [(o.label, o.is_pass) for o in poll.options] == [
        ("Trotoar", False),
        ("Halte", False),
        ("Belum yakin", True),
    ]
    assert poll.quorum == 1000 and poll.closes_at.isoformat() == "2026-03-12T10:00:00+00:00"


def test_poll_form_opens_a_poll_on_a_proposal(app, desk):
    process, client = desk
    proposal = factories.create_proposal(process)
    place = f"/en/desk/polls/new/{process.slug}?proposal={proposal.id}"
    assert submit_form(client, place, **FILLED).status_code == 303
    assert the_poll().proposal_id == proposal.id
    page = anonymous_client(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    assert "Mana dahulu?" in page and f"/en/polls/{the_poll().id}" in page


def test_poll_form_parses_costs_of_budget_options(desk):
    process, client = desk
    open_with(
        client,
        process,
        type="budget",
        options="Trotoar = 4.000.000\nHalte=3000000",
        amount="5 000 000",
        min_share="50",
    )
    poll = the_poll()
    assert [o.cost for o in poll.options if not o.is_pass] == [4_000_000, 3_000_000]
    assert (poll.amount, poll.min_share) == (5_000_000, 50)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"question": ""}, "question"),
        ({"closes_at": "2026-03-01T18:00"}, "closes_at"),
        ({"closes_at": "besok"}, "closes_at"),
        ({"closes_at": ""}, "closes_at"),
        ({"options": ""}, "options"),
        ({"options": "a" * 256}, "options"),
        ({"type": "budget"}, "options"),
        ({"type": "lotre"}, "type"),
        ({"quorum": "banyak"}, "quorum"),
        ({"electorate": "semua"}, "electorate"),
        ({"counting": "adu jago"}, "counting"),
    ],
)
def test_poll_form_shows_field_errors_and_keeps_the_input(desk, log, fields, field):
    process, client = desk
    log()
    answer = open_with(client, process, **fields)
    assert answer.status_code == 422 and log() == []
    assert f'id="{field}-error"' in answer.text and "Dua baris." in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"options": "Trotoar"},
        {"options": "Trotoar\nTrotoar"},
        {"result_rule": "live"},
        {"counts_areas": "y"},
        {"type": "multiple", "min_choices": "3", "max_choices": "2"},
    ],
)
def test_poll_form_shows_conflicting_rules_in_the_error_summary(desk, log, fields):
    process, client = desk
    log()
    fields = {"not_sure": "", **fields}
    answer = open_with(client, process, **fields)
    assert answer.status_code == 422 and log() == []
    assert 'id="errors"' in answer.text and re.search(r"<title>\s*Error:", answer.text)


@pytest.mark.parametrize("page", ["", "new/{slug}", "{poll}/change", "{poll}/ballot"])
def test_poll_admin_pages_are_forbidden_for_residents_and_visitors(app, clock, page):
    poll = factories.create_poll()
    place = "/en/desk/polls/" + page.format(slug=poll.process.slug, poll=poll.id)
    assert signed_in_client(app, factories.create_resident()).get(place).status_code == 403
    assert "sign_in_name" in anonymous_client(app).get(place).text


def test_poll_page_shows_a_moved_closing_time_with_its_reason(app, desk, log):
    _process, client = desk
    poll = factories.create_poll()
    log()
    answer = submit_form(
        client,
        f"/en/desk/polls/{poll.id}/change",
        closes_at="2026-03-20T18:00",
        ground="outage",
        reason="Situs mati.",
    )
    (entry,) = log()
    assert (answer.status_code, entry.kind) == (303, "poll.changed")
    assert "Situs mati." in anonymous_client(app).get(f"/en/polls/{poll.id}").text
    assert submit_form(client, f"/en/desk/polls/{poll.id}/change", reason="").status_code == 422


def test_poll_admin_publishes_result_and_outcome(app, clock, log):
    poll = factories.create_poll(
        days=1, rules=poll_operations.PollRules(result_rule=ResultRule.AFTER_PUBLICATION)
    )
    clock.shift(timedelta(days=1))
    client = signed_in_client(app, factories.create_staff())
    log()
    page = f"/en/polls/{poll.id}"
    assert submit_form(client, page, f"/en/desk/polls/{poll.id}/publish").status_code == 303
    submit_form(client, f"/en/desk/polls/{poll.id}/outcome", body="Rute 1 dibangun.")
    assert [entry.kind for entry in log()] == ["poll.published", "outcome.stated"]
    assert "Rute 1 dibangun." in anonymous_client(app).get(page).text


def test_office_form_enters_a_ballot_for_a_resident(app, desk, log):
    process, client = desk
    poll, voter = factories.create_poll(process), factories.create_resident()
    log()
    place = f"/en/desk/polls/{poll.id}/ballot"
    fields = {"marked": poll.options[0].id, "slip_number": "A-17"}
    answer = submit_form(client, place, sign_in_name=voter.sign_in_name, **fields)
    (entry,) = log()
    assert answer.status_code == 200 and "Ballot code" in answer.text
    assert (entry.origin, entry.actor_id) == ("desk", voter.actor_id)
    fields["slip_number"] = "A-18"
    again = submit_form(client, place, sign_in_name=voter.sign_in_name, **fields)
    assert again.status_code == 422 and "You have already voted" in again.text
    nobody = submit_form(client, place, sign_in_name="tidak-ada", **fields)
    assert nobody.status_code == 422 and "No account has this" in nobody.text


def test_office_form_enters_a_spoilt_paper_ballot(app, desk):
    process, client = desk
    poll, voter = factories.create_poll(process), factories.create_resident()
    fields = {"sign_in_name": voter.sign_in_name, "not_countable": "y", "slip_number": "A-17"}
    assert submit_form(client, f"/en/desk/polls/{poll.id}/ballot", **fields).status_code == 200
    db.session.rollback()
    assert count_ballots(poll).rejected == 1


def test_statements_page_accepts_and_declines_statements(app, clock, log):
    poll = factories.create_poll(
        None, "Bus gratis", rules=poll_operations.PollRules(type=PollType.STATEMENTS)
    )
    for text in ("Trotoar dahulu", "Beli obat"):
        statement_operations.suggest_statement(factories.create_resident(), poll, text)
    client = signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
    one, other = db.session.scalars(select(Option).where(Option.state == "waiting"))
    place = f"/en/desk/polls/{poll.id}/statements"
    assert "Trotoar dahulu" in client.get(place).text
    submit_form(client, place, show=one.id)
    submit_form(client, place, decline=other.id)
    assert submit_form(client, place, show=999999).status_code == 404
    page = anonymous_client(app).get(f"/en/polls/{poll.id}").text
    assert "Trotoar dahulu" in page and "Beli obat" not in page
    assert db.session.scalar(select(Ballot)) is None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2026-03-12 18.30", "2026-03-12T22:30:00+00:00"),  # the clocks were put forward on the 8th
        ("2026-03-12T18:30", "2026-03-12T22:30:00+00:00"),
        ("2026-03-07", "2026-03-08T05:00:00+00:00"),
    ],
)
def test_poll_form_reads_hours_where_the_process_is(app, clock, typed, stored):
    process = factories.create_process(timezone="America/New_York")
    client = signed_in_client(app, factories.create_staff())
    assert "New York Time" in client.get(f"/en/desk/polls/new/{process.slug}").text
    assert open_with(client, process, closes_at=typed).status_code == 303
    assert the_poll().closes_at.isoformat() == stored


def test_poll_form_refuses_an_hour_that_the_clocks_skip(app, clock):
    process = factories.create_process(timezone="America/New_York")
    client = signed_in_client(app, factories.create_staff())
    refused = open_with(client, process, closes_at="2026-03-08 02.30")
    assert refused.status_code == 422 and "clocks are put forward" in refused.text
    assert the_poll() is None


def test_poll_form_to_change_shows_the_hour_where_the_process_is(app, clock):
    process = factories.create_process(timezone="America/New_York")
    client = signed_in_client(app, factories.create_staff())
    open_with(client, process, closes_at="2026-03-12 18.30")
    page = client.get(f"/en/desk/polls/{the_poll().id}/change").text
    assert 'value="2026-03-12T18:30"' in page and "Thursday 12 March, 18:30" in page
