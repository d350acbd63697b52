"""Every kind of ballot by form: counted, or refused with words at the field."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Notice, Person
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.vocabulary import Counting, Electorate, PollType, ResultRule
from tests import factories
from tests.client import send, signed_in, visitor

BUDGET = poll_operations.Rules(type=PollType.BUDGET, amount=9, costs=(5, 4, 3))
RANKED = poll_operations.Rules(type=PollType.RANKED)
SCORE = poll_operations.Rules(type=PollType.SCORE)
VIEWS = poll_operations.Rules(type=PollType.STATEMENTS)
PUBLIC = poll_operations.Rules(is_secret=False, result_rule=ResultRule.LIVE)
CODE = re.compile(r"<code>((?:[A-Z2-9]{4}-){4}[A-Z2-9]{4})</code>")


def vote(app, poll, **fields):
    page = f"/en/polls/{poll.id}"
    return send(signed_in(app, factories.resident()), page, page + "/ballot", **fields)


def figures(poll, *values):
    return {f"option_{o.id}": v for o, v in zip(poll.options, values, strict=False)}


def fields_of(poll, *values):
    """A form's fields: figures for each option, or the options named."""
    if poll.type in {PollType.SINGLE, PollType.MULTIPLE, PollType.BUDGET}:
        return {"marked": [poll.options[place].id for place in values]}
    return figures(poll, *values)


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        (poll_operations.Rules(type=PollType.MULTIPLE, max_choices=2), (0, 2)),
        (RANKED, ("2", "", "1")),
        (SCORE, ("5", "0")),
        (BUDGET, (0, 1)),
        (VIEWS, ("1", "-1", "0")),
    ],
)
def test_a_good_ballot_is_counted(app, clock, rules, values):
    poll = factories.a_poll(rules=rules)
    answer = vote(app, poll, **fields_of(poll, *values))
    assert answer.status_code == 200 and CODE.search(answer.text)
    db.session.rollback()
    factories.again(poll)
    assert poll.ballot_count == 1


@pytest.mark.parametrize(
    ("rules", "values", "words"),
    [
        (
            poll_operations.Rules(type=PollType.MULTIPLE, max_choices=2),
            (0, 1, 2),
            "at most 2 count",
        ),
        (poll_operations.Rules(type=PollType.MULTIPLE), (), "Choose an answer first"),
        (poll_operations.Rules(type=PollType.MULTIPLE), (0, 0), "chosen once"),
        (RANKED, ("1", "1"), "given twice"),
        (RANKED, ("1", "3"), "Rank 2 is missing"),
        (RANKED, ("satu", ""), "Write a number"),
        (RANKED, ("9", ""), "from 1 to the number"),
        (RANKED, ("", ""), "Choose an answer first"),
        (SCORE, ("6",), "from 0 to 5"),
        (BUDGET, (0, 1, 2), "3 more than there is"),
        (VIEWS, ("2",), "Agree, disagree or pass"),
    ],
)
def test_a_bad_ballot_is_told_at_its_field_and_not_counted(app, clock, log, rules, values, words):
    poll = factories.a_poll(rules=rules)
    answer = vote(app, poll, **fields_of(poll, *values))
    assert answer.status_code == 422 and words in answer.text
    field = re.search(r'<a href="#([^"]+)">', answer.text.partition('id="errors"')[2]).group(1)
    assert f'id="{field}"' in answer.text or f'id="{field}-error"' in answer.text
    assert "ballot.cast" not in [entry.kind for entry in log()]
    db.session.rollback()
    assert db.session.scalar(select(Ballot)) is None


def test_what_was_typed_stands_in_the_form_again(app, clock):
    poll = factories.a_poll(rules=RANKED)
    answer = vote(app, poll, **figures(poll, "1", "1"))
    assert answer.text.count('value="1"') == 2


def test_an_option_of_another_poll_is_refused(app, clock, log):
    poll, other = factories.a_poll(), factories.a_poll()
    answer = vote(app, poll, marked=other.options[0].id)
    assert answer.status_code == 422 and "another poll" in answer.text


def test_not_sure_is_offered_and_stands_alone(app, clock):
    poll = factories.a_poll(rules=RANKED, with_pass="Belum yakin")
    unsure = poll.options[-1].id
    assert "stands alone" in vote(app, poll, **figures(poll, "1"), passed=unsure).text
    assert vote(app, poll, passed=unsure).status_code == 200


def test_a_budget_is_added_up_without_a_script_and_nothing_is_kept(app, clock, log):
    poll = factories.a_poll(rules=BUDGET)
    log()
    page = visitor(app).post(
        f"/en/polls/{poll.id}/sum", data={"marked": [o.id for o in poll.options]}
    )
    assert page.status_code == 200 and log() == []
    assert "Spent: 12" in page.text and "3 too much" in page.text
    assert page.text.count(" checked") == 3


def test_statements_one_at_a_time_travel_in_the_form(app, clock, log):
    poll = factories.a_poll(rules=VIEWS)
    client, place = visitor(app), f"/en/polls/{poll.id}/one-by-one"
    given = {}
    for option, value in zip(poll.options, ("1", "-1", "0"), strict=True):
        assert f'name="option_{option.id}"' in client.post(place, data=given).text
        given[f"option_{option.id}"] = value
    page = client.post(place, data=given).text
    assert "3 answers" in page and f"/en/polls/{poll.id}/ballot" in page
    first = dict(list(given.items())[:1])
    assert "1 answer<" in client.post(place, data={**first, "enough": "1"}).text
    assert [entry.kind for entry in log() if entry.kind.startswith("ballot")] == []


def test_a_resident_adds_a_statement(app, clock, log):
    poll = factories.a_poll(None, "Bus gratis", rules=VIEWS)
    client, place = signed_in(app, factories.resident()), f"/en/polls/{poll.id}/statements"
    assert send(client, place, statement="Trotoar dahulu").status_code == 303
    again = send(client, place, statement="bus gratis")
    assert again.status_code == 422 and "in the poll already" in again.text
    assert "Trotoar dahulu" not in visitor(app).get(f"/en/polls/{poll.id}").text


def test_the_code_changes_a_ballot_and_a_wrong_one_is_told_at_its_field(app, clock, log):
    poll, client = factories.a_poll(), signed_in(app, factories.resident())
    page = f"/en/polls/{poll.id}"
    code = CODE.search(send(client, page, page + "/ballot", marked=poll.options[0].id).text).group(
        1
    )
    log()
    wrong = send(client, page + "/change", ballot_code="AAAA", marked=poll.options[1].id)
    assert wrong.status_code == 422 and 'id="ballot_code-error"' in wrong.text
    empty = send(client, page + "/change", marked=poll.options[1].id)
    assert empty.status_code == 422 and "Write the code" in empty.text
    right = send(client, page + "/change", ballot_code=code, marked=poll.options[1].id)
    assert right.status_code == 200 and "Your ballot is changed" in right.text
    assert [entry.kind for entry in log()] == ["ballot.changed"]


def test_a_voting_code_is_asked_for_and_counts_once(app, clock):
    poll = factories.a_poll(rules=poll_operations.Rules(electorate=Electorate.CODES))
    (code,) = ballot_box_operations.make_codes(None, poll, 1)
    chosen = poll.options[0].id
    assert 'id="voting_code-error"' in vote(app, poll, marked=chosen).text
    assert "no voting code" in vote(app, poll, marked=chosen, voting_code="AAAA-BBBB").text
    assert vote(app, poll, marked=chosen, voting_code=code).status_code == 200
    assert "used already" in vote(app, poll, marked=chosen, voting_code=code).text


def test_somebody_not_entitled_reads_why_and_what_to_do(app, clock):
    poll = factories.a_poll(rules=poll_operations.Rules(electorate=Electorate.VERIFIED))
    page = signed_in(app, factories.resident()).get(f"/en/polls/{poll.id}").text
    assert "Only verified residents" in page and "To be verified" in page
    assert 'id="ballot-form"' not in page


def test_the_receipt_is_mailed_if_wished_and_the_code_never(app, clock):
    poll, voter = factories.a_poll(), factories.resident()
    with unrecorded("test settings") as session:
        found = session.get(Person, voter.id)
        found.email, found.email_confirmed_at = "warga@example.org", now()
    client, page = signed_in(app, voter), f"/en/polls/{poll.id}"
    assert "Mail me the receipt" in client.get(page).text
    answer = send(client, page, page + "/ballot", marked=poll.options[0].id, mail_receipt="y")
    code = CODE.search(answer.text).group(1)
    db.session.rollback()
    notice = db.session.scalar(select(Notice))
    assert (notice.kind, notice.person_id) == ("ballot.receipt", voter.id)
    assert code not in json.dumps(notice.told) and notice.told["poll"] == poll.id


def test_the_list_of_ballots_appears_after_the_close_sorted_and_without_choices(app, clock):
    poll = factories.a_poll(days=1)
    codes = [
        poll_operations.cast_ballot(factories.resident(), poll, option).ballot_code
        for option in poll.options
    ]
    page, client = f"/en/polls/{poll.id}/ballots", visitor(app)
    keys = sorted(poll_operations.hash_code(code) for code in codes)
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


def test_a_public_poll_shows_names_with_choices_and_says_so_before(app, clock):
    poll = factories.a_poll(rules=PUBLIC)
    assert "names and choices" in visitor(app).get(f"/en/polls/{poll.id}").text
    voter = factories.resident("Dwi Handayani")
    answer = send(
        signed_in(app, voter),
        f"/en/polls/{poll.id}",
        f"/en/polls/{poll.id}/ballot",
        marked=poll.options[1].id,
    )
    assert CODE.search(answer.text) is None
    page = visitor(app).get(f"/en/polls/{poll.id}/ballots").text
    assert "Dwi Handayani" in page and "Rute 2" in page


@pytest.mark.parametrize("kind", ["result.csv", "tally.json"])
def test_no_file_tells_a_count_before_the_page_does(app, clock, kind):
    poll = factories.a_poll(
        days=1, rules=poll_operations.Rules(result_rule=ResultRule.AFTER_PUBLICATION)
    )
    poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    client, place = visitor(app), f"/polls/{poll.id}/{kind}"
    assert client.get(place).status_code == 404
    clock.shift(timedelta(days=1))
    assert client.get(place).status_code == 404
    poll_operations.publish_result(factories.staff(), poll)
    assert client.get(place).status_code == 200


def closed_with(app, clock, rules, *ballots):
    poll = factories.a_poll(days=1, rules=rules)
    for values in ballots:
        pairs = [(o.id, v) for o, v in zip(poll.options, values, strict=False) if v is not None]
        poll_operations.cast_ballot(factories.resident(), poll, pairs)
    clock.shift(timedelta(days=1))
    return poll


def test_the_tally_of_a_secret_ranking_has_rounds_and_pairs_and_no_single_ballot(app, clock):
    poll = closed_with(app, clock, RANKED, (1, 2, 3), (2, 1, None), (1, None, 2))
    told = visitor(app).get(f"/polls/{poll.id}/tally.json").json
    assert "single_ballots" not in told and told["ballots"] == 3
    tables = {table["name"]: table for table in told["tables"]}
    assert tables["rounds"]["rows"][-1] == [0] and tables["pairwise"]["rows"][0][1] == 2
    assert told["places"][0] == [0] and sorted(told["lot"]) == [0, 1, 2]


def test_the_tally_of_a_public_poll_has_single_ballots_without_names(app, clock):
    voter = factories.resident("Dwi Handayani")
    poll = factories.a_poll(rules=PUBLIC)
    poll_operations.cast_ballot(voter, poll, poll.options[2])
    answer = visitor(app).get(f"/polls/{poll.id}/tally.json")
    assert answer.json["single_ballots"] == [[[2, 1]]] and "Dwi" not in answer.text


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (RANKED, "Every round"),
        (poll_operations.Rules(type=PollType.RANKED, counting=Counting.BORDA), "Points"),
        (poll_operations.Rules(type=PollType.RANKED, counting=Counting.SCHULZE), "Pair by pair"),
    ],
)
def test_every_round_or_pair_of_a_ranking_is_shown(app, clock, rules, words):
    poll = closed_with(app, clock, rules, (1, 2, 3), (2, 1, None), (1, None, 2))
    page = visitor(app).get(f"/en/polls/{poll.id}").text
    assert words in page and "First: Rute 1" in page and "<svg" in page


def test_the_csv_has_every_figure_and_no_formula(app, clock):
    poll = factories.a_poll(None, "=1+1", "Halte", days=1)
    poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    clock.shift(timedelta(days=1))
    answer = visitor(app).get(f"/polls/{poll.id}/result.csv")
    assert answer.mimetype == "text/csv"
    assert "votes,'=1+1,votes,1" in answer.text and "all,,ballots,1" in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_statements_that_wait_cannot_be_voted_on(app, clock):
    poll = factories.a_poll(None, "Bus gratis", rules=VIEWS)
    waiting = statement_operations.suggest_statement(factories.resident(), poll, "Trotoar dahulu")
    answer = vote(app, poll, **{f"option_{waiting.id}": "1"})
    assert answer.status_code == 422
