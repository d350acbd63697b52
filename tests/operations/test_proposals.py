"""Publishing, changing, supporting, following: one row each, and for those who may alone."""

import pytest

from deliberate.models import Draft
from deliberate.operations import comments, proposals
from deliberate.operations.responses import publish_response
from deliberate.permissions import Refused
from deliberate.queries.drafts import drafts_of
from deliberate.queries.states import days_left, state_of
from deliberate.vocabulary import Decision, Kind, PhaseKind, ProposalState, Role, Stance, Switch
from tests import city

WRITTEN = {"title": "Lampu jalan", "body": "Gelap."}


def test_publishing_leaves_one_row_and_counts_in_its_process(app, log):
    process, author = city.a_process(), city.resident()
    log()
    proposal = proposals.submit_proposal(author, process, " Lampu  jalan\n", "**Gelap**.")
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.PROPOSAL_SUBMITTED, proposal.id)
    assert entry.details == {"initiator": "resident"}
    assert (proposal.title, proposal.slug) == ("Lampu jalan", "lampu-jalan")
    assert proposal.body_html == "<p><strong>Gelap</strong>.</p>"
    assert (process.proposal_count, len(proposal.versions)) == (1, 1)


def test_staff_propose_as_the_authority(app):
    proposal = city.a_proposal(author=city.staff(role=Role.ADMIN))
    assert proposal.initiator == "authority"


def test_a_threshold_of_none_owes_a_response_at_once(app, log):
    process = city.a_process(threshold=0)
    log()
    proposal = city.a_proposal(process)
    assert log()[-1].kind == Kind.PROPOSAL_QUALIFIED and proposal.due_at is not None


def test_a_phase_that_closed_since_the_page_takes_no_proposal(app, clock, log):
    process, author = city.a_process(days=2), city.resident()
    clock.shift(3 * 86400)
    log()
    with pytest.raises(Refused):
        proposals.submit_proposal(author, process, "Lampu", "Gelap.")
    assert log() == []


def test_a_draft_goes_with_its_proposal_and_is_spent_once(app, log):
    process, author = city.a_process(), city.resident()
    draft = proposals.save_draft(author, WRITTEN)
    log()
    proposals.submit_proposal(author, process, "Lampu", "Gelap.", draft=draft)
    assert len(log()) == 1 and drafts_of(author.id) == []
    with pytest.raises(Refused):
        proposals.submit_proposal(author, process, "Lampu", "Gelap.", draft=Draft(id=99))


def test_a_draft_leaves_no_row_and_is_its_authors_alone(app, log):
    author, stranger = city.resident(), city.resident()
    log()
    draft = proposals.save_draft(author, WRITTEN)
    proposals.save_draft(author, {**WRITTEN, "title": "Lampu terang"}, draft)
    assert log() == []
    for act in (
        lambda: proposals.save_draft(stranger, WRITTEN, draft),
        lambda: proposals.discard_draft(stranger, draft),
        lambda: proposals.submit_proposal(stranger, city.a_process(), "L", "G", draft=draft),
    ):
        with pytest.raises(Refused):
            act()
    assert drafts_of(author.id)[0].written["title"] == "Lampu terang"
    proposals.discard_draft(author, draft)
    assert drafts_of(author.id) == []


def test_a_new_version_keeps_the_old_one_and_the_support(app, log):
    author = city.resident()
    proposal = city.a_proposal(author=author)
    proposals.support_proposal(city.resident(), proposal)
    log()
    proposals.revise_proposal(author, proposal, "Dua bangku", "Dua cukup.", "Satu lagi")
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.PROPOSAL_REVISED, {"version": 2, "credits": []})
    assert [version.title for version in proposal.versions] == [
        "Bangku di tiap halte",
        "Dua bangku",
    ]
    assert (proposal.version, proposal.support_count) == (2, 1)


def test_a_version_credits_comments_of_its_own_thread_alone(app, log):
    author = city.resident()
    proposal = city.a_proposal(author=author)
    led = comments.post_comment(city.resident(), proposal, "Dua.", stance=Stance.FOR)
    elsewhere = comments.post_comment(
        city.resident(), city.a_proposal(), "Tiga.", stance=Stance.FOR
    )
    with pytest.raises(Refused):
        proposals.revise_proposal(author, proposal, "A", "B", "C", [led.id, elsewhere.id])
    log()
    proposals.revise_proposal(author, proposal, "A", "B", "C", [led.id, led.id])
    assert log()[0].details == {"version": 2, "credits": [led.id]}


@pytest.mark.parametrize("stranger", [Role.RESIDENT, Role.ADMIN])
def test_only_the_author_changes_or_withdraws(app, log, stranger):
    proposal = city.a_proposal()
    somebody = city.resident() if stranger == Role.RESIDENT else city.staff(role=stranger)
    log()
    with pytest.raises(Refused):
        proposals.revise_proposal(somebody, proposal, "A", "B", "C")
    with pytest.raises(Refused):
        proposals.withdraw_proposal(somebody, proposal, "Tidak jadi.")
    assert log() == []


def test_an_answered_proposal_stays_as_it_was_answered(app):
    office, author = city.an_institution(), city.resident()
    proposal = city.a_proposal(city.a_process(office, threshold=1), author)
    proposals.support_proposal(city.resident(), proposal)
    publish_response(city.staff(office), proposal, Decision.ACCEPTED, "Ya", "Kami terima.")
    with pytest.raises(Refused):
        proposals.revise_proposal(author, proposal, "A", "B", "C")
    with pytest.raises(Refused):
        proposals.withdraw_proposal(author, proposal, "Tidak jadi.")


def test_withdrawing_leaves_a_row_and_ends_support(app, log):
    author = city.resident()
    proposal = city.a_proposal(author=author)
    log()
    proposals.withdraw_proposal(author, proposal, "Sudah dikerjakan.")
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.PROPOSAL_WITHDRAWN, {"reason_given": 1})
    with pytest.raises(Refused):
        proposals.support_proposal(city.resident(), proposal)
    with pytest.raises(Refused):
        proposals.withdraw_proposal(author, proposal, "Lagi.")


def test_support_counts_a_person_once_and_can_be_taken_back(app, log):
    proposal, person = city.a_proposal(), city.resident()
    log()
    proposals.support_proposal(person, proposal)
    with pytest.raises(Refused):
        proposals.support_proposal(person, proposal)
    proposals.take_back_support(person, proposal)
    assert [entry.kind for entry in log()] == [Kind.SUPPORT_GIVEN, Kind.SUPPORT_TAKEN_BACK]
    city.again(proposal)
    assert proposal.support_count == 0
    with pytest.raises(Refused):
        proposals.take_back_support(person, proposal)


def test_the_threshold_once_reached_stays_reached_and_fires_once(app, log):
    proposal = city.a_proposal(city.a_process(threshold=2))
    first, second, third = city.resident(), city.resident(), city.resident()
    proposals.support_proposal(first, proposal)
    assert proposal.qualified_at is None
    proposals.support_proposal(second, proposal)
    proposals.take_back_support(second, proposal)
    proposals.support_proposal(third, proposal)
    qualified = [entry for entry in log() if entry.kind == Kind.PROPOSAL_QUALIFIED]
    assert len(qualified) == 1 and qualified[0].details["supports"] == 2
    assert proposal.qualified_at is not None


def test_nobody_supports_their_own_proposal(app):
    author = city.resident()
    proposal = city.a_proposal(author=author)
    with pytest.raises(Refused):
        proposals.support_proposal(author, proposal)


def test_support_ends_with_its_phase(app, clock):
    process = city.a_process(days=2)
    proposal, person = city.a_proposal(process), city.resident()
    proposals.support_proposal(person, proposal)
    city.phase(process, PhaseKind.RESPONSE, process.phases[0].closes_at, 9, Switch.RESPOND)
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        proposals.support_proposal(city.resident(), proposal)
    with pytest.raises(Refused):
        proposals.take_back_support(person, proposal)


def test_following_starts_and_ends_once(app, log):
    proposal, person = city.a_proposal(), city.resident()
    log()
    proposals.follow(person, proposal)
    with pytest.raises(Refused):
        proposals.follow(person, proposal)
    proposals.unfollow(person, proposal)
    with pytest.raises(Refused):
        proposals.unfollow(person, proposal)
    assert [entry.kind for entry in log()] == [Kind.FOLLOW_STARTED, Kind.FOLLOW_ENDED]


def test_attention_is_comments_and_supports_together(app):
    proposal = city.a_proposal()
    comments.post_comment(city.resident(), proposal, "Ya.", stance=Stance.FOR)
    proposals.support_proposal(city.resident(), proposal)
    city.again(proposal)
    assert proposal.attention == 2


def test_a_proposals_state_follows_from_its_dates(app, clock):
    office, author = city.an_institution(), city.resident()
    proposal = city.a_proposal(city.a_process(office, threshold=1, days=99), author)
    assert state_of(proposal) == ProposalState.PUBLISHED and days_left(proposal) is None
    proposals.support_proposal(city.resident(), proposal)
    assert state_of(proposal) == ProposalState.DUE and days_left(proposal) == 20
    clock.shift(60 * 86400)
    assert days_left(proposal) < 0
    publish_response(city.staff(office), proposal, Decision.ACCEPTED, "Ya", "Kami terima.")
    assert state_of(proposal) == ProposalState.RESPONDED and days_left(proposal) is None


def test_a_withdrawn_proposal_is_in_no_other_state(app):
    author = city.resident()
    proposal = city.a_proposal(city.a_process(threshold=0), author)
    proposals.withdraw_proposal(author, proposal, "Sudah.")
    assert state_of(proposal) == ProposalState.WITHDRAWN
