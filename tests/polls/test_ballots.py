"""Test casting, changing and entering ballots."""

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Person, PollVoter
from deliberate.operations.accounts import registration as account_operations
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.permissions.decision import Refused
from deliberate.queries.polls.results import count_ballots
from deliberate.vocabulary import AccountClass, Electorate, PollType, ResultRule, Role
from tests import factories

RANKED = poll_operations.PollRules(type=PollType.RANKED)


@pytest.fixture(autouse=True)
def _in_english(app):
    g.language = "en"


def verified(area=""):
    person = factories.create_resident()
    with unrecorded("test settings") as session:
        found = session.get(Person, person.id)
        found.verified_at, found.area = now(), area
    return person


def pairs(poll, *values):
    return [(o.id, v) for o, v in zip(poll.options, values, strict=False) if v is not None]


def stored(poll):
    db.session.rollback()
    return db.session.scalar(select(Ballot.choice).where(Ballot.poll_id == poll.id))


def test_ballot_is_logged_in_one_row_without_the_choice(app, clock, log):
    poll, voter = factories.create_poll(), factories.create_resident()
    log()
    ballot_operations.cast_ballot(voter, poll, poll.options[2])
    (entry,) = log()
    assert (entry.kind, entry.actor_id, entry.subject_id) == (
        "ballot.cast",
        voter.actor_id,
        poll.id,
    )
    assert (entry.details, entry.stance, entry.content, entry.parent_id) == ({}, None, None, None)


def test_ballot_is_accepted_once_per_person(app, clock, log):
    poll, voter = factories.create_poll(), factories.create_resident()
    ballot_operations.cast_ballot(voter, poll, poll.options[0])
    log()
    with pytest.raises(Refused, match="You have already voted"):
        ballot_operations.cast_ballot(voter, poll, poll.options[1])
    assert log() == [] and count_ballots(poll).ballots == 1


def test_closed_poll_refuses_ballots_and_changes(app, clock, log):
    poll, voter = factories.create_poll(days=1), factories.create_resident()
    cast = ballot_operations.cast_ballot(voter, poll, poll.options[0])
    clock.shift(timedelta(days=1))
    log()
    with pytest.raises(Refused, match="closed"):
        ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="closed"):
        ballot_operations.change_ballot(voter, poll, cast.ballot_code, poll.options[1])
    assert [entry.kind for entry in log()] == ["person.joined"]


def test_poll_refuses_ballots_before_it_opens(app, clock):
    poll = factories.create_poll(opens_at=now() + timedelta(days=1))
    with pytest.raises(Refused, match="not opened yet"):
        ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])


def test_ballot_code_changes_the_ballot_until_the_close(app, clock, log):
    poll, voter = factories.create_poll(), factories.create_resident()
    code = ballot_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code
    log()
    ballot_operations.change_ballot(voter, poll, code.lower().replace("-", " "), poll.options[1])
    (entry,) = log()
    assert (entry.kind, entry.details) == ("ballot.changed", {})
    assert stored(poll) == [[poll.options[1].id, 1]]


def test_ballot_is_not_changed_without_its_code(app, clock):
    poll, voter = factories.create_poll(), factories.create_resident()
    code = ballot_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code
    with pytest.raises(Refused, match="not voted"):
        ballot_operations.change_ballot(factories.create_resident(), poll, code, poll.options[1])
    with pytest.raises(ballot_operations.CodeRefused, match="No ballot"):
        ballot_operations.change_ballot(voter, poll, new_code(), poll.options[1])


def test_ballot_code_of_another_poll_is_refused(app, clock):
    voter, one, other = (
        factories.create_resident(),
        factories.create_poll(),
        factories.create_poll(),
    )
    code = ballot_operations.cast_ballot(voter, one, one.options[0]).ballot_code
    ballot_operations.cast_ballot(voter, other, other.options[0])
    with pytest.raises(ballot_operations.CodeRefused):
        ballot_operations.change_ballot(voter, other, code, other.options[1])


def test_public_ballot_names_its_voter_and_needs_no_code(app, clock):
    poll, voter = (
        factories.create_poll(rules=poll_operations.PollRules(is_secret=False)),
        factories.create_resident(),
    )
    assert ballot_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code == ""
    ballot_operations.change_ballot(voter, poll, "", poll.options[1])
    assert db.session.scalar(select(Ballot.person_id)) == voter.id
    assert stored(poll) == [[poll.options[1].id, 1]]


def test_secret_ballot_stores_no_voter_and_no_area(app, clock):
    poll = factories.create_poll()
    ballot_operations.cast_ballot(verified("Sepaku"), poll, poll.options[0])
    ballot = db.session.scalar(select(Ballot))
    assert (ballot.person_id, ballot.area, ballot.source_group) == (None, "", None)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.ADMIN])
def test_staff_accounts_may_not_vote(app, clock, role):
    poll = factories.create_poll()
    with pytest.raises(Refused, match="separate personal account"):
        ballot_operations.cast_ballot(factories.create_staff(role=role), poll, poll.options[0])


def test_organisations_may_not_vote(app, clock):
    body = account_operations.join(
        "bumdes", "BUMDes", factories.PASSPHRASE, account_class=AccountClass.ORGANISATION
    )
    poll = factories.create_poll()
    with pytest.raises(Refused, match="organisation"):
        ballot_operations.cast_ballot(body, poll, poll.options[0])


def test_poll_of_verified_residents_refuses_others_with_a_reason(app, clock):
    poll = factories.create_poll(
        rules=poll_operations.PollRules(electorate=Electorate.VERIFIED, areas=["Sepaku"])
    )
    with pytest.raises(Refused, match="verified"):
        ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="residents of Sepaku only"):
        ballot_operations.cast_ballot(verified("Penajam"), poll, poll.options[0])
    ballot_operations.cast_ballot(verified("Sepaku"), poll, poll.options[0])


def test_voting_code_is_accepted_once(app, clock):
    poll = factories.create_poll(rules=poll_operations.PollRules(electorate=Electorate.CODES))
    (code,) = ballot_box_operations.create_voting_codes(None, poll, 1)
    with pytest.raises(ballot_operations.CodeRefused, match="not valid in this poll"):
        ballot_operations.cast_ballot(
            factories.create_resident(), poll, poll.options[0], voting_code="AAAA-BBBB"
        )
    ballot_operations.cast_ballot(
        factories.create_resident(), poll, poll.options[0], voting_code=code.lower()
    )
    with pytest.raises(ballot_operations.CodeRefused, match="already been used"):
        ballot_operations.cast_ballot(
            factories.create_resident(), poll, poll.options[0], voting_code=code
        )
    assert count_ballots(poll).ballots == 1


def test_stored_choice_does_not_reveal_the_order_of_choosing(app, clock):
    poll = factories.create_poll(rules=RANKED)
    first, second, third = (option.id for option in poll.options)
    ballot_operations.cast_ballot(
        factories.create_resident(), poll, [(third, 1), (first, 2), (second, 3)]
    )
    assert stored(poll) == [[first, 2], [second, 3], [third, 1]]


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        (poll_operations.PollRules(), (1, 1)),
        (poll_operations.PollRules(), (2,)),
        (poll_operations.PollRules(type=PollType.MULTIPLE, min_choices=2), (1,)),
        (poll_operations.PollRules(type=PollType.MULTIPLE, max_choices=1), (1, 1)),
        (RANKED, (1, 1)),
        (RANKED, (1, 3)),
        (RANKED, (0, 1)),
        (RANKED, (4,)),
        (poll_operations.PollRules(type=PollType.SCORE), (6,)),
        (poll_operations.PollRules(type=PollType.SCORE), (-1,)),
        (poll_operations.PollRules(type=PollType.STATEMENTS), (2,)),
        (poll_operations.PollRules(type=PollType.BUDGET, amount=9, costs=(5, 5, 5)), (1, 1)),
        (
            poll_operations.PollRules(
                type=PollType.BUDGET, amount=9, min_share=80, costs=(5, 5, 5)
            ),
            (1,),
        ),
        (poll_operations.PollRules(type=PollType.BUDGET, max_choices=1, costs=(5, 5, 5)), (1, 1)),
        (poll_operations.PollRules(), ()),
    ],
)
def test_choice_against_the_poll_rules_is_refused(app, clock, rules, values):
    poll = factories.create_poll(rules=rules)
    with pytest.raises(Refused):
        ballot_operations.cast_ballot(factories.create_resident(), poll, pairs(poll, *values))
    assert db.session.scalar(select(func.count()).select_from(PollVoter)) == 0


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        (poll_operations.PollRules(type=PollType.MULTIPLE, min_choices=1, max_choices=2), (1, 1)),
        (RANKED, (2, None, 1)),
        (poll_operations.PollRules(type=PollType.SCORE), (5, 0, None)),
        (
            poll_operations.PollRules(
                type=PollType.BUDGET, amount=10, min_share=100, costs=(5, 5, 9)
            ),
            (1, 1),
        ),
        (poll_operations.PollRules(type=PollType.STATEMENTS), (1, -1, 0)),
    ],
)
def test_choice_within_the_poll_rules_is_counted(app, clock, rules, values):
    poll = factories.create_poll(rules=rules)
    ballot_operations.cast_ballot(factories.create_resident(), poll, pairs(poll, *values))
    assert count_ballots(poll).counted == 1


def test_choice_with_foreign_or_repeated_options_is_refused(app, clock):
    poll, other = factories.create_poll(rules=RANKED), factories.create_poll()
    with pytest.raises(Refused, match="another poll"):
        ballot_operations.cast_ballot(factories.create_resident(), poll, [(other.options[0].id, 1)])
    with pytest.raises(Refused, match="once"):
        ballot_operations.cast_ballot(
            factories.create_resident(), poll, [(poll.options[0].id, 1), (poll.options[0].id, 2)]
        )


def test_not_sure_excludes_other_options_in_every_poll_type(app, clock):
    poll = factories.create_poll(rules=RANKED, with_pass="Belum yakin")
    unsure = poll.options[-1]
    with pytest.raises(Refused, match="cannot be combined"):
        ballot_operations.cast_ballot(
            factories.create_resident(), poll, [(poll.options[0].id, 1), (unsure.id, 1)]
        )
    ballot_operations.cast_ballot(factories.create_resident(), poll, unsure)
    assert count_ballots(poll).passes == 1


def test_ballots_store_areas_only_if_the_poll_counts_areas(app, clock):
    voters = [verified(area) for area in ("Sepaku", "Penajam") for _ in range(10)]
    rules = poll_operations.PollRules(
        electorate=Electorate.VERIFIED, areas=("Sepaku", "Penajam"), counts_areas=True
    )
    poll = factories.create_poll(rules=rules, days=1)
    for voter in voters:
        ballot_operations.cast_ballot(voter, poll, poll.options[0])
    from deliberate.queries.polls.results import area_tallies

    assert area_tallies(poll) == {}
    clock.shift(timedelta(days=1))
    assert {area: tally.ballots for area, tally in area_tallies(poll).items()} == {
        "Penajam": 10,
        "Sepaku": 10,
    }


def test_code_hash_ignores_case_and_spacing():
    code = new_code()
    assert hash_code(code) == hash_code(code.replace("-", "").lower())
    assert code.replace("-", "") not in hash_code(code).upper() and len(hash_code(code)) == 64


def test_secret_poll_cannot_show_live_results(app, clock):
    with pytest.raises(Refused, match="never shows"):
        factories.create_poll(rules=poll_operations.PollRules(result_rule=ResultRule.LIVE))
