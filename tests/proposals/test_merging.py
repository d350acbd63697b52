"""Proposals joined and taken apart: nothing is lost, either way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Notice, Support
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.proposals.merging import merge_proposals, unmerge_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.notices.recipients import told_people
from deliberate.queries.proposals.listing import Wanted, proposals_listed
from deliberate.queries.proposals.workflow_state import state_of
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.queries.site.counter_check import wrong_counters
from deliberate.vocabulary import ProposalState, Role, Stance
from tests import factories


@pytest.fixture
def pair(app, clock):
    """Two proposals of one process, and a moderator."""
    process = factories.a_process(threshold=4)
    return (
        factories.a_proposal(process),
        factories.a_proposal(process),
        factories.staff(role=Role.MODERATOR),
    )


def supports(proposal):
    db.session.rollback()
    found = select(Support).where(Support.proposal_id == proposal.id).order_by(Support.person_id)
    return [(one.person_id, one.version, one.given_at) for one in db.session.scalars(found)]


def test_a_merger_is_one_act_and_so_is_its_undoing(pair, log):
    gone, kept, moderator = pair
    log()
    merge_proposals(moderator, gone, kept)
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == (
        "proposal.merged",
        gone.id,
        {"into": kept.id},
    )
    assert state_of(gone) == ProposalState.MERGED
    unmerge_proposal(moderator, gone)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("proposal.unmerged", {})
    assert state_of(gone) == ProposalState.PUBLISHED


def test_supports_are_united_one_a_person_the_earlier_kept(pair, clock):
    gone, kept, moderator = pair
    both, only, late = factories.resident(), factories.resident(), factories.resident()
    for person, proposal in ((both, gone), (late, kept), (both, kept), (only, gone), (late, gone)):
        proposal_operations.support_proposal(person, proposal)
        clock.shift(timedelta(minutes=1))
    before = supports(gone), supports(kept)
    first = {person: given_at for person, _version, given_at in before[0]}
    merge_proposals(moderator, gone, kept)
    united = {person: given_at for person, _version, given_at in supports(kept)}
    assert united[both.id] == first[both.id] and united[only.id] == first[only.id]
    assert united[late.id] < first[late.id] and kept.support_count == 3
    assert list(wrong_counters(db.session())) == []
    unmerge_proposal(moderator, gone)
    assert (supports(gone), supports(kept)) == before
    assert list(wrong_counters(db.session())) == []


def test_the_author_of_the_one_that_stays_does_not_support_it_by_merging(pair):
    gone, kept, moderator = pair
    proposal_operations.support_proposal(kept.author, gone)
    merge_proposals(moderator, gone, kept)
    assert kept.support_count == 0 and supports(kept) == []


def test_support_taken_back_after_merging_does_not_come_back_by_undoing(pair):
    gone, kept, moderator = pair
    person = factories.resident()
    proposal_operations.support_proposal(person, gone)
    merge_proposals(moderator, gone, kept)
    proposal_operations.take_back_support(person, kept)
    unmerge_proposal(moderator, gone)
    assert supports(gone) == supports(kept) == []
    assert list(wrong_counters(db.session())) == []


def test_the_clock_counts_from_the_earlier_start_and_goes_back(pair, clock):
    gone, kept, moderator = pair
    people = [factories.resident() for _ in range(4)]
    for person in people:
        proposal_operations.support_proposal(person, gone)
    start, due = gone.qualified_at, gone.due_at
    clock.shift(timedelta(days=3))
    merge_proposals(moderator, gone, kept)
    assert (kept.qualified_at, kept.due_at) == (start, due)
    unmerge_proposal(moderator, gone)
    assert kept.qualified_at is None and kept.due_at is None and gone.due_at == due


def test_supports_that_reach_the_threshold_together_start_the_clock(pair, log):
    gone, kept, moderator = pair
    for number in range(4):
        proposal_operations.support_proposal(factories.resident(), (gone, kept)[number % 2])
    log()
    merge_proposals(moderator, gone, kept)
    act, consequence = log()
    assert (consequence.kind, consequence.subject_id) == ("proposal.qualified", kept.id)
    assert consequence.cause == act.id and kept.due_at is not None


def test_a_joined_proposal_takes_nothing_more_and_stands_in_no_list(pair):
    gone, kept, moderator = pair
    merge_proposals(moderator, gone, kept)
    with pytest.raises(Refused, match="lanjutkan di sana"):
        proposal_operations.support_proposal(factories.resident(), gone)
    with pytest.raises(Refused, match="lanjutkan di sana"):
        comment_operations.post_comment(factories.resident(), gone, "Ya.", stance=Stance.FOR)
    assert [one.id for one in proposals_listed(Wanted())[0]] == [kept.id]
    assert [one.id for one in similar_proposals(gone.title)] == [kept.id]


def test_everyone_who_took_part_is_told_now_and_of_what_happens_to_the_other(pair):
    gone, kept, moderator = pair
    talker = factories.resident()
    comment_operations.post_comment(talker, gone, "Ya.", stance=Stance.FOR)
    merge_proposals(moderator, gone, kept)
    kinds = [notice.kind for notice in db.session.scalars(select(Notice).order_by(Notice.id))]
    assert kinds[-2:] == ["proposal.merged", "proposal.joined"]
    told = {person for person, _why in told_people(kept, 0, 50)}
    assert {talker.id, gone.author_id, kept.author_id} <= told


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_staff_and_moderators_join_proposals(pair, role):
    gone, kept, _moderator = pair
    merge_proposals(factories.staff(role=role), gone, kept)
    assert gone.merged_into_id == kept.id


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.EVALUATOR])
def test_nobody_else_does(pair, role):
    gone, kept, moderator = pair
    for person in (factories.resident(), gone.author, factories.staff(role=role)):
        with pytest.raises(Refused):
            merge_proposals(person, gone, kept)
    merge_proposals(moderator, gone, kept)
    with pytest.raises(Refused):
        unmerge_proposal(factories.resident(), gone)


def test_what_cannot_be_joined_is_refused(pair):
    gone, kept, moderator = pair
    with pytest.raises(Refused, match="dirinya sendiri"):
        merge_proposals(moderator, gone, gone)
    with pytest.raises(Refused, match="proses yang sama"):
        merge_proposals(moderator, gone, factories.a_proposal())
    merge_proposals(moderator, gone, kept)
    with pytest.raises(Refused, match="lanjutkan di sana"):
        merge_proposals(moderator, gone, kept)
    with pytest.raises(Refused, match="tidak digabungkan"):
        unmerge_proposal(moderator, kept)


def test_a_chain_is_undone_from_its_end(pair):
    first, second, moderator = pair
    third = factories.a_proposal(first.process)
    person = factories.resident()
    proposal_operations.support_proposal(person, first)
    merge_proposals(moderator, first, second)
    merge_proposals(moderator, second, third)
    assert third.support_count == 1
    with pytest.raises(Refused, match="batalkan itu"):
        unmerge_proposal(moderator, first)
    unmerge_proposal(moderator, second)
    unmerge_proposal(moderator, first)
    assert [p.support_count for p in (first, second, third)] == [1, 0, 0]


def test_one_may_not_join_what_one_wrote_oneself(pair):
    gone, kept, _moderator = pair
    officer = factories.staff()
    own = factories.a_proposal(gone.process, officer)
    with pytest.raises(Refused, match="orang lain"):
        merge_proposals(officer, own, kept)
