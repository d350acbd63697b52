"""Referrals of proposals: public, with a reason, accepted in three working days or declined."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import new_salt
from deliberate.models import Case, Institution, Person, Proposal, Referral
from deliberate.operations.notices.notices import notify_participants, notify_staff
from deliberate.operations.responses.cases import get_or_create_case, reassign_lapsed_referral
from deliberate.operations.responses.outside_systems import queue_case, system_code
from deliberate.permissions.decision import InvalidInput, require
from deliberate.permissions.responses import may_accept_referral, may_refer
from deliberate.queries.processes.working_days import REFERRAL_ACCEPTANCE_DAYS, deadline_after
from deliberate.queries.responses.response_owner import (
    coordinating_institution_id,
    response_owner_id,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.responses import (
    ProposalReferred,
    ReferralAccepted,
    ReferralDeclined,
)
from deliberate.vocabulary.notices import (
    ReferralAcceptedNotice,
    ReferralNotice,
    ReferralOfferedNotice,
    ReferralReturnedNotice,
)

EXTERNAL_SYSTEMS = ("SP4N-LAPOR!", "OSS", "IKNow", "MPP Digital")
"""Systems outside this platform to which a proposal can be referred."""


def refer_proposal(
    officer: Person,
    proposal: Proposal,
    to: Institution | None,
    reason: str,
    *,
    external_system: str = "",
    external_reference: str = "",
    context: RequestContext = NO_REQUEST,
) -> Referral:
    """Refer a proposal to another institution, or (`to` None) to an external system.

    The response clock does not restart. After an external referral the institution still owes
    the response.
    """
    with recorded(officer, ProposalReferred, context) as act:
        case = get_or_create_case(act, act.lock(proposal))
        require(may_refer(officer, proposal, case))
        reassign_lapsed_referral(act, proposal)
        from_id = response_owner_id(proposal)
        _require_valid_referral(to, from_id, reason, external_system)
        accept_by = deadline_after(proposal.process, now(), REFERRAL_ACCEPTANCE_DAYS)
        referral = Referral(
            proposal=proposal,
            from_id=from_id,
            to_id=to.id if to else None,
            external_system=clean_line(external_system),
            external_reference=clean_line(external_reference),
            reason=clean(reason),
            referred_by_id=officer.id,
            referred_at=now(),
            accept_by=accept_by if to else None,
        )
        act.session.add(referral)
        act.session.flush()
        if to is not None:
            _set_pending_referral(case, referral)
        else:
            queue_case(act, referral)
        _describe_and_notify(act, referral)
    return referral


def _set_pending_referral(case: Case, referral: Referral) -> None:
    case.pending_referral_id = referral.id
    case.referral_count += 1
    case.assignee_id = case.started_at = None


def _require_valid_referral(
    to: Institution | None, from_id: int | None, reason: str, external_system: str
) -> None:
    if to is None and not external_system:
        raise InvalidInput(_("Choose where to refer the proposal."))
    if to is not None and to.id == from_id:
        raise InvalidInput(_("A proposal cannot be referred to the institution that has it."))
    if not clean(reason):
        raise InvalidInput(_("A referral needs a reason; it is public."))


def _describe_and_notify(act: Act[...], referral: Referral) -> None:
    system = system_code(referral.external_system)
    act.set_text(lambda: referral.sealed_text, referral)
    act.about(referral.proposal, to=referral.to_id, external_system=system or None)
    notify_participants(act, referral.proposal, ReferralNotice(referral=referral.id))
    offer = ReferralOfferedNotice(referral=referral.id)
    notify_staff(act, referral.to_id, referral.proposal, offer)


def accept_referral(
    officer: Person, referral: Referral, *, context: RequestContext = NO_REQUEST
) -> None:
    """Accept a referral; the officer's institution owes the response from now on."""
    with recorded(officer, ReferralAccepted, context) as act:
        proposal = act.lock(referral.proposal)
        require(may_accept_referral(officer, act.lock(referral)))
        referral.accepted_at = now()
        proposal.institution_id = referral.to_id
        get_or_create_case(act, proposal).pending_referral_id = None
        act.about(referral)
        notify_participants(act, proposal, ReferralAcceptedNotice(referral=referral.id))


def decline_referral(
    officer: Person, referral: Referral, reason: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Decline a referral with a reason; the coordinating institution becomes responsible."""
    with recorded(officer, ReferralDeclined, context) as act:
        proposal = act.lock(referral.proposal)
        require(may_accept_referral(officer, act.lock(referral)))
        if not clean(reason):
            raise InvalidInput(_("A referral needs a reason; it is public."))
        referral.declined_at, referral.declined_reason = now(), clean(reason)
        referral.salt = referral.salt or new_salt()  # one of before may have none
        act.set_text(lambda: referral.declined_reason, referral)
        proposal.institution_id = coordinating_institution_id() or referral.from_id
        get_or_create_case(act, proposal).pending_referral_id = None
        act.about(referral)
        returned = ReferralReturnedNotice(referral=referral.id)
        notify_staff(act, proposal.institution_id, proposal, returned)
