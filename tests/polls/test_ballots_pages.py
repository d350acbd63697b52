"""Test ballot forms of every poll type, receipts, lists of ballots and tally files over HTTP."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Notice, Person
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.vocabulary import CountingMethod, Electorate, PollType, ResultRule
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

BUDGET = poll_operations.PollRules(type=PollType.BUDGET, amount=9, costs=(5, 4, 3))
RANKED = poll_operations.PollRules(type=PollType.RANKED)
SCORE = poll_operations.PollRules(type=PollType.SCORE)
VIEWS = poll_operations.PollRules(type=PollType.STATEMENTS)
PUBLIC = poll_operations.PollRules(is_secret=False, result_rule=ResultRule.LIVE)
CODE = re.compile(r"<code>((?:[A-Z2-9]{4}-){4}[A-Z2-9]{4})</code>")


def vote(app, poll, **fields):
    page = f"/en/polls/{poll.id}"
    return submit_form(
        signed_in_client(app, factories.create_resident()), page, page + "/ballot", **fields
    )


def figures(poll, *values):
    return {f"option_{o.id}": v for o, v in zip(poll.options, values, strict=False)}


def fields_of(poll, *values):
    """Return the fields of a ballot form: a figure for each option, or the selected options."""
    if poll.type in {PollType.SINGLE, PollType.MULTIPLE, PollType.BUDGET}:
        return {"marked": [poll.options[place].id for place in values]}
    return figures(poll, *values)


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        (poll_operations.PollRules(type=PollType.MULTIPLE, max_choices=2), (0, 2)),
        (RANKED, ("2", "", "1")),
        (SCORE, ("5", "0")),
        (BUDGET, (0, 1)),
        (VIEWS, ("1", "-1", "0")),
    ],
)
def test_ballot_form_accepts_a_valid_ballot_of_every_type(app, clock, rules, values):
    poll = factories.create_poll(rules=rules)
    answer = vote(app, poll, **fields_of(poll, *values))
    assert answer.status_code == 200 and CODE.search(answer.text)
    db.session.rollback()
    factories.reload(poll)
    assert poll.ballot_count == 1


@pytest.mark.parametrize(
    ("rules", "values", "words"),
    [
        (
            poll_operations.PollRules(type=PollType.MULTIPLE, max_choices=2),
            (0, 1, 2),
            "at most 2 count",
        ),
        (poll_operations.PollRules(type=PollType.MULTIPLE), (), "Choose an answer first"),
        (poll_operations.PollRules(type=PollType.MULTIPLE), (0, 0), "chosen once"),
        (RANKED, ("1", "1"), "given twice"),
        (RANKED, ("1", "3"), "Rank 2 is missing"),
        (RANKED, ("satu", ""), "Write a number"),
        (RANKED, ("9", ""), "from 1 to the number"),
        (RANKED, ("", ""), "Choose an answer first"),
        (SCORE, ("6",), "from 0 to 5"),
        (BUDGET, (0, 1, 2), "costs Rp\u00a012: Rp\u00a03 more than the Rp\u00a09 available"),
        (VIEWS, ("2",), "Agree, disagree or pass"),
    ],
)
def test_ballot_form_shows_an_error_at_the_field_of_an_invalid_ballot(
    app, clock, log, rules, values, words
):
    poll = factories.create_poll(rules=rules)
    answer = vote(app, poll, **fields_of(poll, *values))
    assert answer.status_code == 422 and words in answer.text
    field = re.search(r'<a href="#([^"]+)">', answer.text.partition('id="errors"')[2]).group(1)
    assert f'id="{field}"' in answer.text or f'id="{field}-error"' in answer.text
    assert "ballot.cast" not in [entry.kind for entry in log()]
    db.session.rollback()
    assert db.session.scalar(select(Ballot)) is None


def test_ballot_form_shows_the_submitted_values_again(app, clock):
    poll = factories.create_poll(rules=RANKED)
    answer = vote(app, poll, **figures(poll, "1", "1"))
    assert answer.text.count('value="1"') == 2


def test_ballot_form_refuses_an_option_of_another_poll(app, clock, log):
    poll, other = factories.create_poll(), factories.create_poll()
    answer = vote(app, poll, marked=other.options[0].id)
    assert answer.status_code == 422 and "another poll" in answer.text


def test_ballot_form_offers_not_sure_exclusively(app, clock):
    poll = factories.create_poll(rules=RANKED, with_pass="Belum yakin")
    unsure = poll.options[-1].id
    assert "cannot be combined" in vote(app, poll, **figures(poll, "1"), passed=unsure).text
    assert vote(app, poll, passed=unsure).status_code == 200


def test_budget_total_works_without_javascript_and_stores_nothing(app, clock, log):
    poll = factories.create_poll(rules=BUDGET)
    log()
    page = anonymous_client(app).post(
        f"/en/polls/{poll.id}/sum", data={"marked": [o.id for o in poll.options]}
    )
    assert page.status_code == 200 and log() == []
    assert "Spent: Rp\u00a012" in page.text and "Rp\u00a03 too much" in page.text
    assert page.text.count(" checked") == 3


def test_statement_answers_one_by_one_travel_in_the_form(app, clock, log):
    poll = factories.create_poll(rules=VIEWS)
    client, place = anonymous_client(app), f"/en/polls/{poll.id}/one-by-one"
    given = {}
    for option, value in zip(poll.options, ("1", "-1", "0"), strict=True):
        assert f'name="option_{option.id}"' in client.post(place, data=given).text
        given[f"option_{option.id}"] = value
    page = client.post(place, data=given).text
    assert "3 answers" in page and f"/en/polls/{poll.id}/ballot" in page
    first = dict(list(given.items())[:1])
    page = client.post(place, data={**first, "enough": "1"}).text
    assert re.search(r"\b1 answer\s*<", page)
    assert [entry.kind for entry in log() if entry.kind.startswith("ballot")] == []


def test_statement_form_adds_a_waiting_statement(app, clock, log):
    poll = factories.create_poll(None, "Bus gratis", rules=VIEWS)
    client, place = (
        signed_in_client(app, factories.create_resident()),
        f"/en/polls/{poll.id}/statements",
    )
    assert submit_form(client, place, statement="Trotoar dahulu").status_code == 303
    again = submit_form(client, place, statement="bus gratis")
    assert again.status_code == 422 and "already in the poll" in again.text
    assert "Trotoar dahulu" not in anonymous_client(app).get(f"/en/polls/{poll.id}").text


def test_ballot_change_page_accepts_the_code_and_refuses_a_wrong_one(app, clock, log):
    poll, client = factories.create_poll(), signed_in_client(app, factories.create_resident())
    page = f"/en/polls/{poll.id}"
    code = CODE.search(
        submit_form(client, page, page + "/ballot", marked=poll.options[0].id).text
    ).group(1)
    log()
    wrong = submit_form(client, page + "/change", ballot_code="AAAA", marked=poll.options[1].id)
    assert wrong.status_code == 422 and 'id="ballot_code-error"' in wrong.text
    empty = submit_form(client, page + "/change", marked=poll.options[1].id)
    assert empty.status_code == 422 and "Write the code" in empty.text
    right = submit_form(client, page + "/change", ballot_code=code, marked=poll.options[1].id)
    assert right.status_code == 200 and "Your ballot is changed" in right.text
    assert [entry.kind for entry in log()] == ["ballot.changed"]


def test_ballot_form_requires_a_voting_code_once(app, clock):
    poll = factories.create_poll(rules=poll_operations.PollRules(electorate=Electorate.CODES))
    (code,) = ballot_box_operations.create_voting_codes(None, poll, 1)
    chosen = poll.options[0].id
    assert 'id="voting_code-error"' in vote(app, poll, marked=chosen).text
    assert "not valid in this poll" in vote(app, poll, marked=chosen, voting_code="AAAA-BBBB").text
    assert vote(app, poll, marked=chosen, voting_code=code).status_code == 200
    assert "already been used" in vote(app, poll, marked=chosen, voting_code=code).text


def test_poll_page_explains_why_a_person_is_not_entitled(app, clock):
    poll = factories.create_poll(rules=poll_operations.PollRules(electorate=Electorate.VERIFIED))
    page = signed_in_client(app, factories.create_resident()).get(f"/en/polls/{poll.id}").text
    assert "Only verified residents" in page and "To be verified" in page
    assert 'id="ballot-form"' not in page


def test_ballot_receipt_mail_contains_no_ballot_code(app, clock):
    poll, voter = factories.create_poll(), factories.create_resident()
    with unrecorded("test settings") as session:
        found = session.get(Person, voter.id)
        found.email, found.email_confirmed_at = "warga@example.org", now()
    client, page = signed_in_client(app, voter), f"/en/polls/{poll.id}"
    assert "Mail me the receipt" in client.get(page).text
    answer = submit_form(
        client, page, page + "/ballot", marked=poll.options[0].id, mail_receipt="y"
    )
    code = CODE.search(answer.text).group(1)
    db.session.rollback()
    notice = db.session.scalar(select(Notice).where(Notice.person_id == voter.id))
    assert notice.kind == "ballot.receipt"
    assert code not in json.dumps(notice.details) and notice.details["poll"] == poll.id


def test_counted_ballots_are_listed_after_the_close_without_choices(app, clock):
    poll = factories.create_poll(days=1)
    codes = [
        ballot_operations.cast_ballot(factories.create_resident(), poll, option).ballot_code
        for option in poll.options
    ]
    page, client = f"/en/polls/{poll.id}/ballots", anonymous_client(app)
    keys = sorted(ballot_operations.hash_code(code) for code in codes)
    assert not any(key in client.get(page).text for key in keys)
    assert client.get(f"/polls/{poll.id}/ballots.txt").status_code == 404
    clock.shift(timedelta(days=1))
    shown = client.get(page).text
    assert re.findall(r"\b[0-9a-f]{64}\b", shown) == keys
    assert not any(option.label in shown for option in poll.options)
    assert client.get(f"/polls/{poll.id}/ballots.txt").text.split() == keys
    found = client.post(page, data={"ballot_code": codes[0].lower()})
    assert "Your ballot was counted" in found.text and codes[0] not in found.text
    assert "No ballot with this code" in client.post(page, data={"ballot_code": "AAAA"}).text


def test_public_poll_announces_and_shows_names_with_choices(app, clock):
    poll = factories.create_poll(rules=PUBLIC)
    assert "names and choices" in anonymous_client(app).get(f"/en/polls/{poll.id}").text
    voter = factories.create_resident("Dwi Handayani")
    answer = submit_form(
        signed_in_client(app, voter),
        f"/en/polls/{poll.id}",
        f"/en/polls/{poll.id}/ballot",
        marked=poll.options[1].id,
    )
    assert CODE.search(answer.text) is None
    page = anonymous_client(app).get(f"/en/polls/{poll.id}/ballots").text
    assert "Dwi Handayani" in page and "Rute 2" in page


@pytest.mark.parametrize("kind", ["result.csv", "tally.json"])
def test_tally_files_are_missing_until_the_result_is_public(app, clock, kind):
    poll = factories.create_poll(
        days=1, rules=poll_operations.PollRules(result_rule=ResultRule.AFTER_PUBLICATION)
    )
    ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    client, place = anonymous_client(app), f"/polls/{poll.id}/{kind}"
    assert client.get(place).status_code == 404
    clock.shift(timedelta(days=1))
    assert client.get(place).status_code == 404
    poll_operations.publish_result(factories.create_staff(), poll)
    assert client.get(place).status_code == 200


def closed_with(app, clock, rules, *ballots):
    poll = factories.create_poll(days=1, rules=rules)
    for values in ballots:
        pairs = [(o.id, v) for o, v in zip(poll.options, values, strict=False) if v is not None]
        ballot_operations.cast_ballot(factories.create_resident(), poll, pairs)
    clock.shift(timedelta(days=1))
    return poll


@pytest.mark.usefixtures("published_few")
def test_tally_file_of_a_secret_ranking_has_no_single_ballot(app, clock):
    poll = closed_with(app, clock, RANKED, (1, 2, 3), (2, 1, None), (1, None, 2))
    told = anonymous_client(app).get(f"/polls/{poll.id}/tally.json").json
    assert "single_ballots" not in told and told["ballots"] == 3
    tables = {table["name"]: table for table in told["tables"]}
    assert tables["rounds"]["rows"][-1] == [0] and tables["pairwise"]["rows"][0][1] == 2
    assert told["places"][0] == [0] and sorted(told["lot"]) == [0, 1, 2]


def test_tally_file_of_a_public_poll_has_single_ballots_without_names(app, clock):
    voter = factories.create_resident("Dwi Handayani")
    poll = factories.create_poll(rules=PUBLIC)
    ballot_operations.cast_ballot(voter, poll, poll.options[2])
    answer = anonymous_client(app).get(f"/polls/{poll.id}/tally.json")
    assert answer.json["single_ballots"] == [[[2, 1]]] and "Dwi" not in answer.text


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (RANKED, "Every round"),
        (poll_operations.PollRules(type=PollType.RANKED, counting=CountingMethod.BORDA), "Points"),
        (
            poll_operations.PollRules(type=PollType.RANKED, counting=CountingMethod.SCHULZE),
            "Pair by pair",
        ),
    ],
)
@pytest.mark.usefixtures("published_few")
def test_poll_page_shows_every_round_or_pair_of_a_ranking(app, clock, rules, words):
    poll = closed_with(app, clock, rules, (1, 2, 3), (2, 1, None), (1, None, 2))
    page = anonymous_client(app).get(f"/en/polls/{poll.id}").text
    first = re.search(r"<b>First: <span [^>]*>Rute 1</span></b>", page)
    assert words in page and first and "<svg" in page


@pytest.mark.usefixtures("published_few")
def test_tally_csv_has_every_figure_and_no_formula(app, clock):
    poll = factories.create_poll(None, "=1+1", "Halte", days=1)
    ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    clock.shift(timedelta(days=1))
    answer = anonymous_client(app).get(f"/polls/{poll.id}/result.csv")
    assert answer.mimetype == "text/csv"
    assert "votes,'=1+1,votes,1" in answer.text and "all,,ballots,1" in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_waiting_statement_cannot_be_voted_on(app, clock):
    poll = factories.create_poll(None, "Bus gratis", rules=VIEWS)
    waiting = statement_operations.suggest_statement(
        factories.create_resident(), poll, "Trotoar dahulu"
    )
    answer = vote(app, poll, **{f"option_{waiting.id}": "1"})
    assert answer.status_code == 422
