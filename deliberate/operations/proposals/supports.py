"""Operations on supports: give support to a proposal and withdraw it."""

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Person, Proposal, Support
from deliberate.operations.accounts.office_entry import record_clerk
from deliberate.operations.notices.notices import notify_participants, notify_staff
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.proposals import may_support
from deliberate.queries.processes.working_days import response_deadline
from deliberate.queries.responses.response_owner import response_owner_id
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary.events.proposals import SupportGiven, SupportTakenBack
from deliberate.vocabulary.events.responses import ProposalQualified
from deliberate.vocabulary.notices import NewCaseNotice, QualifiedNotice


def support_proposal(
    supporter: Person, proposal: Proposal, *, context: RequestContext = NO_REQUEST
) -> None:
    """Support a proposal, once per person; at the threshold a response becomes due.

    Raises Refused if the phase does not allow support or the person supports it already.
    """
    with recorded(supporter, SupportGiven, context) as act:
        require(may_support(supporter, act.lock(proposal)))
        if _get_support(act, supporter, proposal) is not None:
            raise Refused(_("You already support this proposal."))
        act.session.add(_new_support(supporter, proposal))
        proposal.support_count += 1
        act.about(proposal)
        record_clerk(act, context, supporter, proposal.process, proposal)
        is_reached = proposal.support_count >= proposal.process.support_threshold
        if is_reached and proposal.qualified_at is None:
            qualify(act, proposal)


def _new_support(supporter: Person, proposal: Proposal) -> Support:
    return Support(
        person_id=supporter.id,
        proposal_id=proposal.id,
        version=proposal.version,
        given_at=now(),
    )


def qualify(act: Act[...], proposal: Proposal) -> None:
    """Start the response deadline of a proposal, recorded as a consequence of the act."""
    proposal.qualified_at = now()
    proposal.due_at = response_deadline(proposal.process, proposal.qualified_at)
    act.consequence(ProposalQualified, proposal, supports=proposal.support_count, verified=0)
    notify_participants(act, proposal, QualifiedNotice())
    notify_staff(act, response_owner_id(proposal), proposal, NewCaseNotice())


def withdraw_support(
    supporter: Person, proposal: Proposal, *, context: RequestContext = NO_REQUEST
) -> None:
    """Withdraw support while the phase allows support; a qualified proposal stays qualified."""
    with recorded(supporter, SupportTakenBack, context) as act:
        require(may_support(supporter, act.lock(proposal)))
        support = _get_support(act, supporter, proposal)
        if support is None:
            raise Refused(_("You do not support this proposal."))
        _withdraw_merged_supports(act, support)
        act.session.delete(support)
        proposal.support_count -= 1
        act.about(proposal)


def _withdraw_merged_supports(act: Act[...], support: Support) -> None:
    """Withdraw the supports of merged proposals that this support was copied from."""
    current: Support | None = support
    while current is not None and current.merged_from_id is not None:
        original = select(Support).where(
            Support.person_id == current.person_id, Support.proposal_id == current.merged_from_id
        )
        current = act.session.scalar(original)
        if current is not None:
            merged = act.lock(act.session.get_one(Proposal, current.proposal_id))
            merged.support_count -= 1
            act.session.delete(current)


def _get_support(act: Act[...], person: Person, proposal: Proposal) -> Support | None:
    return act.session.scalar(
        select(Support).where(Support.person_id == person.id, Support.proposal_id == proposal.id)
    )
