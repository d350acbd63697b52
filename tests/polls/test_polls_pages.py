"""Test the page of a poll: rules, ballot, receipt and result."""

import re
from datetime import timedelta

import pytest

from deliberate.database import db
from deliberate.models import Ballot, PollVoter
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls.polls import PollRules
from deliberate.vocabulary import PollType
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form


def poll_url(poll, more=""):
    return f"/en/polls/{poll.id}{more}"


def code_on(page):
    return re.search(r"<code>((?:[A-Z2-9]{4}-){4}[A-Z2-9]{4})</code>", page).group(1)


def test_poll_page_shows_rules_and_ballot_to_visitors(app, clock):
    poll = factories.create_poll(background="Anggaran cukup untuk satu.", with_pass="Belum yakin")
    page = anonymous_client(app).get(poll_url(poll)).text
    assert all(words in page for words in ("Anggaran cukup", "Rute 2", "Belum yakin", "Secret"))
    assert re.search(r"<title>\s*Jalur mana", page) and page.count("<h1 ") == 1


def test_ballot_receipt_page_shows_the_code_once(app, clock, log):
    poll, voter = factories.create_poll(), factories.create_resident()
    client = signed_in_client(app, voter)
    log()
    answer = submit_form(
        client, poll_url(poll), poll_url(poll, "/ballot"), marked=poll.options[1].id
    )
    (entry,) = log()
    assert answer.status_code == 200 and entry.kind == "ballot.cast"
    assert db.session.get(Ballot, ballot_operations.hash_code(code_on(answer.text))) is not None
    assert entry.id in answer.text
    assert code_on(answer.text) not in client.get(poll_url(poll)).text


def test_repeated_ballot_form_is_recognised_without_showing_the_code(app, clock, log):
    poll, client = factories.create_poll(), None
    client = signed_in_client(app, factories.create_resident())
    page = client.get(poll_url(poll)).text
    fields = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', page))
    fields["marked"] = poll.options[0].id
    first = client.post(poll_url(poll, "/ballot"), data=fields)
    log()
    again = client.post(poll_url(poll, "/ballot"), data=fields, follow_redirects=True)
    assert code_on(first.text) not in again.text and "counted already" in again.text
    assert log() == []


@pytest.mark.parametrize("chosen", [[], ["999999"], ["x"], ["first", "second"], ["first", "first"]])
def test_ballot_form_refuses_a_malformed_choice_at_the_field(app, clock, log, chosen):
    poll, client = factories.create_poll(), signed_in_client(app, factories.create_resident())
    places = {"first": poll.options[0].id, "second": poll.options[1].id}
    log()
    answer = submit_form(
        client, poll_url(poll), poll_url(poll, "/ballot"), marked=[places.get(c, c) for c in chosen]
    )
    assert answer.status_code == 422 and log() == []
    assert 'id="marked-error"' in answer.text and re.search(r"<title>\s*Error:", answer.text)


def test_ballot_response_does_not_reveal_the_choice(app, clock):
    poll = factories.create_poll(None, "Ya", "Satu jawaban yang panjang sekali")
    clients = [
        signed_in_client(app, factories.create_resident(name)) for name in ("Warga A", "Warga B")
    ]
    answers = [
        submit_form(client, poll_url(poll), poll_url(poll, "/ballot"), marked=option.id)
        for client, option in zip(clients, poll.options, strict=True)
    ]
    assert len({len(answer.data) for answer in answers}) == 1
    assert not any(option.label in answer.text for answer in answers for option in poll.options[1:])


@pytest.mark.usefixtures("published_few")
def test_poll_page_shows_the_result_at_the_close(app, clock):
    poll = factories.create_poll(days=1, quorum=2)
    ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    assert "Result</h2>" not in anonymous_client(app).get(poll_url(poll)).text
    clock.shift(timedelta(days=1))
    page = anonymous_client(app).get(poll_url(poll)).text
    assert "The quorum of 2 is not reached" in page and "<table>" in page and 'class="bar"' in page


def test_ballot_form_of_a_closed_poll_is_refused(app, clock, log):
    poll, client = factories.create_poll(days=1), signed_in_client(app, factories.create_resident())
    shown = client.get(poll_url(poll)).text
    fields = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', shown))
    clock.shift(timedelta(days=1))
    log()
    answer = client.post(poll_url(poll, "/ballot"), data={**fields, "marked": poll.options[0].id})
    assert answer.status_code == 409 and "not counted" in answer.text and log() == []
    assert db.session.query(PollVoter).count() == 0


def test_poll_list_separates_open_and_closed_polls(app, clock):
    factories.create_poll(days=1)
    clock.shift(timedelta(days=2))
    open_one = factories.create_poll()
    page = anonymous_client(app).get("/en/polls/?state=open").text
    assert f"/polls/{open_one.id}" in page and page.count('<li class="item">') == 1
    assert anonymous_client(app).get("/en/polls/?state=closed").text.count('<li class="item">') == 1


def shares_on(page):
    return [int(share) for share in re.findall(r'<b class="tabular">\s*(\d+)%', page)]


@pytest.mark.usefixtures("published_few")
def test_result_shares_of_one_choice_have_one_base_with_not_sure(app, clock):
    poll = factories.create_poll(with_pass="Belum yakin")
    for option in (poll.options[0], poll.options[0], poll.options[1], poll.options[-1]):
        ballot_operations.cast_ballot(factories.create_resident(), poll, [(option.id, 1)])
    factories.close_poll(poll)
    page = anonymous_client(app).get(poll_url(poll)).text
    shares = shares_on(page)
    assert sum(shares) == 100 and {50, 25} <= set(shares)
    assert "Shares are of 4 valid ballots." in page and "more than 100" not in page


@pytest.mark.usefixtures("published_few")
def test_result_shares_of_several_choices_say_that_they_exceed_all(app, clock):
    poll = factories.create_poll(rules=PollRules(type=PollType.MULTIPLE, max_choices=2))
    both = [(option.id, 1) for option in poll.options[:2]]
    for choice in (both, both[:1]):
        ballot_operations.cast_ballot(factories.create_resident(), poll, choice)
    factories.close_poll(poll)
    page = anonymous_client(app).get(poll_url(poll)).text
    assert {100, 50} <= set(shares_on(page))
    assert "Shares are of 2 valid ballots." in page and "more than 100 %." in page


@pytest.mark.parametrize(
    ("language", "amount"),
    [("en", "Rp\N{NO-BREAK SPACE}9,000"), ("id", "Rp\N{NO-BREAK SPACE}9.000")],
)
def test_budget_amounts_carry_the_currency_of_the_process(app, clock, language, amount):
    poll = factories.create_poll(
        rules=PollRules(type=PollType.BUDGET, amount=9000, costs=(4000, 4000, 4000))
    )
    assert amount in anonymous_client(app).get(f"/{language}/polls/{poll.id}").text
