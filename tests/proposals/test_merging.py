"""Merging proposals and undoing it without loss."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Notice, Support
from deliberate.operations.proposals.merging import merge_proposals, unmerge_proposal
from deliberate.operations.proposals.supports import support_proposal, withdraw_support
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.notices.recipients import list_participants
from deliberate.queries.proposals.listing import ProposalFilters, list_proposals
from deliberate.queries.proposals.workflow_state import state_of
from deliberate.queries.search.similar_proposals import similar_proposals
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.vocabulary import ProposalState, Role, Stance
from tests import factories


@pytest.fixture
def pair(app, clock):
    """Return two proposals of a process, and a moderator."""
    process = factories.create_process(threshold=4)
    return (
        factories.create_proposal(process),
        factories.create_proposal(process),
        factories.create_staff(role=Role.MODERATOR),
    )


def list_supports(proposal):
    db.session.rollback()
    statement = (
        select(Support).where(Support.proposal_id == proposal.id).order_by(Support.person_id)
    )
    return [
        (support.person_id, support.version, support.given_at)
        for support in db.session.scalars(statement)
    ]


def test_merging_is_one_act_and_unmerging_another(pair, log):
    source, target, moderator = pair
    log()
    merge_proposals(moderator, source, target)
    (entry,) = log()
    assert (entry.kind, entry.subject_id, entry.details) == (
        "proposal.merged",
        source.id,
        {"into": target.id},
    )
    assert state_of(source) == ProposalState.MERGED
    unmerge_proposal(moderator, source)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("proposal.unmerged", {})
    assert state_of(source) == ProposalState.PUBLISHED


def test_merging_copies_supports_once_per_person_and_keeps_the_earlier(pair, clock):
    source, target, moderator = pair
    both, only_merged, later = (
        factories.create_resident(),
        factories.create_resident(),
        factories.create_resident(),
    )
    for person, proposal in (
        (both, source),
        (later, target),
        (both, target),
        (only_merged, source),
        (later, source),
    ):
        support_proposal(person, proposal)
        clock.shift(timedelta(minutes=1))
    before = list_supports(source), list_supports(target)
    first = {person: given_at for person, _version, given_at in before[0]}
    merge_proposals(moderator, source, target)
    merged = {person: given_at for person, _version, given_at in list_supports(target)}
    assert merged[both.id] == first[both.id] and merged[only_merged.id] == first[only_merged.id]
    assert merged[later.id] < first[later.id] and target.support_count == 3
    assert list(find_counter_mismatches(db.session())) == []
    unmerge_proposal(moderator, source)
    assert (list_supports(source), list_supports(target)) == before
    assert list(find_counter_mismatches(db.session())) == []


def test_merging_gives_the_target_no_support_by_its_author(pair):
    source, target, moderator = pair
    support_proposal(target.author, source)
    merge_proposals(moderator, source, target)
    assert target.support_count == 0 and list_supports(target) == []


def test_unmerging_does_not_restore_a_withdrawn_support(pair):
    source, target, moderator = pair
    person = factories.create_resident()
    support_proposal(person, source)
    merge_proposals(moderator, source, target)
    withdraw_support(person, target)
    unmerge_proposal(moderator, source)
    assert list_supports(source) == list_supports(target) == []
    assert list(find_counter_mismatches(db.session())) == []


def test_merging_takes_the_earlier_deadline_and_unmerging_restores_it(pair, clock):
    source, target, moderator = pair
    people = [factories.create_resident() for _ in range(4)]
    for person in people:
        support_proposal(person, source)
    start, due = source.qualified_at, source.due_at
    clock.shift(timedelta(days=3))
    merge_proposals(moderator, source, target)
    assert (target.qualified_at, target.due_at) == (start, due)
    unmerge_proposal(moderator, source)
    assert target.qualified_at is None and target.due_at is None and source.due_at == due


def test_merging_qualifies_the_target_at_the_threshold(pair, log):
    source, target, moderator = pair
    for index in range(4):
        support_proposal(factories.create_resident(), (source, target)[index % 2])
    log()
    merge_proposals(moderator, source, target)
    act, consequence = log()
    assert (consequence.kind, consequence.subject_id) == ("proposal.qualified", target.id)
    assert consequence.cause == act.id and target.due_at is not None


def test_merged_proposal_takes_no_acts_and_is_not_listed(pair):
    source, target, moderator = pair
    merge_proposals(moderator, source, target)
    with pytest.raises(Refused, match="lanjutkan di sana"):
        support_proposal(factories.create_resident(), source)
    with pytest.raises(Refused, match="lanjutkan di sana"):
        comment_operations.post_comment(
            factories.create_resident(), source, "Ya.", stance=Stance.FOR
        )
    assert [row.id for row, _ in list_proposals(ProposalFilters())[0]] == [target.id]
    assert [row.id for row in similar_proposals(source.title)] == [target.id]


def test_merging_notifies_participants_and_makes_them_recipients(pair):
    source, target, moderator = pair
    commenter = factories.create_resident()
    comment_operations.post_comment(commenter, source, "Ya.", stance=Stance.FOR)
    merge_proposals(moderator, source, target)
    kinds = [notice.kind for notice in db.session.scalars(select(Notice).order_by(Notice.id))]
    assert kinds[-2:] == ["proposal.merged", "proposal.joined"]
    recipients = {person for person, _why in list_participants(target, 0, 50)}
    assert {commenter.id, source.author_id, target.author_id} <= recipients


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.ADMIN])
def test_merging_is_allowed_for_staff_and_moderators(pair, role):
    source, target, _moderator = pair
    merge_proposals(factories.create_staff(role=role), source, target)
    assert source.merged_into_id == target.id


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.EVALUATOR])
def test_merging_is_refused_for_other_roles(pair, role):
    source, target, moderator = pair
    for person in (factories.create_resident(), source.author, factories.create_staff(role=role)):
        with pytest.raises(Refused):
            merge_proposals(person, source, target)
    merge_proposals(moderator, source, target)
    with pytest.raises(Refused):
        unmerge_proposal(factories.create_resident(), source)


def test_merging_is_refused_for_unsuitable_proposals(pair):
    source, target, moderator = pair
    with pytest.raises(Refused, match="dirinya sendiri"):
        merge_proposals(moderator, source, source)
    with pytest.raises(Refused, match="proses yang sama"):
        merge_proposals(moderator, source, factories.create_proposal())
    merge_proposals(moderator, source, target)
    with pytest.raises(Refused, match="lanjutkan di sana"):
        merge_proposals(moderator, source, target)
    with pytest.raises(Refused, match="tidak digabungkan"):
        unmerge_proposal(moderator, target)


def test_unmerging_a_chain_begins_at_its_end(pair):
    first, second, moderator = pair
    third = factories.create_proposal(first.process)
    person = factories.create_resident()
    support_proposal(person, first)
    merge_proposals(moderator, first, second)
    merge_proposals(moderator, second, third)
    assert third.support_count == 1
    with pytest.raises(Refused, match="batalkan itu"):
        unmerge_proposal(moderator, first)
    unmerge_proposal(moderator, second)
    unmerge_proposal(moderator, first)
    assert [p.support_count for p in (first, second, third)] == [1, 0, 0]


def test_merging_is_refused_for_an_author(pair):
    source, target, _moderator = pair
    officer = factories.create_staff()
    own = factories.create_proposal(source.process, officer)
    with pytest.raises(Refused, match="orang lain"):
        merge_proposals(officer, own, target)
