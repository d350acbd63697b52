"""Operations on proposals, drafts, supports and follows: records and permissions."""

import pytest

from deliberate.models import Draft
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.drafts import discard_draft, save_draft
from deliberate.operations.proposals.follows import follow_subject, unfollow_subject
from deliberate.operations.proposals.supports import support_proposal, withdraw_support
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.proposals.drafts import list_drafts
from deliberate.queries.proposals.workflow_state import days_left, state_of
from deliberate.vocabulary import (
    PhaseKind,
    PhaseSwitch,
    ProposalState,
    ResponseDecision,
    Role,
    Stance,
)
from deliberate.vocabulary.events.proposals import (
    FollowEnded,
    FollowStarted,
    ProposalRevised,
    ProposalSubmitted,
    ProposalWithdrawn,
    SupportGiven,
    SupportTakenBack,
)
from deliberate.vocabulary.events.responses import ProposalQualified
from tests import factories

FIELDS = {"title": "Lampu jalan", "body": "Gelap."}


def test_submitting_records_one_row_and_counts_in_the_process(app, log):
    process, author = factories.create_process(), factories.create_resident()
    log()
    proposal = proposal_operations.submit_proposal(author, process, " Lampu  jalan\n", "**Gelap**.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (ProposalSubmitted.KIND, proposal.id)
    assert entry.details == {"initiator": "resident"}
    assert (proposal.title, proposal.slug) == ("Lampu jalan", "lampu-jalan")
    assert proposal.body_html == "<p><strong>Gelap</strong>.</p>"
    assert len(proposal.versions) == 1


def test_submitting_by_staff_has_the_authority_as_initiator(app):
    proposal = factories.create_proposal(author=factories.create_staff(role=Role.ADMIN))
    assert proposal.initiator == "authority"


def test_submitting_qualifies_at_once_without_a_threshold(app, log):
    process = factories.create_process(threshold=0)
    log()
    proposal = factories.create_proposal(process)
    assert log()[-1].kind == ProposalQualified.KIND and proposal.due_at is not None


def test_submitting_is_refused_when_the_phase_has_closed(app, clock, log):
    process, author = factories.create_process(days=2), factories.create_resident()
    clock.shift(3 * 86400)
    log()
    with pytest.raises(Refused):
        proposal_operations.submit_proposal(author, process, "Lampu", "Gelap.")
    assert log() == []


def test_submitting_consumes_a_draft_once(app, log):
    process, author = factories.create_process(), factories.create_resident()
    draft = save_draft(author, FIELDS)
    log()
    proposal_operations.submit_proposal(author, process, "Lampu", "Gelap.", draft=draft)
    assert len(log()) == 1 and list_drafts(author.id) == []
    with pytest.raises(Refused):
        proposal_operations.submit_proposal(author, process, "Lampu", "Gelap.", draft=Draft(id=99))


def test_new_draft_with_the_fields_of_another_is_that_one(app):
    author, other = factories.create_resident(), factories.create_resident()
    same = {save_draft(author, FIELDS).id for _press in range(8)}
    assert len(same) == 1 and len(list_drafts(author.id)) == 1
    assert save_draft(other, FIELDS).id not in same
    assert save_draft(author, {**FIELDS, "title": "Lampu terang"}).id not in same


def test_draft_is_not_recorded_and_private_to_its_author(app, log):
    author, stranger = factories.create_resident(), factories.create_resident()
    log()
    draft = save_draft(author, FIELDS)
    save_draft(author, {**FIELDS, "title": "Lampu terang"}, draft)
    assert log() == []
    for act in (
        lambda: save_draft(stranger, FIELDS, draft),
        lambda: discard_draft(stranger, draft),
        lambda: proposal_operations.submit_proposal(
            stranger, factories.create_process(), "L", "G", draft=draft
        ),
    ):
        with pytest.raises(Refused):
            act()
    assert list_drafts(author.id)[0].fields["title"] == "Lampu terang"
    discard_draft(author, draft)
    assert list_drafts(author.id) == []


def test_revising_keeps_old_version_and_supports(app, log):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    support_proposal(factories.create_resident(), proposal)
    log()
    proposal_operations.revise_proposal(author, proposal, "Dua bangku", "Dua cukup.", "Satu lagi")
    (entry,) = log()
    assert (entry.kind, entry.details) == (ProposalRevised.KIND, {"version": 2, "credits": []})
    assert [version.title for version in proposal.versions] == [
        "Bangku di tiap halte",
        "Dua bangku",
    ]
    assert (proposal.version, proposal.support_count) == (2, 1)


def test_revising_credits_comments_of_its_thread_only(app, log):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    credited = comment_operations.post_comment(
        factories.create_resident(), proposal, "Dua.", stance=Stance.FOR
    )
    elsewhere = comment_operations.post_comment(
        factories.create_resident(), factories.create_proposal(), "Tiga.", stance=Stance.FOR
    )
    with pytest.raises(Refused):
        proposal_operations.revise_proposal(
            author, proposal, "A", "B", "C", [credited.id, elsewhere.id]
        )
    log()
    proposal_operations.revise_proposal(author, proposal, "A", "B", "C", [credited.id, credited.id])
    assert log()[0].details == {"version": 2, "credits": [credited.id]}


@pytest.mark.parametrize("stranger", [Role.RESIDENT, Role.ADMIN])
def test_revising_and_withdrawing_are_refused_for_others(app, log, stranger):
    proposal = factories.create_proposal()
    other = (
        factories.create_resident()
        if stranger == Role.RESIDENT
        else factories.create_staff(role=stranger)
    )
    log()
    with pytest.raises(Refused):
        proposal_operations.revise_proposal(other, proposal, "A", "B", "C")
    with pytest.raises(Refused):
        proposal_operations.withdraw_proposal(other, proposal, "Tidak jadi.")
    assert log() == []


def test_revising_and_withdrawing_are_refused_after_a_response(app):
    office, author = factories.create_institution(), factories.create_resident()
    proposal = factories.create_proposal(factories.create_process(office, threshold=1), author)
    support_proposal(factories.create_resident(), proposal)
    publish_response(
        factories.create_staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    with pytest.raises(Refused):
        proposal_operations.revise_proposal(author, proposal, "A", "B", "C")
    with pytest.raises(Refused):
        proposal_operations.withdraw_proposal(author, proposal, "Tidak jadi.")


def test_withdrawing_records_one_row_and_ends_support(app, log):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    log()
    proposal_operations.withdraw_proposal(author, proposal, "Sudah dikerjakan.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (ProposalWithdrawn.KIND, {"reason_given": 1})
    with pytest.raises(Refused):
        support_proposal(factories.create_resident(), proposal)
    with pytest.raises(Refused):
        proposal_operations.withdraw_proposal(author, proposal, "Lagi.")


def test_support_counts_once_per_person_and_can_be_withdrawn(app, log):
    proposal, person = factories.create_proposal(), factories.create_resident()
    log()
    support_proposal(person, proposal)
    with pytest.raises(Refused):
        support_proposal(person, proposal)
    withdraw_support(person, proposal)
    assert [entry.kind for entry in log()] == [SupportGiven.KIND, SupportTakenBack.KIND]
    factories.reload(proposal)
    assert proposal.support_count == 0
    with pytest.raises(Refused):
        withdraw_support(person, proposal)


def test_support_threshold_qualifies_once_and_for_good(app, log):
    proposal = factories.create_proposal(factories.create_process(threshold=2))
    first, second, third = (
        factories.create_resident(),
        factories.create_resident(),
        factories.create_resident(),
    )
    support_proposal(first, proposal)
    assert proposal.qualified_at is None
    support_proposal(second, proposal)
    withdraw_support(second, proposal)
    support_proposal(third, proposal)
    qualified = [entry for entry in log() if entry.kind == ProposalQualified.KIND]
    assert len(qualified) == 1 and qualified[0].details["supports"] == 2
    assert proposal.qualified_at is not None


def test_support_is_refused_for_the_author(app):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    with pytest.raises(Refused):
        support_proposal(author, proposal)


def test_support_is_refused_after_its_phase(app, clock):
    process = factories.create_process(days=2)
    proposal, person = factories.create_proposal(process), factories.create_resident()
    support_proposal(person, proposal)
    factories.add_phase(
        process, PhaseKind.RESPONSE, process.phases[0].closes_at, 9, PhaseSwitch.RESPOND
    )
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        support_proposal(factories.create_resident(), proposal)
    with pytest.raises(Refused):
        withdraw_support(person, proposal)


def test_follow_starts_and_ends_once(app, log):
    proposal, person = factories.create_proposal(), factories.create_resident()
    log()
    follow_subject(person, proposal)
    with pytest.raises(Refused):
        follow_subject(person, proposal)
    unfollow_subject(person, proposal)
    with pytest.raises(Refused):
        unfollow_subject(person, proposal)
    assert [entry.kind for entry in log()] == [FollowStarted.KIND, FollowEnded.KIND]


def test_activity_count_is_comments_and_supports(app):
    proposal = factories.create_proposal()
    comment_operations.post_comment(factories.create_resident(), proposal, "Ya.", stance=Stance.FOR)
    support_proposal(factories.create_resident(), proposal)
    factories.reload(proposal)
    assert proposal.activity_count == 2


def test_state_of_a_proposal_follows_its_dates(app, clock):
    office, author = factories.create_institution(), factories.create_resident()
    proposal = factories.create_proposal(
        factories.create_process(office, threshold=1, days=99), author
    )
    assert state_of(proposal) == ProposalState.PUBLISHED and days_left(proposal) is None
    support_proposal(factories.create_resident(), proposal)
    assert state_of(proposal) == ProposalState.DUE and days_left(proposal) == 20
    clock.shift(60 * 86400)
    assert days_left(proposal) < 0
    publish_response(
        factories.create_staff(office), proposal, ResponseDecision.ACCEPTED, "Ya", "Kami terima."
    )
    assert state_of(proposal) == ProposalState.RESPONDED and days_left(proposal) is None


def test_state_of_a_withdrawn_proposal_is_withdrawn(app):
    author = factories.create_resident()
    proposal = factories.create_proposal(factories.create_process(threshold=0), author)
    proposal_operations.withdraw_proposal(author, proposal, "Sudah.")
    assert state_of(proposal) == ProposalState.WITHDRAWN
