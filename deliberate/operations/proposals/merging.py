"""Joining proposals that ask for the same without losing anything, and taking them apart again."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Merger, Person, Proposal, Support
from deliberate.operations.notices.notices import tell_people, tell_person
from deliberate.operations.proposals.proposals import qualify
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.merging import may_merge, may_unmerge
from deliberate.recording import Act, recorded
from deliberate.vocabulary import Kind


def merge_proposals(moderator: Person, proposal: Proposal, into: Proposal) -> None:
    """Join a proposal to another one: supports united, one a person; its thread stays readable.

    The target's response clock counts from the earlier of both starts.
    """
    with recorded(moderator, Kind.PROPOSAL_MERGED) as act:
        _lock(act, proposal, into)
        require(may_merge(moderator, proposal, into))
        merger = Merger(
            proposal_id=proposal.id,
            into_id=into.id,
            moderator_id=moderator.id,
            merged_at=now(),
            own_qualified_at=into.qualified_at,
            own_due_at=into.due_at,
        )
        merger.replaced = _unite_supports(act, proposal, into)
        act.session.add(merger)
        proposal.merged_into_id, proposal.merged_at = into.id, merger.merged_at
        act.about(proposal, into=into.id)
        _take_clock(act, proposal, into)
        tell_people(act, "proposal.merged", proposal, into=into.id)
        if into.author_id != proposal.author_id:
            tell_person(act, "proposal.joined", into.author, into, joined=proposal.id)


def _lock(act: Act, *proposals: Proposal) -> None:
    """By number, so that two mergers at once cannot wait for each other."""
    for proposal in sorted(proposals, key=lambda one: one.id):
        act.locked(proposal)


def _unite_supports(act: Act, proposal: Proposal, into: Proposal) -> list[list[object]]:
    """Give the target each support it lacks, and the earlier one where somebody gave both."""
    own = {support.person_id: support for support in _supports_of(act, into)}
    replaced: list[list[object]] = []
    for support in _supports_of(act, proposal):
        kept = own.get(support.person_id)
        if support.person_id == into.author_id:
            continue
        if kept is None:
            act.session.add(_carried(support, into))
            into.support_count += 1
        elif support.given_at < kept.given_at:
            replaced.append([kept.person_id, kept.version, kept.given_at.isoformat()])
            kept.version, kept.given_at = support.version, support.given_at
    return replaced


def _supports_of(act: Act, proposal: Proposal) -> list[Support]:
    found = select(Support).where(Support.proposal_id == proposal.id).order_by(Support.id)
    return list(act.session.scalars(found))


def _carried(support: Support, into: Proposal) -> Support:
    return Support(
        person_id=support.person_id,
        proposal_id=into.id,
        version=support.version,
        given_at=support.given_at,
        from_id=support.proposal_id,
    )


def _take_clock(act: Act, proposal: Proposal, into: Proposal) -> None:
    if proposal.qualified_at is not None:
        if into.qualified_at is None or proposal.qualified_at < into.qualified_at:
            into.qualified_at, into.due_at = proposal.qualified_at, proposal.due_at
    elif into.qualified_at is None and into.support_count >= into.process.support_threshold:
        qualify(act, into)


def unmerge_proposal(moderator: Person, proposal: Proposal) -> None:
    """Take a joined proposal out again: everything is as it was, and what came since stays."""
    with recorded(moderator, Kind.PROPOSAL_UNMERGED) as act:
        merger = _merger_of(act, proposal)
        into = act.session.get_one(Proposal, merger.into_id)
        _lock(act, proposal, into)
        require(may_unmerge(moderator, proposal, into))
        _part_supports(act, proposal, into, merger)
        proposal.merged_into_id = proposal.merged_at = None
        merger.undone_at = now()
        act.about(proposal)
        _give_clock_back(act, into, merger)
        tell_people(act, "proposal.unmerged", proposal, into=into.id)


def _merger_of(act: Act, proposal: Proposal) -> Merger:
    merger = act.session.scalar(
        select(Merger)
        .where(Merger.proposal_id == proposal.id, Merger.undone_at.is_(None))
        .with_for_update()
    )
    if merger is None:
        raise Refused(_("This proposal is not joined to another one."))
    return merger


def _part_supports(act: Act, proposal: Proposal, into: Proposal, merger: Merger) -> None:
    before = {person: (version, given_at) for person, version, given_at in merger.replaced}
    for support in _supports_of(act, into):
        if support.from_id == proposal.id:
            act.session.delete(support)
            into.support_count -= 1
        elif support.person_id in before:
            version, given_at = before[support.person_id]
            support.version, support.given_at = version, datetime.fromisoformat(given_at)


def _give_clock_back(act: Act, into: Proposal, merger: Merger) -> None:
    """The target's own clock runs again, unless it is answered or has enough supports by itself."""
    if into.answered_at is not None:
        return
    into.qualified_at, into.due_at = merger.own_qualified_at, merger.own_due_at
    if into.qualified_at is None and into.support_count >= into.process.support_threshold:
        qualify(act, into)
