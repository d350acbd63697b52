"""A poll opens with rules that stay, and ends with words about what came of it."""

from datetime import timedelta

import pytest
from flask import g

from deliberate.clock import now
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.polls.electorate import count_entitled
from deliberate.queries.polls.polls import card, poll_page, polls_of, recounted, tally_of
from deliberate.vocabulary import (
    ChangeGround,
    Electorate,
    OptionState,
    PhaseKind,
    PollType,
    ResultRule,
    Role,
    Switch,
)
from tests import factories

BUDGET = PollType.BUDGET


@pytest.fixture(autouse=True)
def _in_english(app):
    g.language = "en"


def test_opening_a_poll_leaves_its_rules_in_the_log(app, clock, log):
    process = factories.a_process()
    opener = factories.staff()
    log()
    poll_operations.open_poll(
        opener, process, "Ya?", ["Ya", "Tidak"], now() + timedelta(days=1), quorum=5
    )
    (entry,) = log()
    assert entry.kind == "poll.opened"
    assert entry.details == {
        "type": "single",
        "secret": 1,
        "result_rule": "after_close",
        "quorum": 5,
    }


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN, Role.RESIDENT])
def test_staff_open_polls_and_residents_do_not(app, clock, role):
    person, process = factories.staff(role=role), factories.a_process()
    closes = now() + timedelta(days=1)
    if role == Role.RESIDENT:
        with pytest.raises(Refused, match="role"):
            poll_operations.open_poll(person, process, "Ya?", ["Ya", "Tidak"], closes)
    else:
        assert poll_operations.open_poll(person, process, "Ya?", ["Ya", "Tidak"], closes).id


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (["Ya"], {}),
        (["Ya", "Ya"], {}),
        (["Ya", " "], {}),
        (["a", "b"], {"min_choices": 3, "max_choices": 2}),
        (["a", "b"], {"max_choices": 3}),
        (["a", "b"], {"type": BUDGET, "costs": (1,), "amount": 5}),
        (["a", "b"], {"type": BUDGET, "costs": (1, 9), "amount": 5}),
        (["a", "b"], {"type": BUDGET, "costs": (1, 2)}),
        (["a", "b"], {"type": BUDGET, "costs": (1, 2), "amount": 5, "min_share": 101}),
        (["a", "b"], {"counts_areas": True}),
        (
            ["a", "b"],
            {
                "counts_areas": True,
                "electorate": Electorate.VERIFIED,
                "areas": ("Sepaku", "Penajam"),
            },
        ),
    ],
)
def test_rules_that_do_not_go_together_open_nothing(app, clock, options, rules):
    with pytest.raises(Refused):
        factories.a_poll(None, *options, rules=poll_operations.Rules(**rules))


def test_a_close_in_the_past_and_a_phase_without_voting_open_nothing(app, clock):
    with pytest.raises(Refused, match="later than now"):
        factories.a_poll(days=-1)
    silent = factories.a_process()
    factories.phase(silent, PhaseKind.DISCUSSION, now() - timedelta(days=1), 60, Switch.COMMENT)
    with pytest.raises(Refused, match="phase"):
        factories.a_poll(silent)


def test_moving_the_close_is_an_act_with_a_reason(app, clock, log):
    poll, clerk = factories.a_poll(days=1), factories.staff()
    log()
    later = poll.closes_at + timedelta(days=3)
    poll_operations.change_poll(clerk, poll, later, ChangeGround.OUTAGE, "Situs mati kemarin.")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("poll.changed", {"reason": "outage"})
    (change,) = poll.changes
    assert (poll.closes_at, change.reason) == (later, "Situs mati kemarin.")


def test_a_closed_poll_is_not_opened_again(app, clock):
    poll, clerk = factories.a_poll(days=1), factories.staff()
    with pytest.raises(Refused, match="needs a reason"):
        poll_operations.change_poll(clerk, poll, now() + timedelta(days=9), ChangeGround.OTHER, " ")
    with pytest.raises(Refused, match="role"):
        poll_operations.change_poll(
            factories.resident(), poll, now() + timedelta(days=9), ChangeGround.OTHER, "Saya mau"
        )
    clock.shift(timedelta(days=1))
    with pytest.raises(Refused, match="not opened again"):
        poll_operations.change_poll(
            clerk, poll, now() + timedelta(days=9), ChangeGround.OTHER, "Lupa"
        )


def test_a_result_that_waits_for_publication_is_not_seen_before(app, clock, log):
    poll = factories.a_poll(
        days=1, rules=poll_operations.Rules(result_rule=ResultRule.AFTER_PUBLICATION)
    )
    poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="after the close"):
        poll_operations.publish_result(factories.staff(), poll)
    clock.shift(timedelta(days=1))
    assert card(poll).tally is None
    clerk = factories.staff()
    log()
    poll_operations.publish_result(clerk, poll)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("poll.published", {"turnout": 1})
    assert card(poll).tally.votes[poll.options[0].id] == 1
    with pytest.raises(Refused, match="already"):
        poll_operations.publish_result(clerk, poll)


def test_publishing_freezes_how_many_could_have_voted(app, clock):
    poll = factories.a_poll(days=1)
    factories.resident()
    clock.shift(timedelta(days=1))
    factories.resident()
    assert count_entitled(poll) == 1
    poll_operations.publish_result(factories.staff(), poll)
    assert poll.entitled_count == 1


def test_a_public_poll_may_show_its_counts_while_it_is_open(app, clock):
    poll = factories.a_poll(
        rules=poll_operations.Rules(is_secret=False, result_rule=ResultRule.LIVE)
    )
    poll_operations.cast_ballot(factories.resident(), poll, poll.options[1])
    assert card(poll).tally.votes[poll.options[1].id] == 1
    poll_operations.cast_ballot(factories.resident(), poll, poll.options[1])
    assert card(poll).tally.votes[poll.options[1].id] == 2


def test_a_process_ends_once_it_is_said_what_came_of_its_polls(app, clock, log):
    process, admin = factories.a_process(), factories.staff(role=Role.ADMIN)
    poll = factories.a_poll(process, days=1)
    factories.a_poll(process, days=1, proposal=factories.a_proposal(process))
    with pytest.raises(Refused, match="once its result is shown"):
        poll_operations.state_outcome(admin, poll, "Rute 1 dibangun.")
    clock.shift(timedelta(days=1))
    with pytest.raises(Refused, match="what came of the poll"):
        process_operations.close_process(admin, process)
    log()
    poll_operations.state_outcome(admin, poll, "Rute 1 **dibangun**.")
    (entry,) = log()
    assert entry.kind == "outcome.stated" and entry.content is not None
    assert "<strong>" in poll.outcomes[0].body_html
    process_operations.close_process(admin, process)


def test_later_words_stand_below_the_first(app, clock):
    poll, clerk = factories.a_poll(days=1), factories.staff()
    clock.shift(timedelta(days=1))
    poll_operations.state_outcome(clerk, poll, "Rute 1.")
    poll_operations.state_outcome(clerk, poll, "Rute 1, mulai April.")
    assert [outcome.body for outcome in poll.outcomes] == ["Rute 1.", "Rute 1, mulai April."]
    with pytest.raises(Refused, match="role"):
        poll_operations.state_outcome(factories.resident(), poll, "Bohong.")


def test_a_residents_statement_waits_for_a_moderator(app, clock, log):
    poll = factories.a_poll(
        None, "Bus gratis", rules=poll_operations.Rules(type=PollType.STATEMENTS)
    )
    author, moderator = factories.resident(), factories.staff(role=Role.MODERATOR)
    log()
    statement = statement_operations.suggest_statement(author, poll, "Trotoar dahulu")
    (entry,) = log()
    assert (entry.kind, entry.subject_type) == ("statement.suggested", "option")
    with pytest.raises(Refused, match="another poll"):
        poll_operations.cast_ballot(author, poll, [(statement.id, 1)])
    statement_operations.decide_statement(moderator, statement, OptionState.SHOWN)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("statement.decided", {"state": "shown"})
    poll_operations.cast_ballot(author, poll, [(statement.id, 1)])
    assert recounted(poll).spread[statement.id] == (1, 0, 0)


def test_statements_that_cannot_be_are_refused(app, clock):
    poll = factories.a_poll(
        None, "Bus gratis", rules=poll_operations.Rules(type=PollType.STATEMENTS)
    )
    author = factories.resident()
    for text in ("", "bus GRATIS", "a" * 281):
        with pytest.raises(statement_operations.StatementRefused):
            statement_operations.suggest_statement(author, poll, text)
    for text in ("satu", "dua", "tiga"):
        statement_operations.suggest_statement(author, poll, text)
    with pytest.raises(statement_operations.StatementRefused, match="Three"):
        statement_operations.suggest_statement(author, poll, "empat")
    with pytest.raises(Refused, match="statements only"):
        statement_operations.suggest_statement(author, factories.a_poll(), "lima")


def test_only_a_moderator_decides_a_statement_and_once(app, clock):
    poll = factories.a_poll(
        None, "Bus gratis", rules=poll_operations.Rules(type=PollType.STATEMENTS)
    )
    statement = statement_operations.suggest_statement(factories.resident(), poll, "Trotoar dahulu")
    moderator = factories.staff(role=Role.MODERATOR)
    with pytest.raises(Refused, match="role"):
        statement_operations.decide_statement(factories.staff(), statement, OptionState.SHOWN)
    statement_operations.decide_statement(moderator, statement, OptionState.DECLINED)
    with pytest.raises(Refused, match="already"):
        statement_operations.decide_statement(moderator, statement, OptionState.SHOWN)


def test_codes_are_made_once_and_logged_as_a_number(app, clock, log):
    poll = factories.a_poll(rules=poll_operations.Rules(electorate=Electorate.CODES))
    log()
    codes = ballot_box_operations.make_codes(None, poll, 50)
    (entry,) = log()
    assert len(set(codes)) == 50
    assert (entry.kind, entry.details, entry.actor_id) == ("codes.made", {"count": 50}, None)
    assert count_entitled(poll) == 50
    with pytest.raises(Refused, match="not voted in with codes"):
        ballot_box_operations.make_codes(None, factories.a_poll(), 1)
    with pytest.raises(Refused, match="Between 1"):
        ballot_box_operations.make_codes(None, poll, 0)


def test_the_order_of_options_is_the_voters_own_and_stays(app, clock):
    options = [f"Pilihan {n}" for n in range(8)]
    poll = factories.a_poll(
        None, *options, rules=poll_operations.Rules(shuffles=True), with_pass="Belum yakin"
    )
    one, other = factories.resident(), factories.resident()
    orders = [[option.id for option in poll.ordered_for(person)] for person in (one, other, one)]
    assert orders[0] == orders[2] != orders[1]
    assert {order[-1] for order in orders} == {poll.options[-1].id}


def test_the_remembered_count_follows_the_ballots(app, clock):
    poll, voter = factories.a_poll(), factories.resident()
    code = poll_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code
    assert tally_of(poll).votes[poll.options[0].id] == 1
    poll_operations.change_ballot(voter, poll, code, poll.options[1])
    assert tally_of(poll).votes[poll.options[0].id] == 0
    assert tally_of(poll) == recounted(poll)


def test_a_proposals_polls_are_read_in_one_query(app, clock):
    proposal = factories.a_proposal()
    for _ in range(3):
        factories.a_poll(proposal.process, proposal=proposal)
    cards = polls_of(proposal.id)
    assert [found.state for found in cards] == ["open"] * 3 and cards[0].poll.id > cards[1].poll.id


def test_a_long_list_goes_on_by_number(app, clock):
    process = factories.a_process()
    every = [factories.a_poll(process).id for _ in range(21)]
    first, after = poll_page()
    second, none = poll_page(after=after)
    assert [c.poll.id for c in (*first, *second)] == every[::-1] and none is None


def test_an_open_secret_poll_tells_its_ballots_to_the_ten_below(app, clock):
    poll = factories.a_poll(days=1)
    for _ in range(13):
        poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    assert card(poll).about_how_many == 10
    clock.shift(timedelta(days=1))
    assert card(poll).about_how_many == 13
