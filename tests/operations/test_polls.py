"""A poll opens with rules that stay, and ends with words about what came of it."""

from datetime import timedelta

import pytest
from flask import g

from deliberate.clock import now
from deliberate.operations import ballot_box, polls, processes, statements
from deliberate.permissions import Refused
from deliberate.queries.electorate import count_entitled
from deliberate.queries.polls import card, poll_page, polls_of, recounted, tally_of
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
from tests import city

BUDGET = PollType.BUDGET


@pytest.fixture(autouse=True)
def _in_english(app):
    g.language = "en"


def test_opening_a_poll_leaves_its_rules_in_the_log(app, clock, log):
    process = city.a_process()
    opener = city.staff()
    log()
    polls.open_poll(opener, process, "Ya?", ["Ya", "Tidak"], now() + timedelta(days=1), quorum=5)
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
    person, process = city.staff(role=role), city.a_process()
    closes = now() + timedelta(days=1)
    if role == Role.RESIDENT:
        with pytest.raises(Refused, match="role"):
            polls.open_poll(person, process, "Ya?", ["Ya", "Tidak"], closes)
    else:
        assert polls.open_poll(person, process, "Ya?", ["Ya", "Tidak"], closes).id


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
        city.a_poll(None, *options, rules=polls.Rules(**rules))


def test_a_close_in_the_past_and_a_phase_without_voting_open_nothing(app, clock):
    with pytest.raises(Refused, match="later than now"):
        city.a_poll(days=-1)
    silent = city.a_process()
    city.phase(silent, PhaseKind.DISCUSSION, now() - timedelta(days=1), 60, Switch.COMMENT)
    with pytest.raises(Refused, match="phase"):
        city.a_poll(silent)


def test_moving_the_close_is_an_act_with_a_reason(app, clock, log):
    poll, clerk = city.a_poll(days=1), city.staff()
    log()
    later = poll.closes_at + timedelta(days=3)
    polls.change_poll(clerk, poll, later, ChangeGround.OUTAGE, "Situs mati kemarin.")
    (entry,) = log()
    assert (entry.kind, entry.details) == ("poll.changed", {"reason": "outage"})
    (change,) = poll.changes
    assert (poll.closes_at, change.reason) == (later, "Situs mati kemarin.")


def test_a_closed_poll_is_not_opened_again(app, clock):
    poll, clerk = city.a_poll(days=1), city.staff()
    with pytest.raises(Refused, match="needs a reason"):
        polls.change_poll(clerk, poll, now() + timedelta(days=9), ChangeGround.OTHER, " ")
    with pytest.raises(Refused, match="role"):
        polls.change_poll(
            city.resident(), poll, now() + timedelta(days=9), ChangeGround.OTHER, "Saya mau"
        )
    clock.shift(timedelta(days=1))
    with pytest.raises(Refused, match="not opened again"):
        polls.change_poll(clerk, poll, now() + timedelta(days=9), ChangeGround.OTHER, "Lupa")


def test_a_result_that_waits_for_publication_is_not_seen_before(app, clock, log):
    poll = city.a_poll(days=1, rules=polls.Rules(result_rule=ResultRule.AFTER_PUBLICATION))
    polls.cast_ballot(city.resident(), poll, poll.options[0])
    with pytest.raises(Refused, match="after the close"):
        polls.publish_result(city.staff(), poll)
    clock.shift(timedelta(days=1))
    assert card(poll).tally is None
    clerk = city.staff()
    log()
    polls.publish_result(clerk, poll)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("poll.published", {"turnout": 1})
    assert card(poll).tally.votes[poll.options[0].id] == 1
    with pytest.raises(Refused, match="already"):
        polls.publish_result(clerk, poll)


def test_publishing_freezes_how_many_could_have_voted(app, clock):
    poll = city.a_poll(days=1)
    city.resident()
    clock.shift(timedelta(days=1))
    city.resident()
    assert count_entitled(poll) == 1
    polls.publish_result(city.staff(), poll)
    assert poll.entitled_count == 1


def test_a_public_poll_may_show_its_counts_while_it_is_open(app, clock):
    poll = city.a_poll(rules=polls.Rules(is_secret=False, result_rule=ResultRule.LIVE))
    polls.cast_ballot(city.resident(), poll, poll.options[1])
    assert card(poll).tally.votes[poll.options[1].id] == 1
    polls.cast_ballot(city.resident(), poll, poll.options[1])
    assert card(poll).tally.votes[poll.options[1].id] == 2


def test_a_process_ends_once_it_is_said_what_came_of_its_polls(app, clock, log):
    process, admin = city.a_process(), city.staff(role=Role.ADMIN)
    poll = city.a_poll(process, days=1)
    city.a_poll(process, days=1, proposal=city.a_proposal(process))
    with pytest.raises(Refused, match="once its result is shown"):
        polls.state_outcome(admin, poll, "Rute 1 dibangun.")
    clock.shift(timedelta(days=1))
    with pytest.raises(Refused, match="what came of the poll"):
        processes.close_process(admin, process)
    log()
    polls.state_outcome(admin, poll, "Rute 1 **dibangun**.")
    (entry,) = log()
    assert entry.kind == "outcome.stated" and entry.content is not None
    assert "<strong>" in poll.outcomes[0].body_html
    processes.close_process(admin, process)


def test_later_words_stand_below_the_first(app, clock):
    poll, clerk = city.a_poll(days=1), city.staff()
    clock.shift(timedelta(days=1))
    polls.state_outcome(clerk, poll, "Rute 1.")
    polls.state_outcome(clerk, poll, "Rute 1, mulai April.")
    assert [outcome.body for outcome in poll.outcomes] == ["Rute 1.", "Rute 1, mulai April."]
    with pytest.raises(Refused, match="role"):
        polls.state_outcome(city.resident(), poll, "Bohong.")


def test_a_residents_statement_waits_for_a_moderator(app, clock, log):
    poll = city.a_poll(None, "Bus gratis", rules=polls.Rules(type=PollType.STATEMENTS))
    author, moderator = city.resident(), city.staff(role=Role.MODERATOR)
    log()
    statement = statements.suggest_statement(author, poll, "Trotoar dahulu")
    (entry,) = log()
    assert (entry.kind, entry.subject_type) == ("statement.suggested", "option")
    with pytest.raises(Refused, match="another poll"):
        polls.cast_ballot(author, poll, [(statement.id, 1)])
    statements.decide_statement(moderator, statement, OptionState.SHOWN)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("statement.decided", {"state": "shown"})
    polls.cast_ballot(author, poll, [(statement.id, 1)])
    assert recounted(poll).spread[statement.id] == (1, 0, 0)


def test_statements_that_cannot_be_are_refused(app, clock):
    poll = city.a_poll(None, "Bus gratis", rules=polls.Rules(type=PollType.STATEMENTS))
    author = city.resident()
    for text in ("", "bus GRATIS", "a" * 281):
        with pytest.raises(statements.StatementRefused):
            statements.suggest_statement(author, poll, text)
    for text in ("satu", "dua", "tiga"):
        statements.suggest_statement(author, poll, text)
    with pytest.raises(statements.StatementRefused, match="Three"):
        statements.suggest_statement(author, poll, "empat")
    with pytest.raises(Refused, match="statements only"):
        statements.suggest_statement(author, city.a_poll(), "lima")


def test_only_a_moderator_decides_a_statement_and_once(app, clock):
    poll = city.a_poll(None, "Bus gratis", rules=polls.Rules(type=PollType.STATEMENTS))
    statement = statements.suggest_statement(city.resident(), poll, "Trotoar dahulu")
    moderator = city.staff(role=Role.MODERATOR)
    with pytest.raises(Refused, match="role"):
        statements.decide_statement(city.staff(), statement, OptionState.SHOWN)
    statements.decide_statement(moderator, statement, OptionState.DECLINED)
    with pytest.raises(Refused, match="already"):
        statements.decide_statement(moderator, statement, OptionState.SHOWN)


def test_codes_are_made_once_and_logged_as_a_number(app, clock, log):
    poll = city.a_poll(rules=polls.Rules(electorate=Electorate.CODES))
    log()
    codes = ballot_box.make_codes(None, poll, 50)
    (entry,) = log()
    assert len(set(codes)) == 50
    assert (entry.kind, entry.details, entry.actor_id) == ("codes.made", {"count": 50}, None)
    assert count_entitled(poll) == 50
    with pytest.raises(Refused, match="not voted in with codes"):
        ballot_box.make_codes(None, city.a_poll(), 1)
    with pytest.raises(Refused, match="Between 1"):
        ballot_box.make_codes(None, poll, 0)


def test_the_order_of_options_is_the_voters_own_and_stays(app, clock):
    options = [f"Pilihan {n}" for n in range(8)]
    poll = city.a_poll(None, *options, rules=polls.Rules(shuffles=True), with_pass="Belum yakin")
    one, other = city.resident(), city.resident()
    orders = [[option.id for option in poll.ordered_for(person)] for person in (one, other, one)]
    assert orders[0] == orders[2] != orders[1]
    assert {order[-1] for order in orders} == {poll.options[-1].id}


def test_the_remembered_count_follows_the_ballots(app, clock):
    poll, voter = city.a_poll(), city.resident()
    code = polls.cast_ballot(voter, poll, poll.options[0]).ballot_code
    assert tally_of(poll).votes[poll.options[0].id] == 1
    polls.change_ballot(voter, poll, code, poll.options[1])
    assert tally_of(poll).votes[poll.options[0].id] == 0
    assert tally_of(poll) == recounted(poll)


def test_a_proposals_polls_are_read_in_one_query(app, clock):
    proposal = city.a_proposal()
    for _ in range(3):
        city.a_poll(proposal.process, proposal=proposal)
    cards = polls_of(proposal.id)
    assert [found.state for found in cards] == ["open"] * 3 and cards[0].poll.id > cards[1].poll.id


def test_a_long_list_goes_on_by_number(app, clock):
    process = city.a_process()
    every = [city.a_poll(process).id for _ in range(21)]
    first, after = poll_page()
    second, none = poll_page(after=after)
    assert [c.poll.id for c in (*first, *second)] == every[::-1] and none is None


def test_an_open_secret_poll_tells_its_ballots_to_the_ten_below(app, clock):
    poll = city.a_poll(days=1)
    for _ in range(13):
        polls.cast_ballot(city.resident(), poll, poll.options[0])
    assert card(poll).about_how_many == 10
    clock.shift(timedelta(days=1))
    assert card(poll).about_how_many == 13
