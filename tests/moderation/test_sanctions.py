"""Test sanctions: rules, lengths, effects and appeals."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.models import Notice
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.moderation import decisions as moderation_operations
from deliberate.operations.moderation import sanctions as sanction_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.moderation.sanctions import appealed_sanctions, get_active_sanction
from deliberate.vocabulary import AppealOutcome, ModerationRule, Role, Stance
from tests import factories

NOTE = "Tiga iklan dalam satu jam."


@pytest.fixture
def moderator(app, clock):
    return factories.create_staff(role=Role.MODERATOR)


def impose_sanction(moderator, person=None, days=7):
    return sanction_operations.impose_sanction(
        moderator, person or factories.create_resident(), ModerationRule.SPAM, days, NOTE
    )


def test_sanction_is_logged_with_its_rule_and_length(moderator, log):
    person = factories.create_resident()
    log()
    sanction = impose_sanction(moderator, person)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("sanction.imposed", {"reason": "spam", "days": 7})
    assert (get_active_sanction(person), sanction.ends_at) == (sanction, now() + timedelta(days=7))
    assert factories.db.session.query(Notice).filter_by(person_id=person.id).count() == 1


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF, Role.RESEARCHER, Role.EVALUATOR])
def test_sanction_is_for_moderators_only(app, clock, log, role):
    other, person = factories.create_staff(role=role), factories.create_resident()
    log()
    with pytest.raises(Refused):
        impose_sanction(other, person)
    assert log() == []


def test_sanction_is_allowed_for_administrators_and_never_on_staff(app, clock):
    admin = factories.create_staff(role=Role.ADMIN)
    assert impose_sanction(admin)
    with pytest.raises(Refused):
        impose_sanction(admin, factories.create_staff())


@pytest.mark.parametrize(("days", "note"), [(0, NOTE), (365, NOTE), (7, "  ")])
def test_sanction_needs_a_note_and_an_allowed_length(moderator, log, days, note):
    person = factories.create_resident()
    log()
    with pytest.raises(Refused):
        sanction_operations.impose_sanction(moderator, person, ModerationRule.SPAM, days, note)
    assert log() == []


def test_sanction_is_refused_while_another_is_active(moderator):
    person = factories.create_resident()
    impose_sanction(moderator, person)
    with pytest.raises(Refused):
        impose_sanction(moderator, person)


def test_sanctioned_person_may_not_write_support_rate_or_report(moderator, log):
    person, process = factories.create_resident(), factories.create_process()
    own = factories.create_proposal(process, author=person)
    said = comment_operations.post_comment(person, own, "Saya tambahkan.", stance=Stance.FOR)
    proposal = factories.create_proposal(process)
    theirs = comment_operations.post_comment(
        factories.create_resident(), proposal, "Baik.", stance=Stance.FOR
    )
    impose_sanction(moderator, person)
    log()
    for refused in (
        lambda: factories.create_proposal(process, author=person),
        lambda: proposal_operations.revise_proposal(person, own, "Judul", "Teks lain", ""),
        lambda: support_proposal(person, proposal),
        lambda: comment_operations.post_comment(person, proposal, "Lagi", stance=Stance.FOR),
        lambda: comment_operations.edit_comment(person, said, "Lain"),
        lambda: comment_operations.rate_comment(person, theirs, True),
        lambda: moderation_operations.report_contribution(person, theirs, ModerationRule.SPAM),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert "dibatasi" in str(error.value.reason)
    assert log() == []


def test_sanctioned_person_may_vote_withdraw_export_and_leave(moderator, log):
    person, poll = factories.create_resident(), factories.create_poll()
    own = factories.create_proposal(author=person)
    impose_sanction(moderator, person)
    log()
    ballot_operations.cast_ballot(person, poll, poll.options[0])
    proposal_operations.withdraw_proposal(person, own, "Saya cabut.")
    assert get_account_data(person)["proposals"]
    erase_account(person, factories.PASSPHRASE)
    assert person.is_erased


def test_sanction_ends_by_the_clock_without_a_log_row(moderator, clock, log):
    person = factories.create_resident()
    impose_sanction(moderator, person, days=1)
    log()
    clock.shift(timedelta(hours=23))
    assert get_active_sanction(person)
    clock.shift(timedelta(hours=2))
    assert get_active_sanction(person) is None
    assert log() == []
    assert factories.create_proposal(author=person)


def test_sanction_can_be_lifted_by_a_moderator(moderator, log):
    person = factories.create_resident()
    sanction, officer = impose_sanction(moderator, person), factories.create_staff()
    log()
    with pytest.raises(Refused):
        sanction_operations.lift_sanction(officer, sanction)
    sanction_operations.lift_sanction(moderator, sanction)
    (entry,) = log()
    assert (entry.kind, get_active_sanction(person)) == ("sanction.lifted", None)


@pytest.mark.parametrize("outcome", list(AppealOutcome))
def test_sanction_appeal_is_decided_by_another_moderator(moderator, log, outcome):
    person = factories.create_resident()
    sanction, second = (
        impose_sanction(moderator, person),
        factories.create_staff(role=Role.MODERATOR),
    )
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    assert appealed_sanctions() == [sanction]
    log()
    with pytest.raises(Refused):
        sanction_operations.review_sanction(moderator, sanction, outcome, "Tidak.")
    with pytest.raises(Refused):
        sanction_operations.lift_sanction(moderator, sanction)
    sanction_operations.review_sanction(second, sanction, outcome, "Sudah dilihat.")
    kinds = [entry.kind for entry in log()]
    is_granted = outcome == AppealOutcome.GRANTED
    assert kinds == ["sanction.reviewed", *(["sanction.lifted"] if is_granted else [])]
    assert (get_active_sanction(person) is None) is is_granted
    assert appealed_sanctions() == []


def test_sanction_appeal_is_for_the_sanctioned_person_once(moderator, log):
    person = factories.create_resident()
    sanction = impose_sanction(moderator, person)
    log()
    with pytest.raises(Refused):
        sanction_operations.appeal_sanction(factories.create_resident(), sanction, "Bebaskan.")
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    with pytest.raises(Refused):
        sanction_operations.appeal_sanction(person, sanction, "Sekali lagi.")
    assert [e.kind for e in log() if e.kind.startswith("sanction")] == ["sanction.appealed"]


def test_erased_account_clears_the_texts_of_its_sanctions(moderator):
    person = factories.create_resident()
    sanction = impose_sanction(moderator, person)
    sanction_operations.appeal_sanction(person, sanction, "Itu bukan iklan.")
    erase_account(person, factories.PASSPHRASE)
    factories.reload(sanction)
    assert (sanction.appeal_reason, sanction.note) == ("", "")
