"""Staff open polls, move a close, enter ballots, publish and say what came of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Ballot, Option, Poll
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.queries.polls.polls import recounted
from deliberate.vocabulary import PollType, ResultRule, Role
from tests import factories
from tests.client import send, signed_in, visitor

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
    """A process and somebody who works for it, at the desk."""
    return factories.a_process(), signed_in(app, factories.staff())


def open_with(client, process, **fields):
    return send(client, f"/en/desk/polls/new/{process.slug}", **{**FILLED, **fields})


def the_poll():
    db.session.rollback()
    return db.session.scalar(select(Poll).order_by(Poll.id.desc()))


def test_staff_open_a_poll_by_a_form(desk, log):
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


def test_a_poll_is_opened_on_a_proposal_and_stands_on_its_page(app, desk):
    process, client = desk
    proposal = factories.a_proposal(process)
    place = f"/en/desk/polls/new/{process.slug}?proposal={proposal.id}"
    assert send(client, place, **FILLED).status_code == 303
    assert the_poll().proposal_id == proposal.id
    page = visitor(app).get(f"/en/proposals/{proposal.id}", follow_redirects=True).text
    assert "Mana dahulu?" in page and f"/en/polls/{the_poll().id}" in page


def test_a_budget_poll_takes_costs_behind_the_options(desk):
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
def test_a_wrong_field_is_told_at_the_field_and_nothing_is_lost(desk, log, fields, field):
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
def test_rules_that_do_not_go_together_are_told_on_top(desk, log, fields):
    process, client = desk
    log()
    fields = {"not_sure": "", **fields}
    answer = open_with(client, process, **fields)
    assert answer.status_code == 422 and log() == []
    assert 'id="errors"' in answer.text and "<title>Error:" in answer.text


@pytest.mark.parametrize("page", ["", "new/{slug}", "{poll}/change", "{poll}/ballot"])
def test_residents_and_visitors_have_no_desk(app, clock, page):
    poll = factories.a_poll()
    place = "/en/desk/polls/" + page.format(slug=poll.process.slug, poll=poll.id)
    assert signed_in(app, factories.resident()).get(place).status_code == 403
    assert "sign_in_name" in visitor(app).get(place).text


def test_a_moved_close_stands_on_the_page_with_its_reason(app, desk, log):
    _process, client = desk
    poll = factories.a_poll()
    log()
    answer = send(
        client,
        f"/en/desk/polls/{poll.id}/change",
        closes_at="2026-03-20T18:00",
        ground="outage",
        reason="Situs mati.",
    )
    (entry,) = log()
    assert (answer.status_code, entry.kind) == (303, "poll.changed")
    assert "Situs mati." in visitor(app).get(f"/en/polls/{poll.id}").text
    assert send(client, f"/en/desk/polls/{poll.id}/change", reason="").status_code == 422


def test_a_result_is_published_and_an_outcome_stated(app, clock, log):
    poll = factories.a_poll(
        days=1, rules=poll_operations.Rules(result_rule=ResultRule.AFTER_PUBLICATION)
    )
    clock.shift(timedelta(days=1))
    client = signed_in(app, factories.staff())
    log()
    page = f"/en/polls/{poll.id}"
    assert send(client, page, f"/en/desk/polls/{poll.id}/publish").status_code == 303
    send(client, f"/en/desk/polls/{poll.id}/outcome", body="Rute 1 dibangun.")
    assert [entry.kind for entry in log()] == ["poll.published", "outcome.stated"]
    assert "Rute 1 dibangun." in visitor(app).get(page).text


def test_a_ballot_is_entered_at_an_office_for_somebody(app, desk, log):
    _process, client = desk
    poll, voter = factories.a_poll(), factories.resident()
    log()
    place = f"/en/desk/polls/{poll.id}/ballot"
    answer = send(client, place, sign_in_name=voter.sign_in_name, marked=poll.options[0].id)
    (entry,) = log()
    assert answer.status_code == 200 and "Ballot code" in answer.text
    assert (entry.origin, entry.actor_id) == ("desk", voter.actor_id)
    again = send(client, place, sign_in_name=voter.sign_in_name, marked=poll.options[0].id)
    assert again.status_code == 422 and "You have voted" in again.text
    nobody = send(client, place, sign_in_name="tidak-ada", marked=poll.options[0].id)
    assert nobody.status_code == 422 and "No account has this" in nobody.text


def test_a_spoilt_paper_ballot_is_entered_as_such(app, desk):
    _process, client = desk
    poll, voter = factories.a_poll(), factories.resident()
    fields = {"sign_in_name": voter.sign_in_name, "not_countable": "y"}
    assert send(client, f"/en/desk/polls/{poll.id}/ballot", **fields).status_code == 200
    db.session.rollback()
    assert recounted(poll).rejected == 1


def test_a_moderator_lets_statements_in(app, clock, log):
    poll = factories.a_poll(
        None, "Bus gratis", rules=poll_operations.Rules(type=PollType.STATEMENTS)
    )
    for text in ("Trotoar dahulu", "Beli obat"):
        statement_operations.suggest_statement(factories.resident(), poll, text)
    client = signed_in(app, factories.staff(role=Role.MODERATOR))
    one, other = db.session.scalars(select(Option).where(Option.state == "waiting"))
    place = f"/en/desk/polls/{poll.id}/statements"
    assert "Trotoar dahulu" in client.get(place).text
    send(client, place, show=one.id)
    send(client, place, decline=other.id)
    assert send(client, place, show=999999).status_code == 404
    page = visitor(app).get(f"/en/polls/{poll.id}").text
    assert "Trotoar dahulu" in page and "Beli obat" not in page
    assert db.session.scalar(select(Ballot)) is None
