"""Operations that merge proposals with the same request and undo a merger."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Merger, Person, Proposal, Support
from deliberate.operations.notices.notices import notify_participants, notify_person
from deliberate.operations.proposals.supports import qualify
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.merging import may_merge, may_unmerge
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary.events.proposals import ProposalMerged, ProposalUnmerged
from deliberate.vocabulary.notices import JoinedNotice, MergedNotice, UnmergedNotice


def merge_proposals(
    moderator: Person,
    proposal: Proposal,
    target: Proposal,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Merge a proposal into a target; its own thread stays readable.

    The target receives the supports it lacks, one per person, and its response deadline counts
    from the earlier of both starts. Raises Refused if the moderator may not merge them.
    """
    with recorded(moderator, ProposalMerged, context) as act:
        _lock_proposals(act, proposal, target)
        require(may_merge(moderator, proposal, target))
        merger = _add_merger(act, moderator, proposal, target)
        _copy_supports(act, proposal, target, merger)
        proposal.merged_into_id, proposal.merged_at = target.id, merger.merged_at
        act.about(proposal, into=target.id)
        _inherit_deadline(act, proposal, target)
        _notify_of_merger(act, proposal, target)


def _notify_of_merger(act: Act[...], proposal: Proposal, target: Proposal) -> None:
    notify_participants(act, proposal, MergedNotice(into=target.id))
    writers = {author.id for author in proposal.authors}
    for author in target.authors:
        if author.id not in writers:
            notify_person(act, author, JoinedNotice(joined=proposal.id), target)


def _add_merger(act: Act[...], moderator: Person, proposal: Proposal, target: Proposal) -> Merger:
    """Store a merger with the dates of the target that undoing it restores; return it."""
    merger = Merger(
        proposal_id=proposal.id,
        target_id=target.id,
        moderator_id=moderator.id,
        merged_at=now(),
        previous_qualified_at=target.qualified_at,
        previous_due_at=target.due_at,
    )
    act.session.add(merger)
    act.session.flush()
    return merger


def _lock_proposals(act: Act[...], *proposals: Proposal) -> None:
    """Lock proposals in the order of their ids, so that concurrent mergers cannot deadlock."""
    for proposal in sorted(proposals, key=lambda proposal: proposal.id):
        act.lock(proposal)


def _copy_supports(act: Act[...], proposal: Proposal, target: Proposal, merger: Merger) -> None:
    """Copy supports to the target. Of a person who supports both, the earlier support remains."""
    authors = {author.id for author in target.authors}
    existing_by_person = {support.person_id: support for support in _list_supports(act, target)}
    for support in _list_supports(act, proposal):
        existing = existing_by_person.get(support.person_id)
        if support.person_id in authors:
            continue
        if existing is None:
            act.session.add(_copied_support(support, target))
            target.support_count += 1
        elif support.given_at < existing.given_at:
            before = [merger.id, existing.version, existing.given_at.isoformat()]
            existing.replaced = [*existing.replaced, before]
            existing.version, existing.given_at = support.version, support.given_at


def _list_supports(act: Act[...], proposal: Proposal) -> list[Support]:
    supports = select(Support).where(Support.proposal_id == proposal.id).order_by(Support.id)
    return list(act.session.scalars(supports))


def _copied_support(support: Support, target: Proposal) -> Support:
    return Support(
        person_id=support.person_id,
        proposal_id=target.id,
        version=support.version,
        given_at=support.given_at,
        merged_from_id=support.proposal_id,
    )


def _inherit_deadline(act: Act[...], proposal: Proposal, target: Proposal) -> None:
    if proposal.qualified_at is not None:
        if target.qualified_at is None or proposal.qualified_at < target.qualified_at:
            target.qualified_at, target.due_at = proposal.qualified_at, proposal.due_at
    elif target.qualified_at is None and target.support_count >= target.process.support_threshold:
        qualify(act, target)


def unmerge_proposal(
    moderator: Person, proposal: Proposal, *, context: RequestContext = NO_REQUEST
) -> None:
    """Undo a merger: restore supports and deadline of the target, and leave what came since."""
    with recorded(moderator, ProposalUnmerged, context) as act:
        merger = _get_open_merger(act, proposal)
        target = act.session.get_one(Proposal, merger.target_id)
        _lock_proposals(act, proposal, target)
        require(may_unmerge(moderator, proposal, target))
        _separate_supports(act, proposal, target, merger)
        proposal.merged_into_id = proposal.merged_at = None
        merger.undone_at = now()
        act.about(proposal)
        _restore_deadline(act, target, merger)
        notify_participants(act, proposal, UnmergedNotice(into=target.id))


def _get_open_merger(act: Act[...], proposal: Proposal) -> Merger:
    merger = act.session.scalar(
        select(Merger)
        .where(Merger.proposal_id == proposal.id, Merger.undone_at.is_(None))
        .with_for_update()
    )
    if merger is None:
        raise Refused(_("This proposal is not merged into another one."))
    return merger


def _separate_supports(act: Act[...], proposal: Proposal, target: Proposal, merger: Merger) -> None:
    for support in _list_supports(act, target):
        if support.merged_from_id == proposal.id:
            act.session.delete(support)
            target.support_count -= 1
            continue
        for merger_id, version, given_at in support.replaced:
            if merger_id == merger.id:
                support.version, support.given_at = version, datetime.fromisoformat(given_at)
        support.replaced = [row for row in support.replaced if row[0] != merger.id]


def _restore_deadline(act: Act[...], target: Proposal, merger: Merger) -> None:
    """Restore the target's own deadline, unless it is answered or qualifies by itself."""
    if target.answered_at is not None:
        return
    target.qualified_at, target.due_at = merger.previous_qualified_at, merger.previous_due_at
    if target.qualified_at is None and target.support_count >= target.process.support_threshold:
        qualify(act, target)
