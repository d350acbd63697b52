"""Test `deliberate poll`: recounts, voting codes and the rewrite of ballot tables."""

import json
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Poll, VotingCode
from deliberate.operations.accounts.second_factor import add_second_factor
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls.ballots import hash_code
from deliberate.operations.polls.box_inspection import inspect_ballot_box
from deliberate.operations.site.rate_limits import SECOND_FACTOR_CODES
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Electorate, PollType, Role
from tests import factories
from tests.client import anonymous_client


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["poll", *map(str, arguments)])


@pytest.fixture
def poll_with_ballots(app, clock):
    """Create a closed poll with a ranking of three options."""
    poll = factories.create_poll(days=1, rules=poll_operations.PollRules(type=PollType.RANKED))
    for ranks in ((1, 2, 3), (2, 1, 3), (3, 1, 2)):
        pairs = [(o.id, r) for o, r in zip(poll.options, ranks, strict=True)]
        ballot_operations.cast_ballot(factories.create_resident(), poll, pairs)
    clock.shift(timedelta(days=1))
    return poll


def test_poll_recount_prints_the_figures_of_the_tally_file(app, run, poll_with_ballots):
    again = run("recount", poll_with_ballots.id, "--json")
    published = anonymous_client(app).get(f"/polls/{poll_with_ballots.id}/tally.json").json
    assert (again.exit_code, json.loads(again.output)) == (0, published)
    assert "3 ballots" in run("recount", poll_with_ballots.id).output


def test_poll_recount_detects_an_altered_ballot(app, run, poll_with_ballots):
    anonymous_client(app).get(f"/polls/{poll_with_ballots.id}/tally.json")
    with unrecorded("test settings") as session:
        ballot = session.scalars(select(Ballot).limit(1)).one()
        ballot.choice = [[option, rank] for option, rank in reversed(ballot.choice)][:1]
        ballot.choice = [[ballot.choice[0][0], 1]]
    assert run("recount", poll_with_ballots.id).exit_code == 1


def test_poll_recount_refuses_open_and_unknown_polls(app, clock, run):
    poll = factories.create_poll()
    assert run("recount", poll.id).exit_code == 1
    assert "no poll 999" in run("recount", 999).output


def test_poll_codes_are_printed_and_stored_as_hashes(app, clock, run):
    poll = factories.create_poll(rules=poll_operations.PollRules(electorate=Electorate.CODES))
    codes = run("codes", poll.id, "--count", 3).output.split()
    db.session.rollback()
    keys = set(db.session.scalars(select(VotingCode.key)))
    assert keys == {hash_code(code) for code in codes} and len(codes) == 3
    refused = run("codes", factories.create_poll().id, "--count", 3)
    assert refused.exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(VotingCode)) == 3


def test_ballot_tables_are_rewritten_hourly_and_after_a_close(app, clock, run):
    poll = factories.create_poll(days=1)
    for _ in range(3):
        ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    moves = db.engine.dialect.name == "postgresql"
    clock.shift(timedelta(minutes=7))
    assert ballot_box_operations.rewrite_ballots_when_due() == []
    clock.move_to(poll.closes_at + timedelta(minutes=1))
    assert ("poll_ballot" in ballot_box_operations.rewrite_ballots_when_due()) == moves
    assert "rewritten:" in run("rewrite").output
    assert db.session.get_one(Poll, poll.id).ballot_count == 3


def reopen(app, poll, evaluator, researcher, *codes):
    first, second = codes or ((), ())
    names = (evaluator.sign_in_name, factories.PASSPHRASE, *first, researcher.sign_in_name)
    answers = "\n".join([*names, factories.PASSPHRASE, *second, ""])
    return app.test_cli_runner().invoke(args=["poll", "reopen-box", str(poll.id)], input=answers)


def test_two_scrutineers_find_whether_a_closed_box_is_the_one_of_its_close(
    app, clock, log, poll_with_ballots
):
    evaluator, researcher = (
        factories.create_staff(role=role) for role in (Role.EVALUATOR, Role.RESEARCHER)
    )
    assert "Hash kotak suara" in reopen(app, poll_with_ballots, evaluator, researcher).output
    ballot_box_operations.close_ballot_boxes()
    log()
    result = reopen(app, poll_with_ballots, evaluator, researcher)
    assert result.exit_code == 0, result.output
    assert "holds: 3 ballots are those that were closed" in result.output
    rows = log()
    assert {row.actor_id for row in rows} == {evaluator.actor_id, researcher.actor_id}
    assert [row.details for row in rows] == [{"holds": 1, "ballots": 3}] * 2
    with unrecorded("test settings") as session:
        session.delete(session.scalars(select(Ballot).limit(1)).one())
    result = reopen(app, poll_with_ballots, evaluator, researcher)
    assert result.exit_code == 1
    assert "differs: 2 ballots are in the box, 3 were in it at the close" in result.output
    assert [row.details["holds"] for row in log()] == [0, 0]


def test_wrong_second_code_leaves_no_act_of_either_and_is_limited(
    app, clock, log, poll_with_ballots
):
    ballot_box_operations.close_ballot_boxes()
    evaluator, researcher = (
        factories.create_staff(role=role) for role in (Role.EVALUATOR, Role.RESEARCHER)
    )
    secrets = [pyotp.random_base32() for _ in range(2)]
    for person, secret in zip((evaluator, researcher), secrets, strict=True):
        code = pyotp.TOTP(secret).at(now())
        add_second_factor(person, secret, code, factories.PASSPHRASE)
    clock.shift(timedelta(minutes=1))
    right = [(pyotp.TOTP(secret).at(now()),) for secret in secrets]
    log()
    for _ in range(SECOND_FACTOR_CODES.account):
        result = reopen(app, poll_with_ballots, evaluator, researcher, right[0], ("000000",))
        assert "the code of a second factor is wrong" in result.output
    assert log() == []
    result = reopen(app, poll_with_ballots, evaluator, researcher, *right)
    assert "too many wrong codes" in result.output
    clock.shift(timedelta(days=1))
    right = [(pyotp.TOTP(secret).at(now()),) for secret in secrets]
    result = reopen(app, poll_with_ballots, evaluator, researcher, *right)
    assert result.exit_code == 0, result.output
    first, second = (row for row in log() if row.kind == "ballot_box.inspected")
    assert (second.cause, second.actor_id) == (first.id, researcher.actor_id)


def test_one_person_alone_or_of_another_role_cannot_open_a_ballot_box(app, log, poll_with_ballots):
    ballot_box_operations.close_ballot_boxes()
    evaluator, moderator = (
        factories.create_staff(role=role) for role in (Role.EVALUATOR, Role.MODERATOR)
    )
    log()
    assert reopen(app, poll_with_ballots, evaluator, evaluator).exit_code == 1
    assert reopen(app, poll_with_ballots, evaluator, moderator).exit_code == 1
    for pair in ((evaluator, evaluator), (evaluator, moderator), (moderator, evaluator)):
        with pytest.raises(Refused):
            inspect_ballot_box(pair[0], poll_with_ballots, pair[1])
    assert log() == []
