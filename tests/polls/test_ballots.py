"""Voting counts once, for those the poll is for, and never after the close."""

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Person, Roll
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.permissions.decision import Refused
from deliberate.queries.polls.polls import recounted
from deliberate.vocabulary import AccountClass, Electorate, PollType, ResultRule, Role
from tests import factories

RANKED = poll_operations.Rules(type=PollType.RANKED)


@pytest.fixture(autouse=True)
def _in_english(app):
    g.language = "en"


def verified(area=""):
    person = factories.resident()
    with unrecorded("test settings") as session:
        found = session.get(Person, person.id)
        found.verified_at, found.area = now(), area
    return person


def pairs(poll, *values):
    return [(o.id, v) for o, v in zip(poll.options, values, strict=False) if v is not None]


def stored(poll):
    db.session.rollback()
    return db.session.scalar(select(Ballot.choice).where(Ballot.poll_id == poll.id))


def test_a_ballot_leaves_one_row_that_does_not_tell_the_choice(app, clock, log):
    poll, voter = factories.a_poll(), factories.resident()
    log()
    poll_operations.cast_ballot(voter, poll, poll.options[2])
    (entry,) = log()
    assert (entry.kind, entry.actor_id, entry.subject_id) == (
        "ballot.cast",
        voter.actor_id,
        poll.id,
    )
    assert (entry.details, entry.stance, entry.content, entry.parent_id) == ({}, None, None, None)


def test_a_ballot_counts_once_a_person(app, clock, log):
    poll, voter = factories.a_poll(), factories.resident()
    poll_operations.cast_ballot(voter, poll, poll.options[0])
    log()
    with pytest.raises(Refused, match="You have voted"):
        poll_operations.cast_ballot(voter, poll, poll.options[1])
    assert log() == [] and recounted(poll).ballots == 1


def test_a_closed_poll_takes_no_ballot_and_no_change(app, clock, log):
    poll, voter = factories.a_poll(days=1), factories.resident()
    cast = poll_operations.cast_ballot(voter, poll, poll.options[0])
    clock.shift(timedelta(days=1))
    log()
    with pytest.raises(Refused, match="closed"):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="closed"):
        poll_operations.change_ballot(voter, poll, cast.ballot_code, poll.options[1])
    assert [entry.kind for entry in log()] == ["person.joined"]


def test_a_poll_to_come_takes_no_ballot(app, clock):
    poll = factories.a_poll(opens_at=now() + timedelta(days=1))
    with pytest.raises(Refused, match="not opened yet"):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])


def test_the_code_changes_the_ballot_until_the_close(app, clock, log):
    poll, voter = factories.a_poll(), factories.resident()
    code = poll_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code
    log()
    poll_operations.change_ballot(voter, poll, code.lower().replace("-", " "), poll.options[1])
    (entry,) = log()
    assert (entry.kind, entry.details) == ("ballot.changed", {})
    assert stored(poll) == [[poll.options[1].id, 1]]


def test_another_persons_word_changes_no_ballot(app, clock):
    poll, voter = factories.a_poll(), factories.resident()
    code = poll_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code
    with pytest.raises(Refused, match="not voted"):
        poll_operations.change_ballot(factories.resident(), poll, code, poll.options[1])
    with pytest.raises(poll_operations.CodeRefused, match="No ballot"):
        poll_operations.change_ballot(voter, poll, new_code(), poll.options[1])


def test_a_code_of_another_poll_opens_nothing(app, clock):
    voter, one, other = factories.resident(), factories.a_poll(), factories.a_poll()
    code = poll_operations.cast_ballot(voter, one, one.options[0]).ballot_code
    poll_operations.cast_ballot(voter, other, other.options[0])
    with pytest.raises(poll_operations.CodeRefused):
        poll_operations.change_ballot(voter, other, code, other.options[1])


def test_a_public_ballot_names_its_voter_and_needs_no_code(app, clock):
    poll, voter = (
        factories.a_poll(rules=poll_operations.Rules(is_secret=False)),
        factories.resident(),
    )
    assert poll_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code == ""
    poll_operations.change_ballot(voter, poll, "", poll.options[1])
    assert db.session.scalar(select(Ballot.person_id)) == voter.id
    assert stored(poll) == [[poll.options[1].id, 1]]


def test_a_secret_ballot_names_nobody_and_no_area(app, clock):
    poll = factories.a_poll()
    poll_operations.cast_ballot(verified("Sepaku"), poll, poll.options[0])
    ballot = db.session.scalar(select(Ballot))
    assert (ballot.person_id, ballot.area, ballot.source_group) == (None, "", None)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.ADMIN])
def test_staff_do_not_vote_with_their_staff_account(app, clock, role):
    poll = factories.a_poll()
    with pytest.raises(Refused, match="second account"):
        poll_operations.cast_ballot(factories.staff(role=role), poll, poll.options[0])


def test_organisations_do_not_vote(app, clock):
    body = account_operations.join(
        "bumdes", "BUMDes", factories.PASSPHRASE, account_class=AccountClass.ORGANISATION
    )
    poll = factories.a_poll()
    with pytest.raises(Refused, match="organisation"):
        poll_operations.cast_ballot(body, poll, poll.options[0])


def test_a_poll_of_verified_residents_tells_others_why_they_cannot(app, clock):
    poll = factories.a_poll(
        rules=poll_operations.Rules(electorate=Electorate.VERIFIED, areas=["Sepaku"])
    )
    with pytest.raises(Refused, match="verified"):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="residents of Sepaku only"):
        poll_operations.cast_ballot(verified("Penajam"), poll, poll.options[0])
    poll_operations.cast_ballot(verified("Sepaku"), poll, poll.options[0])


def test_a_voting_code_counts_once(app, clock):
    poll = factories.a_poll(rules=poll_operations.Rules(electorate=Electorate.CODES))
    (code,) = ballot_box_operations.make_codes(None, poll, 1)
    with pytest.raises(poll_operations.CodeRefused, match="no voting code"):
        poll_operations.cast_ballot(
            factories.resident(), poll, poll.options[0], voting_code="AAAA-BBBB"
        )
    poll_operations.cast_ballot(
        factories.resident(), poll, poll.options[0], voting_code=code.lower()
    )
    with pytest.raises(poll_operations.CodeRefused, match="used already"):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0], voting_code=code)
    assert recounted(poll).ballots == 1


def test_a_ballot_entered_at_an_office_never_counts_beside_the_web(app, clock, log):
    poll, voter, clerk = factories.a_poll(), factories.resident(), factories.staff()
    log()
    poll_operations.enter_ballot(clerk, poll, voter, [(poll.options[0].id, 1)])
    (entry,) = log()
    assert (entry.origin, entry.actor_id) == ("desk", voter.actor_id)
    assert (entry.institution_id, entry.details) == (
        clerk.institution_id,
        {"clerk": clerk.actor_id},
    )
    with pytest.raises(Refused, match="You have voted"):
        poll_operations.cast_ballot(voter, poll, poll.options[1])


def test_an_office_cannot_enter_for_somebody_who_voted_or_is_not_entitled(app, clock):
    poll, voter, clerk = factories.a_poll(), factories.resident(), factories.staff()
    poll_operations.cast_ballot(voter, poll, poll.options[1])
    with pytest.raises(Refused, match="You have voted"):
        poll_operations.enter_ballot(clerk, poll, voter, [(poll.options[0].id, 1)])
    with pytest.raises(Refused, match="Name the resident"):
        poll_operations.enter_ballot(clerk, poll, None, [(poll.options[0].id, 1)])
    with pytest.raises(Refused, match="role"):
        poll_operations.enter_ballot(
            factories.resident(), poll, factories.resident(), [(poll.options[0].id, 1)]
        )


def test_somebody_without_an_account_votes_at_an_office_with_a_code(app, clock, log):
    poll, clerk = (
        factories.a_poll(rules=poll_operations.Rules(electorate=Electorate.CODES)),
        factories.staff(),
    )
    (code,) = ballot_box_operations.make_codes(None, poll, 1)
    log()
    poll_operations.enter_ballot(clerk, poll, None, [(poll.options[0].id, 1)], voting_code=code)
    (entry,) = log()
    assert (entry.actor_id, entry.actor_role, entry.origin) == (clerk.actor_id, "staff", "desk")
    with pytest.raises(poll_operations.CodeRefused):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0], voting_code=code)


def test_a_paper_ballot_that_cannot_be_counted_is_counted_as_such(app, clock):
    poll, voter = factories.a_poll(), factories.resident()
    assert poll_operations.enter_ballot(factories.staff(), poll, voter, None).ballot_code == ""
    tally = recounted(poll)
    assert (tally.ballots, tally.rejected, tally.counted) == (1, 1, 0)
    with pytest.raises(Refused, match="You have voted"):
        poll_operations.cast_ballot(voter, poll, poll.options[0])


def test_what_is_kept_does_not_tell_in_which_order_it_was_chosen(app, clock):
    poll = factories.a_poll(rules=RANKED)
    first, second, third = (option.id for option in poll.options)
    poll_operations.cast_ballot(factories.resident(), poll, [(third, 1), (first, 2), (second, 3)])
    assert stored(poll) == [[first, 2], [second, 3], [third, 1]]


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        (poll_operations.Rules(), (1, 1)),
        (poll_operations.Rules(), (2,)),
        (poll_operations.Rules(type=PollType.MULTIPLE, min_choices=2), (1,)),
        (poll_operations.Rules(type=PollType.MULTIPLE, max_choices=1), (1, 1)),
        (RANKED, (1, 1)),
        (RANKED, (1, 3)),
        (RANKED, (0, 1)),
        (RANKED, (4,)),
        (poll_operations.Rules(type=PollType.SCORE), (6,)),
        (poll_operations.Rules(type=PollType.SCORE), (-1,)),
        (poll_operations.Rules(type=PollType.STATEMENTS), (2,)),
        (poll_operations.Rules(type=PollType.BUDGET, amount=9, costs=(5, 5, 5)), (1, 1)),
        (
            poll_operations.Rules(type=PollType.BUDGET, amount=9, min_share=80, costs=(5, 5, 5)),
            (1,),
        ),
        (poll_operations.Rules(type=PollType.BUDGET, max_choices=1, costs=(5, 5, 5)), (1, 1)),
        (poll_operations.Rules(), ()),
    ],
)
def test_a_choice_against_the_rules_is_no_ballot(app, clock, rules, values):
    poll = factories.a_poll(rules=rules)
    with pytest.raises(Refused):
        poll_operations.cast_ballot(factories.resident(), poll, pairs(poll, *values))
    assert db.session.scalar(select(func.count()).select_from(Roll)) == 0


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        (poll_operations.Rules(type=PollType.MULTIPLE, min_choices=1, max_choices=2), (1, 1)),
        (RANKED, (2, None, 1)),
        (poll_operations.Rules(type=PollType.SCORE), (5, 0, None)),
        (
            poll_operations.Rules(type=PollType.BUDGET, amount=10, min_share=100, costs=(5, 5, 9)),
            (1, 1),
        ),
        (poll_operations.Rules(type=PollType.STATEMENTS), (1, -1, 0)),
    ],
)
def test_a_choice_within_the_rules_counts(app, clock, rules, values):
    poll = factories.a_poll(rules=rules)
    poll_operations.cast_ballot(factories.resident(), poll, pairs(poll, *values))
    assert recounted(poll).counted == 1


def test_foreign_and_double_options_are_refused(app, clock):
    poll, other = factories.a_poll(rules=RANKED), factories.a_poll()
    with pytest.raises(Refused, match="another poll"):
        poll_operations.cast_ballot(factories.resident(), poll, [(other.options[0].id, 1)])
    with pytest.raises(Refused, match="once"):
        poll_operations.cast_ballot(
            factories.resident(), poll, [(poll.options[0].id, 1), (poll.options[0].id, 2)]
        )


def test_not_sure_stands_alone_in_every_type(app, clock):
    poll = factories.a_poll(rules=RANKED, with_pass="Belum yakin")
    unsure = poll.options[-1]
    with pytest.raises(Refused, match="stands alone"):
        poll_operations.cast_ballot(
            factories.resident(), poll, [(poll.options[0].id, 1), (unsure.id, 1)]
        )
    poll_operations.cast_ballot(factories.resident(), poll, unsure)
    assert recounted(poll).passes == 1


def test_areas_are_on_ballots_only_where_the_poll_said_so(app, clock):
    voters = [verified(area) for area in ("Sepaku", "Penajam") for _ in range(10)]
    rules = poll_operations.Rules(
        electorate=Electorate.VERIFIED, areas=("Sepaku", "Penajam"), counts_areas=True
    )
    poll = factories.a_poll(rules=rules, days=1)
    for voter in voters:
        poll_operations.cast_ballot(voter, poll, poll.options[0])
    from deliberate.queries.polls.polls import area_tallies

    assert area_tallies(poll) == {}
    clock.shift(timedelta(days=1))
    assert {area: tally.ballots for area, tally in area_tallies(poll).items()} == {
        "Penajam": 10,
        "Sepaku": 10,
    }


def test_a_code_is_kept_as_its_hash_alone():
    code = new_code()
    assert hash_code(code) == hash_code(code.replace("-", "").lower())
    assert code.replace("-", "") not in hash_code(code).upper() and len(hash_code(code)) == 64


def test_a_secret_poll_is_never_live(app, clock):
    with pytest.raises(Refused, match="never shows"):
        factories.a_poll(rules=poll_operations.Rules(result_rule=ResultRule.LIVE))
