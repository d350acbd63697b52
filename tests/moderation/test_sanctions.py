"""Limits on accounts: reasoned, timed, appealed to another moderator; what stays possible."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.models import Notice
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.moderation import sanctions as sanction_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.participation import everything_of
from deliberate.queries.moderation.sanctions import sanction_on, sanctions_appealed
from deliberate.vocabulary import AppealOutcome, Role, Rule, Stance
from tests import factories

NOTE = "Tiga iklan dalam satu jam."


@pytest.fixture
def moderator(app, clock):
    return factories.staff(role=Role.MODERATOR)


def limited(moderator, person=None, days=7):
    return sanction_operations.impose_sanction(
        moderator, person or factories.resident(), Rule.SPAM, days, NOTE
    )


def test_a_moderator_limits_an_account_with_a_reason_and_a_time(moderator, log):
    person = factories.resident()
    log()
    sanction = limited(moderator, person)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("sanction.imposed", {"reason": "spam", "days": 7})
    assert (sanction_on(person), sanction.ends_at) == (sanction, now() + timedelta(days=7))
    assert factories.db.session.query(Notice).filter_by(person_id=person.id).count() == 1


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF, Role.RESEARCHER, Role.EVALUATOR])
def test_nobody_else_limits_accounts(app, clock, log, role):
    other, person = factories.staff(role=role), factories.resident()
    log()
    with pytest.raises(Refused):
        limited(other, person)
    assert log() == []


def test_an_administrator_may_and_staff_are_not_limited(app, clock):
    admin = factories.staff(role=Role.ADMIN)
    assert limited(admin)
    with pytest.raises(Refused):
        limited(admin, factories.staff())


@pytest.mark.parametrize(("days", "note"), [(0, NOTE), (365, NOTE), (7, "  ")])
def test_a_limit_has_a_reason_and_an_end(moderator, log, days, note):
    person = factories.resident()
    log()
    with pytest.raises(Refused):
        sanction_operations.impose_sanction(moderator, person, Rule.SPAM, days, note)
    assert log() == []


def test_one_limit_at_a_time(moderator):
    person = factories.resident()
    limited(moderator, person)
    with pytest.raises(Refused):
        limited(moderator, person)


def test_who_is_limited_writes_supports_weighs_and_reports_nothing(moderator, log):
    person, process = factories.resident(), factories.a_process()
    own = factories.a_proposal(process, author=person)
    said = comment_operations.post_comment(person, own, "Saya tambahkan.", stance=Stance.FOR)
    proposal = factories.a_proposal(process)
    theirs = comment_operations.post_comment(
        factories.resident(), proposal, "Baik.", stance=Stance.FOR
    )
    limited(moderator, person)
    log()
    for refused in (
        lambda: factories.a_proposal(process, author=person),
        lambda: proposal_operations.revise_proposal(person, own, "Judul", "Teks lain", ""),
        lambda: proposal_operations.support_proposal(person, proposal),
        lambda: comment_operations.post_comment(person, proposal, "Lagi", stance=Stance.FOR),
        lambda: comment_operations.edit_comment(person, said, "Lain"),
        lambda: comment_operations.rate_comment(person, theirs, True),
        lambda: moderation_operations.report_contribution(person, theirs, Rule.SPAM),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert "dibatasi" in str(error.value.reason)
    assert log() == []


def test_who_is_limited_still_votes_takes_back_exports_and_leaves(moderator, log):
    person, poll = factories.resident(), factories.a_poll()
    own = factories.a_proposal(author=person)
    limited(moderator, person)
    log()
    ballot_operations.cast_ballot(person, poll, poll.options[0])
    proposal_operations.withdraw_proposal(person, own, "Saya cabut.")
    assert everything_of(person)["proposals"]
    erase_account(person, factories.PASSPHRASE)
    assert person.is_erased


def test_it_ends_by_the_clock_without_a_row(moderator, clock, log):
    person = factories.resident()
    limited(moderator, person, days=1)
    log()
    clock.shift(timedelta(hours=23))
    assert sanction_on(person)
    clock.shift(timedelta(hours=2))
    assert sanction_on(person) is None
    assert log() == []
    assert factories.a_proposal(author=person)


def test_a_moderator_lifts_it(moderator, log):
    person = factories.resident()
    sanction, officer = limited(moderator, person), factories.staff()
    log()
    with pytest.raises(Refused):
        sanction_operations.lift_sanction(officer, sanction)
    sanction_operations.lift_sanction(moderator, sanction)
    (entry,) = log()
    assert (entry.kind, sanction_on(person)) == ("sanction.lifted", None)


@pytest.mark.parametrize("outcome", list(AppealOutcome))
def test_an_appeal_is_decided_by_somebody_else(moderator, log, outcome):
    person = factories.resident()
    sanction, second = limited(moderator, person), factories.staff(role=Role.MODERATOR)
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    assert sanctions_appealed() == [sanction]
    log()
    with pytest.raises(Refused):
        sanction_operations.review_sanction(moderator, sanction, outcome, "Tidak.")
    with pytest.raises(Refused):
        sanction_operations.lift_sanction(moderator, sanction)
    sanction_operations.review_sanction(second, sanction, outcome, "Sudah dilihat.")
    kinds = [entry.kind for entry in log()]
    is_granted = outcome == AppealOutcome.GRANTED
    assert kinds == ["sanction.reviewed", *(["sanction.lifted"] if is_granted else [])]
    assert (sanction_on(person) is None) is is_granted
    assert sanctions_appealed() == []


def test_only_whom_it_limits_appeals_and_once(moderator, log):
    person = factories.resident()
    sanction = limited(moderator, person)
    log()
    with pytest.raises(Refused):
        sanction_operations.appeal_sanction(factories.resident(), sanction, "Bebaskan.")
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    with pytest.raises(Refused):
        sanction_operations.appeal_sanction(person, sanction, "Sekali lagi.")
    assert [e.kind for e in log() if e.kind.startswith("sanction")] == ["sanction.appealed"]


def test_the_words_of_an_erased_account_go_too(moderator):
    person = factories.resident()
    sanction = limited(moderator, person)
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    erase_account(person, factories.PASSPHRASE)
    factories.again(sanction)
    assert (sanction.appeal, sanction.note) == ("", "")
