"""Test opening polls, changes, results, outcomes, statements and voting codes."""

from datetime import timedelta

import pytest
from flask import g

from deliberate.clock import now
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.operations.polls import statements as statement_operations
from deliberate.operations.processes import processes as process_operations
from deliberate.permissions.decision import Refused
from deliberate.permissions.polls import may_enter_ballots, may_run_poll
from deliberate.queries.polls.electorate import count_entitled
from deliberate.queries.polls.polls import poll_card, poll_page, proposal_polls
from deliberate.queries.polls.results import count_ballots, get_tally
from deliberate.vocabulary import (
    Electorate,
    OptionState,
    PhaseKind,
    PhaseSwitch,
    PollChangeReason,
    PollType,
    ResultRule,
    Role,
)
from tests import factories

BUDGET = PollType.BUDGET


@pytest.fixture(autouse=True)
def _in_english(app):
    g.language = "en"


def test_poll_opening_logs_its_rules(app, clock, log):
    process = factories.create_process()
    opener = factories.create_staff()
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
def test_poll_opening_is_allowed_for_staff_only(app, clock, role):
    person, process = factories.create_staff(role=role), factories.create_process()
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
def test_poll_opening_refuses_conflicting_rules(app, clock, options, rules):
    with pytest.raises(Refused):
        factories.create_poll(None, *options, rules=poll_operations.PollRules(**rules))


def test_poll_opening_refuses_past_closing_times_and_phases_without_voting(app, clock):
    with pytest.raises(Refused, match="in the future"):
        factories.create_poll(days=-1)
    silent = factories.create_process()
    factories.add_phase(
        silent, PhaseKind.DISCUSSION, now() - timedelta(days=1), 60, PhaseSwitch.COMMENT
    )
    with pytest.raises(Refused, match="phase"):
        factories.create_poll(silent)


def test_poll_change_is_logged_with_its_reason(app, clock, log):
    poll, clerk = factories.create_poll(days=1), factories.create_staff()
    log()
    later = poll.closes_at + timedelta(days=3)
    poll_operations.change_poll(clerk, poll, later, PollChangeReason.OUTAGE, "Situs mati kemarin.")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("poll.changed", {"reason": "outage"})
    (change,) = poll.changes
    assert (poll.closes_at, change.reason) == (later, "Situs mati kemarin.")


def test_closed_poll_cannot_be_reopened(app, clock):
    poll, clerk = factories.create_poll(days=1), factories.create_staff()
    with pytest.raises(Refused, match="needs a reason"):
        poll_operations.change_poll(
            clerk, poll, now() + timedelta(days=9), PollChangeReason.OTHER, " "
        )
    with pytest.raises(Refused, match="role"):
        poll_operations.change_poll(
            factories.create_resident(),
            poll,
            now() + timedelta(days=9),
            PollChangeReason.OTHER,
            "Saya mau",
        )
    clock.shift(timedelta(days=1))
    with pytest.raises(Refused, match="cannot be reopened"):
        poll_operations.change_poll(
            clerk, poll, now() + timedelta(days=9), PollChangeReason.OTHER, "Lupa"
        )


@pytest.mark.usefixtures("published_few")
def test_poll_result_is_hidden_until_it_is_published(app, clock, log):
    poll = factories.create_poll(
        days=1, rules=poll_operations.PollRules(result_rule=ResultRule.AFTER_PUBLICATION)
    )
    ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="after the poll has closed"):
        poll_operations.publish_result(factories.create_staff(), poll)
    clock.shift(timedelta(days=1))
    assert poll_card(poll).tally is None
    clerk = factories.create_staff()
    log()
    poll_operations.publish_result(clerk, poll)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("poll.published", {"turnout": 1})
    assert poll_card(poll).tally.votes[poll.options[0].id] == 1
    with pytest.raises(Refused, match="already"):
        poll_operations.publish_result(clerk, poll)


def test_result_publication_freezes_the_number_of_entitled_people(app, clock):
    poll = factories.create_poll(days=1)
    factories.create_resident()
    clock.shift(timedelta(days=1))
    factories.create_resident()
    assert count_entitled(poll) == 1
    poll_operations.publish_result(factories.create_staff(), poll)
    assert poll.entitled_count == 1


def test_public_poll_can_show_live_results(app, clock):
    poll = factories.create_poll(
        rules=poll_operations.PollRules(is_secret=False, result_rule=ResultRule.LIVE)
    )
    ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[1])
    assert poll_card(poll).tally.votes[poll.options[1].id] == 1
    ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[1])
    assert poll_card(poll).tally.votes[poll.options[1].id] == 2


def test_process_can_end_only_after_the_outcomes_of_its_polls(app, clock, log):
    process, admin = factories.create_process(), factories.create_staff(role=Role.ADMIN)
    poll = factories.create_poll(process, days=1)
    factories.create_poll(process, days=1, proposal=factories.create_proposal(process))
    with pytest.raises(Refused, match="once the result is shown"):
        poll_operations.state_outcome(admin, poll, "Rute 1 dibangun.")
    clock.shift(timedelta(days=1))
    with pytest.raises(Refused, match="publish the outcome"):
        process_operations.close_process(admin, process, "Selesai.")
    log()
    poll_operations.state_outcome(admin, poll, "Rute 1 **dibangun**.")
    (entry,) = log()
    assert entry.kind == "outcome.stated" and entry.content is not None
    assert "<strong>" in poll.outcomes[0].body_html
    process_operations.close_process(admin, process, "Selesai.")


def test_result_and_outcome_are_published_after_the_phase_with_voting(app, clock):
    institution = factories.create_institution()
    process, clerk = factories.create_process(institution), factories.create_staff(institution)
    poll = poll_operations.open_poll(
        clerk, process, "Ya?", ["Ya", "Tidak"], now() + timedelta(days=1)
    )
    clock.shift(timedelta(days=80))
    with pytest.raises(Refused, match="phase"):
        poll_operations.open_poll(
            clerk, process, "Lagi?", ["Ya", "Tidak"], now() + timedelta(days=1)
        )
    poll_operations.publish_result(clerk, poll)
    poll_operations.state_outcome(clerk, poll, "Rute 1 dibangun.")
    assert poll.published_at == now() and len(poll.outcomes) == 1


def test_staff_run_polls_of_processes_of_their_institution_alone(app):
    institution = factories.create_institution()
    process, stranger = factories.create_process(institution), factories.create_staff()
    poll = poll_operations.open_poll(
        factories.create_staff(institution),
        process,
        "Ya?",
        ["Ya", "Tidak"],
        now() + timedelta(days=1),
    )
    assert may_run_poll(factories.create_staff(institution), poll)
    assert may_run_poll(factories.create_staff(role=Role.MODERATOR), poll)
    assert may_enter_ballots(factories.create_staff(institution), poll)
    for decision in (may_run_poll(stranger, poll), may_enter_ballots(stranger, poll)):
        assert not decision and "no part in this process" in str(decision.reason)


def test_poll_outcomes_are_added_not_replaced(app, clock):
    poll, clerk = factories.create_poll(days=1), factories.create_staff()
    clock.shift(timedelta(days=1))
    poll_operations.state_outcome(clerk, poll, "Rute 1.")
    poll_operations.state_outcome(clerk, poll, "Rute 1, mulai April.")
    assert [outcome.body for outcome in poll.outcomes] == ["Rute 1.", "Rute 1, mulai April."]
    with pytest.raises(Refused, match="role"):
        poll_operations.state_outcome(factories.create_resident(), poll, "Bohong.")


def test_statement_can_be_voted_on_after_a_moderator_accepts_it(app, clock, log):
    poll = factories.create_poll(
        None, "Bus gratis", rules=poll_operations.PollRules(type=PollType.STATEMENTS)
    )
    author, moderator = factories.create_resident(), factories.create_staff(role=Role.MODERATOR)
    log()
    statement = statement_operations.suggest_statement(author, poll, "Trotoar dahulu")
    (entry,) = log()
    assert (entry.kind, entry.subject_type) == ("statement.suggested", "option")
    with pytest.raises(Refused, match="another poll"):
        ballot_operations.cast_ballot(author, poll, [(statement.id, 1)])
    statement_operations.decide_statement(moderator, statement, OptionState.SHOWN)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("statement.decided", {"state": "shown"})
    ballot_operations.cast_ballot(author, poll, [(statement.id, 1)])
    assert count_ballots(poll).distribution[statement.id] == (1, 0, 0)


def test_statement_is_refused_if_empty_repeated_too_long_or_too_many(app, clock):
    poll = factories.create_poll(
        None, "Bus gratis", rules=poll_operations.PollRules(type=PollType.STATEMENTS)
    )
    author = factories.create_resident()
    for text in ("", "bus GRATIS", "a" * 281):
        with pytest.raises(statement_operations.StatementRefused):
            statement_operations.suggest_statement(author, poll, text)
    for text in ("satu", "dua", "tiga"):
        statement_operations.suggest_statement(author, poll, text)
    with pytest.raises(statement_operations.StatementRefused, match="Three"):
        statement_operations.suggest_statement(author, poll, "empat")
    with pytest.raises(Refused, match="polls of statements"):
        statement_operations.suggest_statement(author, factories.create_poll(), "lima")


def test_statement_is_decided_once_and_by_moderators_only(app, clock):
    poll = factories.create_poll(
        None, "Bus gratis", rules=poll_operations.PollRules(type=PollType.STATEMENTS)
    )
    statement = statement_operations.suggest_statement(
        factories.create_resident(), poll, "Trotoar dahulu"
    )
    moderator = factories.create_staff(role=Role.MODERATOR)
    with pytest.raises(Refused, match="role"):
        statement_operations.decide_statement(
            factories.create_staff(), statement, OptionState.SHOWN
        )
    statement_operations.decide_statement(moderator, statement, OptionState.DECLINED)
    with pytest.raises(Refused, match="already"):
        statement_operations.decide_statement(moderator, statement, OptionState.SHOWN)


def test_voting_codes_are_logged_as_a_number_only(app, clock, log):
    poll = factories.create_poll(rules=poll_operations.PollRules(electorate=Electorate.CODES))
    log()
    codes = ballot_box_operations.create_voting_codes(None, poll, 50)
    (entry,) = log()
    assert len(set(codes)) == 50
    assert (entry.kind, entry.details, entry.actor_id) == ("codes.made", {"count": 50}, None)
    assert count_entitled(poll) == 50
    with pytest.raises(Refused, match="does not use voting codes"):
        ballot_box_operations.create_voting_codes(None, factories.create_poll(), 1)
    with pytest.raises(Refused, match="between 1"):
        ballot_box_operations.create_voting_codes(None, poll, 0)


def test_shuffled_option_order_is_stable_per_voter(app, clock):
    options = [f"Pilihan {n}" for n in range(8)]
    poll = factories.create_poll(
        None, *options, rules=poll_operations.PollRules(shuffles=True), with_pass="Belum yakin"
    )
    one, other = factories.create_resident(), factories.create_resident()
    orders = [[option.id for option in poll.options_for(person)] for person in (one, other, one)]
    assert orders[0] == orders[2] != orders[1]
    assert {order[-1] for order in orders} == {poll.options[-1].id}


def test_cached_tally_follows_changed_ballots(app, clock):
    poll, voter = factories.create_poll(), factories.create_resident()
    code = ballot_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code
    assert get_tally(poll).votes[poll.options[0].id] == 1
    ballot_operations.change_ballot(voter, poll, code, poll.options[1])
    assert get_tally(poll).votes[poll.options[0].id] == 0
    assert get_tally(poll) == count_ballots(poll)


def test_proposal_polls_are_listed_newest_first(app, clock):
    proposal = factories.create_proposal()
    for _ in range(3):
        factories.create_poll(proposal.process, proposal=proposal)
    cards = proposal_polls(proposal.id)
    assert [found.state for found in cards] == ["open"] * 3 and cards[0].poll.id > cards[1].poll.id


def test_poll_list_continues_on_a_second_page(app, clock):
    process = factories.create_process()
    every = [factories.create_poll(process).id for _ in range(21)]
    first, after = poll_page()
    second, none = poll_page(after=after)
    assert [c.poll.id for c in (*first, *second)] == every[::-1] and none is None


def test_open_secret_poll_rounds_its_ballot_count_down_to_tens(app, clock):
    poll = factories.create_poll(days=1)
    for _ in range(13):
        ballot_operations.cast_ballot(factories.create_resident(), poll, poll.options[0])
    assert poll_card(poll).rounded_ballot_count == 10
    clock.shift(timedelta(days=1))
    assert poll_card(poll).rounded_ballot_count == 13
