"""`deliberate poll`: the recount says what the page says; codes are printed once."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Poll, VotingCode
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls.ballots import hash_code
from deliberate.vocabulary import Electorate, PollType
from tests import factories
from tests.client import visitor


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["poll", *map(str, words)])


@pytest.fixture
def voted(app, clock):
    """A closed ranking of three."""
    poll = factories.a_poll(days=1, rules=poll_operations.Rules(type=PollType.RANKED))
    for ranks in ((1, 2, 3), (2, 1, 3), (3, 1, 2)):
        pairs = [(o.id, r) for o, r in zip(poll.options, ranks, strict=True)]
        poll_operations.cast_ballot(factories.resident(), poll, pairs)
    clock.shift(timedelta(days=1))
    return poll


def test_a_recount_gives_the_figures_of_the_tally_file(app, run, voted):
    again = run("recount", voted.id, "--json")
    published = visitor(app).get(f"/polls/{voted.id}/tally.json").json
    assert (again.exit_code, json.loads(again.output)) == (0, published)
    assert "3 ballots" in run("recount", voted.id).output


def test_a_recount_finds_a_ballot_that_was_altered(app, run, voted):
    visitor(app).get(f"/polls/{voted.id}/tally.json")
    with unrecorded("test settings") as session:
        ballot = session.scalars(select(Ballot).limit(1)).one()
        ballot.choice = [[option, rank] for option, rank in reversed(ballot.choice)][:1]
        ballot.choice = [[ballot.choice[0][0], 1]]
    assert run("recount", voted.id).exit_code == 1


def test_an_open_poll_is_not_counted_and_an_unknown_one_is_told(app, clock, run):
    poll = factories.a_poll()
    assert run("recount", poll.id).exit_code == 1
    assert "no poll 999" in run("recount", 999).output


def test_codes_are_printed_and_only_their_hashes_kept(app, clock, run):
    poll = factories.a_poll(rules=poll_operations.Rules(electorate=Electorate.CODES))
    codes = run("codes", poll.id, "--count", 3).output.split()
    db.session.rollback()
    keys = set(db.session.scalars(select(VotingCode.key)))
    assert keys == {hash_code(code) for code in codes} and len(codes) == 3
    refused = run("codes", factories.a_poll().id, "--count", 3)
    assert refused.exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(VotingCode)) == 3


def test_the_boxes_are_rewritten_on_the_hour_and_after_a_close(app, clock, run):
    poll = factories.a_poll(days=1)
    for _ in range(3):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    moves = db.engine.dialect.name == "postgresql"
    clock.shift(timedelta(minutes=7))
    assert ballot_box_operations.rewrite_when_due() == []
    clock.move_to(poll.closes_at + timedelta(minutes=1))
    assert ("poll_ballot" in ballot_box_operations.rewrite_when_due()) == moves
    assert "rewritten:" in run("rewrite").output
    assert db.session.get_one(Poll, poll.id).ballot_count == 3
