"""Handing a proposal over: in public, with a reason, taken in three working days or sent back."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Case, Institution, Person, Proposal, Referral
from deliberate.operations.notices.notices import tell_people, tell_staff
from deliberate.operations.responses.cases import settle_bounce, the_case
from deliberate.permissions.decision import Decision, Refused, all_of, has_role, require
from deliberate.permissions.responses import coordinates, is_owed, may_answer
from deliberate.queries.processes.working_days import ACCEPT_DAYS, due_after
from deliberate.queries.responses.response_owner import asked_id, coordinator_id
from deliberate.recording import Act, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import Kind, Role

OUTSIDE = ("SP4N-LAPOR!", "OSS", "IKNow", "MPP Digital")
"""Systems outside that a proposal can be handed to by their reference."""


def refer_proposal(
    officer: Person,
    proposal: Proposal,
    to: Institution | None,
    reason: str,
    *,
    external_system: str = "",
    external_reference: str = "",
) -> Referral:
    """Hand a proposal over to another institution, or note where it was handed outside.

    The response clock does not restart. Outside, the institution keeps the duty to answer.
    """
    with recorded(officer, Kind.PROPOSAL_REFERRED) as act:
        act.locked(proposal)
        require(all_of(may_answer(officer, proposal) or coordinates(officer), is_owed(proposal)))
        settle_bounce(act, proposal)
        case = the_case(act, proposal)
        if case.referral_id is not None:
            raise Refused(_("A referral of this proposal is waiting to be accepted."))
        giver = asked_id(proposal)
        _refuse_senseless(to, giver, reason, external_system)
        referral = Referral(
            proposal=proposal,
            from_id=giver,
            to_id=to.id if to else None,
            external_system=clean_line(external_system),
            external_reference=clean_line(external_reference),
            reason=clean(reason),
            referred_by_id=officer.id,
            referred_at=now(),
            accept_by=due_after(proposal.process, now(), ACCEPT_DAYS) if to else None,
        )
        act.session.add(referral)
        act.session.flush()
        if to is not None:
            _offer(case, referral)
        _about(act, referral)
    return referral


def _offer(case: Case, referral: Referral) -> None:
    case.referral_id = referral.id
    case.referral_count += 1
    case.assignee_id = case.started_at = None


def _refuse_senseless(
    to: Institution | None, giver: int | None, reason: str, external_system: str
) -> None:
    if to is None and not external_system:
        raise Refused(_("Say to whom the proposal is handed over."))
    if to is not None and to.id == giver:
        raise Refused(_("A proposal cannot be referred to the institution that has it."))
    if not clean(reason):
        raise Refused(_("A referral needs a reason; it is public."))


def _about(act: Act, referral: Referral) -> None:
    system = "".join(c for c in referral.external_system if c.isalnum() or c in "-.+")
    act.about(referral.proposal, to=referral.to_id, external_system=system or None)
    tell_people(act, "proposal.referred", referral.proposal, referral=referral.id)
    tell_staff(act, "desk.offered", referral.to_id, referral.proposal, referral=referral.id)


def may_receive(officer: Person, referral: Referral) -> Decision:
    """Staff of the institution a hand-over waits for, within its days."""
    if not (answer := has_role(officer, Role.STAFF)):
        return answer
    if officer.institution_id != referral.to_id:
        return Decision(_("This referral is for another institution."))
    if referral.state_at(now()) != "offered":
        return Decision(
            _("This referral is no longer open: it was taken, sent back or came too late.")
        )
    return is_owed(referral.proposal)


def accept_referral(officer: Person, referral: Referral) -> None:
    """Take a proposal that was handed over; the institution owes the answer from now on."""
    with recorded(officer, Kind.REFERRAL_ACCEPTED) as act:
        proposal = act.locked(referral.proposal)
        require(may_receive(officer, act.locked(referral)))
        referral.accepted_at = now()
        proposal.institution_id = referral.to_id
        the_case(act, proposal).referral_id = None
        act.about(referral)
        tell_people(act, "referral.accepted", proposal, referral=referral.id)


def decline_referral(officer: Person, referral: Referral, reason: str) -> None:
    """Send a hand-over back, with a reason; it goes to the coordinating institution."""
    with recorded(officer, Kind.REFERRAL_DECLINED) as act:
        proposal = act.locked(referral.proposal)
        require(may_receive(officer, act.locked(referral)))
        if not clean(reason):
            raise Refused(_("A referral needs a reason; it is public."))
        referral.declined_at, referral.declined_reason = now(), clean(reason)
        proposal.institution_id = coordinator_id() or referral.from_id
        the_case(act, proposal).referral_id = None
        act.about(referral)
        tell_staff(act, "desk.bounced", proposal.institution_id, proposal, referral=referral.id)
