"""Publishing, changing, supporting, following: one row each, and for those who may alone."""

import pytest

from deliberate.models import Draft
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.drafts import drafts_of
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.vocabulary import (
    Kind,
    PhaseKind,
    ProposalState,
    ResponseDecision,
    Role,
    Stance,
    Switch,
)
from tests import factories

WRITTEN = {"title": "Lampu jalan", "body": "Gelap."}


def test_publishing_leaves_one_row_and_counts_in_its_process(app, log):
    process, author = factories.a_process(), factories.resident()
    log()
    proposal = proposal_operations.submit_proposal(author, process, " Lampu  jalan\n", "**Gelap**.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.PROPOSAL_SUBMITTED, proposal.id)
    assert entry.details == {"initiator": "resident"}
    assert (proposal.title, proposal.slug) == ("Lampu jalan", "lampu-jalan")
    assert proposal.body_html == "<p><strong>Gelap</strong>.</p>"
    assert (process.proposal_count, len(proposal.versions)) == (1, 1)


def test_staff_propose_as_the_authority(app):
    proposal = factories.a_proposal(author=factories.staff(role=Role.ADMIN))
    assert proposal.initiator == "authority"


def test_a_threshold_of_none_owes_a_response_at_once(app, log):
    process = factories.a_process(threshold=0)
    log()
    proposal = factories.a_proposal(process)
    assert log()[-1].kind == Kind.PROPOSAL_QUALIFIED and proposal.due_at is not None


def test_a_phase_that_closed_since_the_page_takes_no_proposal(app, clock, log):
    process, author = factories.a_process(days=2), factories.resident()
    clock.shift(3 * 86400)
    log()
    with pytest.raises(Refused):
        proposal_operations.submit_proposal(author, process, "Lampu", "Gelap.")
    assert log() == []


def test_a_draft_goes_with_its_proposal_and_is_spent_once(app, log):
    process, author = factories.a_process(), factories.resident()
    draft = proposal_operations.save_draft(author, WRITTEN)
    log()
    proposal_operations.submit_proposal(author, process, "Lampu", "Gelap.", draft=draft)
    assert len(log()) == 1 and drafts_of(author.id) == []
    with pytest.raises(Refused):
        proposal_operations.submit_proposal(author, process, "Lampu", "Gelap.", draft=Draft(id=99))


def test_a_draft_leaves_no_row_and_is_its_authors_alone(app, log):
    author, stranger = factories.resident(), factories.resident()
    log()
    draft = proposal_operations.save_draft(author, WRITTEN)
    proposal_operations.save_draft(author, {**WRITTEN, "title": "Lampu terang"}, draft)
    assert log() == []
    for act in (
        lambda: proposal_operations.save_draft(stranger, WRITTEN, draft),
        lambda: proposal_operations.discard_draft(stranger, draft),
        lambda: proposal_operations.submit_proposal(
            stranger, factories.a_process(), "L", "G", draft=draft
        ),
    ):
        with pytest.raises(Refused):
            act()
    assert drafts_of(author.id)[0].written["title"] == "Lampu terang"
    proposal_operations.discard_draft(author, draft)
    assert drafts_of(author.id) == []


def test_a_new_version_keeps_the_old_one_and_the_support(app, log):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    proposal_operations.support_proposal(factories.resident(), proposal)
    log()
    proposal_operations.revise_proposal(author, proposal, "Dua bangku", "Dua cukup.", "Satu lagi")
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.PROPOSAL_REVISED, {"version": 2, "credits": []})
    assert [version.title for version in proposal.versions] == [
        "Bangku di tiap halte",
        "Dua bangku",
    ]
    assert (proposal.version, proposal.support_count) == (2, 1)


def test_a_version_credits_comments_of_its_own_thread_alone(app, log):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    led = comment_operations.post_comment(factories.resident(), proposal, "Dua.", stance=Stance.FOR)
    elsewhere = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), "Tiga.", stance=Stance.FOR
    )
    with pytest.raises(Refused):
        proposal_operations.revise_proposal(author, proposal, "A", "B", "C", [led.id, elsewhere.id])
    log()
    proposal_operations.revise_proposal(author, proposal, "A", "B", "C", [led.id, led.id])
    assert log()[0].details == {"version": 2, "credits": [led.id]}


@pytest.mark.parametrize("stranger", [Role.RESIDENT, Role.ADMIN])
def test_only_the_author_changes_or_withdraws(app, log, stranger):
    proposal = factories.a_proposal()
    somebody = factories.resident() if stranger == Role.RESIDENT else factories.staff(role=stranger)
    log()
    with pytest.raises(Refused):
        proposal_operations.revise_proposal(somebody, proposal, "A", "B", "C")
    with pytest.raises(Refused):
        proposal_operations.withdraw_proposal(somebody, proposal, "Tidak jadi.")
    assert log() == []


def test_an_answered_proposal_stays_as_it_was_answered(app):
    office, author = factories.an_institution(), factories.resident()
    proposal = factories.a_proposal(factories.a_process(office, threshold=1), author)
    proposal_operations.support_proposal(factories.resident(), proposal)
    publish_response(
        factories.staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    with pytest.raises(Refused):
        proposal_operations.revise_proposal(author, proposal, "A", "B", "C")
    with pytest.raises(Refused):
        proposal_operations.withdraw_proposal(author, proposal, "Tidak jadi.")


def test_withdrawing_leaves_a_row_and_ends_support(app, log):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    log()
    proposal_operations.withdraw_proposal(author, proposal, "Sudah dikerjakan.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.PROPOSAL_WITHDRAWN, {"reason_given": 1})
    with pytest.raises(Refused):
        proposal_operations.support_proposal(factories.resident(), proposal)
    with pytest.raises(Refused):
        proposal_operations.withdraw_proposal(author, proposal, "Lagi.")


def test_support_counts_a_person_once_and_can_be_taken_back(app, log):
    proposal, person = factories.a_proposal(), factories.resident()
    log()
    proposal_operations.support_proposal(person, proposal)
    with pytest.raises(Refused):
        proposal_operations.support_proposal(person, proposal)
    proposal_operations.take_back_support(person, proposal)
    assert [entry.kind for entry in log()] == [Kind.SUPPORT_GIVEN, Kind.SUPPORT_TAKEN_BACK]
    factories.again(proposal)
    assert proposal.support_count == 0
    with pytest.raises(Refused):
        proposal_operations.take_back_support(person, proposal)


def test_the_threshold_once_reached_stays_reached_and_fires_once(app, log):
    proposal = factories.a_proposal(factories.a_process(threshold=2))
    first, second, third = factories.resident(), factories.resident(), factories.resident()
    proposal_operations.support_proposal(first, proposal)
    assert proposal.qualified_at is None
    proposal_operations.support_proposal(second, proposal)
    proposal_operations.take_back_support(second, proposal)
    proposal_operations.support_proposal(third, proposal)
    qualified = [entry for entry in log() if entry.kind == Kind.PROPOSAL_QUALIFIED]
    assert len(qualified) == 1 and qualified[0].details["supports"] == 2
    assert proposal.qualified_at is not None


def test_nobody_supports_their_own_proposal(app):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    with pytest.raises(Refused):
        proposal_operations.support_proposal(author, proposal)


def test_support_ends_with_its_phase(app, clock):
    process = factories.a_process(days=2)
    proposal, person = factories.a_proposal(process), factories.resident()
    proposal_operations.support_proposal(person, proposal)
    factories.phase(process, PhaseKind.RESPONSE, process.phases[0].closes_at, 9, Switch.RESPOND)
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        proposal_operations.support_proposal(factories.resident(), proposal)
    with pytest.raises(Refused):
        proposal_operations.take_back_support(person, proposal)


def test_following_starts_and_ends_once(app, log):
    proposal, person = factories.a_proposal(), factories.resident()
    log()
    proposal_operations.follow(person, proposal)
    with pytest.raises(Refused):
        proposal_operations.follow(person, proposal)
    proposal_operations.unfollow(person, proposal)
    with pytest.raises(Refused):
        proposal_operations.unfollow(person, proposal)
    assert [entry.kind for entry in log()] == [Kind.FOLLOW_STARTED, Kind.FOLLOW_ENDED]


def test_attention_is_comments_and_supports_together(app):
    proposal = factories.a_proposal()
    comment_operations.post_comment(factories.resident(), proposal, "Ya.", stance=Stance.FOR)
    proposal_operations.support_proposal(factories.resident(), proposal)
    factories.again(proposal)
    assert proposal.attention == 2


def test_a_proposals_state_follows_from_its_dates(app, clock):
    office, author = factories.an_institution(), factories.resident()
    proposal = factories.a_proposal(factories.a_process(office, threshold=1, days=99), author)
    assert state_of(proposal) == ProposalState.PUBLISHED and days_left(proposal) is None
    proposal_operations.support_proposal(factories.resident(), proposal)
    assert state_of(proposal) == ProposalState.DUE and days_left(proposal) == 20
    clock.shift(60 * 86400)
    assert days_left(proposal) < 0
    publish_response(
        factories.staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    assert state_of(proposal) == ProposalState.RESPONDED and days_left(proposal) is None


def test_a_withdrawn_proposal_is_in_no_other_state(app):
    author = factories.resident()
    proposal = factories.a_proposal(factories.a_process(threshold=0), author)
    proposal_operations.withdraw_proposal(author, proposal, "Sudah.")
    assert state_of(proposal) == ProposalState.WITHDRAWN
