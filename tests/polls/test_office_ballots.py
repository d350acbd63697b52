"""Ballots entered at an office: slip or second officer, objection, and secrecy after the close."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Notice, OfficeAccount, OfficeBallot
from deliberate.notifications.fanout import fan_out
from deliberate.operations.accounts.office_entry import new_paper_code, open_office_account
from deliberate.operations.polls import ballot_box
from deliberate.operations.polls.ballot_box import create_voting_codes, rewrite_ballots_when_due
from deliberate.operations.polls.ballots import CodeRefused, cast_ballot, change_ballot
from deliberate.operations.polls.office_ballots import (
    SlipRefused,
    confirm_ballot,
    enter_ballot,
    hold_ballot,
    object_to_ballot,
)
from deliberate.operations.polls.polls import PollRules
from deliberate.permissions.decision import Refused
from deliberate.queries.polls.office_ballots import get_entered_ballot, list_waiting_ballots
from deliberate.queries.polls.results import count_ballots
from deliberate.vocabulary import Electorate
from tests import factories
from tests.client import signed_in_client, submit_form


@pytest.fixture
def poll(app, clock):
    return factories.create_poll(factories.create_process(factories.create_institution("sarpras")))


@pytest.fixture
def institution(poll):
    return poll.process.institutions[0].institution


@pytest.fixture
def clerk(institution):
    return factories.create_staff(institution)


@pytest.fixture
def voter(poll):
    return factories.create_resident()


def first(poll):
    return [(poll.options[0].id, 1)]


def notified(kind):
    return [n.person_id for n in db.session.query(Notice).filter_by(kind=kind)]


def test_ballot_with_a_slip_counts_at_once_and_excludes_a_web_ballot(poll, clerk, voter, log):
    log()
    enter_ballot(clerk, poll, voter, first(poll), "A-17")
    (entry,) = log()
    assert (entry.kind, entry.origin, entry.actor_id) == ("ballot.cast", "desk", voter.actor_id)
    assert entry.institution_id == clerk.institution_id
    assert entry.details == {"clerk": clerk.actor_id}
    assert notified("ballot.entered") == [voter.id]
    with pytest.raises(Refused):
        cast_ballot(voter, poll, poll.options[1])
    with pytest.raises(Refused):
        enter_ballot(clerk, poll, factories.create_resident(), first(poll), " ")


def test_slip_number_is_used_once_and_never_for_an_account_that_nobody_took_over(
    app, poll, clerk, voter
):
    enter_ballot(clerk, poll, voter, first(poll), "A-17")
    other, desk = factories.create_resident(), signed_in_client(app, clerk)
    answer = submit_form(
        desk,
        f"/en/desk/polls/{poll.id}/ballot",
        sign_in_name=other.sign_in_name,
        marked=str(poll.options[0].id),
        slip_number=" a-17",
    )
    assert answer.status_code == 422 and answer.text.count("slip number was already entered") == 2
    object_to_ballot(voter, get_entered_ballot(poll, voter))
    enter_ballot(clerk, poll, other, first(poll), "A-17")
    account = open_office_account(clerk, "Bu Sri", new_paper_code(clerk, "Bu Sri"))
    with pytest.raises(SlipRefused, match="nomor slip: rekan"):
        enter_ballot(clerk, poll, account.person, first(poll), "A-18")
    hold_ballot(clerk, poll, account.person, first(poll))
    with unrecorded("an account taken over") as session:
        session.add(
            OfficeAccount(person_id=voter.id, institution_id=clerk.institution_id, claimed_at=now())
        )
    enter_ballot(clerk, poll, voter, first(poll), "A-19")


def test_office_ballot_is_refused_for_strangers_and_for_people_who_voted(poll, clerk, voter):
    for stranger in (factories.create_staff(), factories.create_resident()):
        with pytest.raises(Refused):
            enter_ballot(stranger, poll, voter, first(poll), "A-17")
        with pytest.raises(Refused):
            hold_ballot(stranger, poll, voter, first(poll))
    cast_ballot(voter, poll, poll.options[1])
    with pytest.raises(Refused):
        enter_ballot(clerk, poll, voter, first(poll), "A-17")
    with pytest.raises(Refused):
        hold_ballot(clerk, poll, voter, first(poll))
    with pytest.raises(Refused):
        enter_ballot(clerk, poll, None, first(poll), "A-17")


def test_held_ballot_that_nobody_confirmed_is_called_uncounted_after_the_close(
    app, poll, clerk, voter, clock
):
    hold_ballot(clerk, poll, voter, first(poll))
    assert notified("ballot.held") == [voter.id] and clerk.id not in notified("ballot.to_confirm")
    clock.shift(timedelta(days=7, minutes=1))
    page = signed_in_client(app, voter).get(f"/en/polls/{poll.id}/office-ballot").text
    assert "It was not counted: no second officer confirmed it before the close." in page
    assert "not counted yet" not in page


def test_ballot_without_a_slip_counts_once_a_colleague_confirms_it(
    poll, clerk, voter, institution, log
):
    code = hold_ballot(clerk, poll, voter, first(poll)).ballot_code
    assert count_ballots(poll).ballots == 0
    with pytest.raises(Refused):
        hold_ballot(clerk, poll, voter, first(poll))
    entered, colleague = get_entered_ballot(poll, voter), factories.create_staff(institution)
    for wrong in (clerk, factories.create_staff(), voter):
        with pytest.raises(Refused):
            confirm_ballot(wrong, entered)
    log()
    confirm_ballot(colleague, entered)
    (entry,) = log()
    assert (entry.kind, entry.actor_id) == ("ballot.cast", voter.actor_id)
    assert entry.details == {"clerk": clerk.actor_id}
    assert count_ballots(poll).ballots == 1
    change_ballot(voter, poll, code, poll.options[1])
    with pytest.raises(Refused):
        confirm_ballot(colleague, entered)


def test_slip_is_refused_while_another_ballot_of_the_voter_waits(poll, clerk, voter, institution):
    hold_ballot(clerk, poll, voter, first(poll))
    with pytest.raises(Refused, match="menunggu"):
        enter_ballot(clerk, poll, voter, [(poll.options[1].id, 1)], "B-1")
    held, colleague = get_entered_ballot(poll, voter), factories.create_staff(institution)
    confirm_ballot(colleague, held)
    assert count_ballots(poll).votes == {o.id: int(o is poll.options[0]) for o in poll.options}


def test_held_ballot_stops_waiting_when_its_voter_votes_or_the_poll_closes(
    poll, clerk, voter, institution, clock
):
    other = factories.create_resident()
    hold_ballot(clerk, poll, voter, first(poll))
    hold_ballot(clerk, poll, other, first(poll))
    cast_ballot(voter, poll, poll.options[1])
    assert [held.person_id for held in list_waiting_ballots(institution.id)] == [other.id]
    clock.shift(timedelta(days=7))
    assert list_waiting_ballots(institution.id) == []


@pytest.mark.parametrize("slip_number", ["A-17", ""])
def test_objection_voids_the_ballot_and_alerts_another_officer(
    poll, clerk, voter, institution, slip_number, log
):
    colleague = factories.create_staff(institution)
    if slip_number:
        enter_ballot(clerk, poll, voter, first(poll), slip_number)
    else:
        hold_ballot(clerk, poll, voter, first(poll))
    entered = get_entered_ballot(poll, voter)
    with pytest.raises(Refused):
        object_to_ballot(factories.create_resident(), entered)
    log()
    object_to_ballot(voter, entered)
    (entry,) = log()
    assert entry.kind == "ballot.objected"
    assert entry.details == {"counted": int(bool(slip_number)), "poll": poll.id}
    alerted = notified("ballot.objected")
    assert colleague.id in alerted and clerk.id not in alerted
    assert (count_ballots(poll).ballots, poll.ballot_count) == (0, 0)
    cast_ballot(voter, poll, poll.options[1])
    assert count_ballots(poll).ballots == 1
    with pytest.raises(Refused):
        object_to_ballot(voter, entered)


def test_nothing_links_voter_and_ballot_after_the_close(poll, clerk, voter, clock):
    enter_ballot(clerk, poll, voter, first(poll), "A-17")
    hold_ballot(clerk, poll, factories.create_resident(), first(poll))
    keys = set(db.session.scalars(db.select(OfficeBallot.ballot_key)))
    assert set(db.session.scalars(db.select(Ballot.key))) < keys
    clock.shift(timedelta(days=7, minutes=1))
    rewrite_ballots_when_due()
    db.session.expire_all()
    for entry in db.session.scalars(db.select(OfficeBallot)):
        assert (entry.ballot_key, entry.choice) == ("", None)
    entered = get_entered_ballot(poll, voter)
    assert (entered.slip_number, count_ballots(poll).ballots) == ("A-17", 1)
    with pytest.raises(Refused):
        object_to_ballot(voter, entered)


def test_objection_frees_the_voting_code_of_the_ballot(app, clock):
    poll = factories.create_poll(
        factories.create_process(factories.create_institution()),
        rules=PollRules(electorate=Electorate.CODES),
    )
    clerk = factories.create_staff(poll.process.institutions[0].institution)
    codes = create_voting_codes(None, poll, 2)
    for code, slip_number in zip(codes, ("A-17", ""), strict=True):
        voter = factories.create_resident()
        if slip_number:
            enter_ballot(clerk, poll, voter, first(poll), slip_number, voting_code=code)
        else:
            hold_ballot(clerk, poll, voter, first(poll), voting_code=code)
        with pytest.raises(CodeRefused):
            cast_ballot(factories.create_resident(), poll, poll.options[0], voting_code=code)
        entered = get_entered_ballot(poll, voter)
        object_to_ballot(voter, entered)
        assert entered.code_key == ""
        cast_ballot(voter, poll, poll.options[1], voting_code=code)
    assert count_ballots(poll).ballots == 2


@pytest.mark.postgresql
def test_erasing_links_never_overtakes_an_entry_that_is_not_committed(
    poll, clerk, voter, clock, monkeypatch
):
    monkeypatch.setattr(ballot_box, "RETRY_DELAY", 0.0)
    monkeypatch.setattr(ballot_box, "MAX_ATTEMPTS", 1)
    enter_ballot(clerk, poll, voter, first(poll), "A-17")
    clock.shift(timedelta(days=7, minutes=1))
    with db.engine.connect().execution_options(writing=True) as entering:
        entering.execute(text("UPDATE office_ballot SET slip_number = 'A-18'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            rewrite_ballots_when_due()
        entering.commit()
    rewrite_ballots_when_due()
    db.session.expire_all()
    entered = get_entered_ballot(poll, voter)
    assert (entered.slip_number, entered.ballot_key) == ("A-18", "")


def test_person_without_account_votes_at_an_office_with_a_code(app, clock, log):
    poll = factories.create_poll(
        factories.create_process(factories.create_institution()),
        rules=PollRules(electorate=Electorate.CODES),
    )
    clerk = factories.create_staff(poll.process.institutions[0].institution)
    (code,) = create_voting_codes(None, poll, 1)
    log()
    enter_ballot(clerk, poll, None, first(poll), "A-18", voting_code=code)
    (entry,) = log()
    assert (entry.actor_id, entry.actor_role, entry.origin) == (clerk.actor_id, "staff", "desk")
    with pytest.raises(CodeRefused):
        cast_ballot(factories.create_resident(), poll, poll.options[0], voting_code=code)


def test_spoilt_paper_ballot_is_counted_as_rejected(poll, clerk, voter):
    assert enter_ballot(clerk, poll, voter, None, "A-17").ballot_code == ""
    tally = count_ballots(poll)
    assert (tally.ballots, tally.rejected, tally.counted) == (1, 1, 0)


def test_office_ballot_is_confirmed_and_objected_to_on_pages(app, poll, clerk, voter, institution):
    desk = signed_in_client(app, clerk)
    colleague = signed_in_client(app, factories.create_staff(institution))
    own = signed_in_client(app, voter)
    page, waiting = f"/en/desk/polls/{poll.id}/ballot", "/en/desk/polls/waiting-ballots"
    fields = {"sign_in_name": voter.sign_in_name, "marked": str(poll.options[0].id)}
    entered = submit_form(desk, page, **fields)
    assert entered.status_code == 200 and "Not counted yet" in entered.text
    assert "A colleague must confirm" in desk.get(waiting).text
    assert voter.display_name in colleague.get(waiting).text
    mine = f"/en/polls/{poll.id}/office-ballot"
    fan_out()
    assert mine in own.get("/en/account/messages").text
    assert "not counted yet" in own.get(mine).text
    entry = get_entered_ballot(poll, voter)
    assert submit_form(colleague, waiting, f"{waiting}/{entry.id}").status_code == 303
    assert submit_form(own, mine).status_code == 303
    assert "did not cast this ballot" in colleague.get(waiting).text
    assert "already objected" in own.get(mine).text
    assert colleague.get(mine).status_code == 404
