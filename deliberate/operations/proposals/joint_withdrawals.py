"""Withdrawals that several authors decide: all agree, or nobody objects within seven days."""

import logging

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Person, Proposal, UnitContribution, WithdrawalRequest
from deliberate.models.proposals.coauthor import OBJECTION_PERIOD
from deliberate.operations.moderation.open_items import close_open_items
from deliberate.operations.proposals.coauthors import notify_coauthors
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.proposals.coauthors import (
    Work,
    may_decide_withdrawal,
    may_request_withdrawal,
)
from deliberate.queries.proposals.coauthors import get_open_request
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean
from deliberate.vocabulary.events.documents import AmendmentWithdrawn
from deliberate.vocabulary.events.proposals import (
    ProposalWithdrawn,
    WithdrawalAgreed,
    WithdrawalObjected,
    WithdrawalRequested,
)
from deliberate.vocabulary.notices import WithdrawalObjectedNotice, WithdrawalRequestedNotice

_log = logging.getLogger(__name__)


def request_withdrawal(
    author: Person, work: Work, reason: str = "", *, context: RequestContext = NO_REQUEST
) -> WithdrawalRequest:
    """Ask the other authors to withdraw a text; without an objection the date decides.

    Raises Refused, also while another request is open.
    """
    with recorded(author, WithdrawalRequested, context) as act:
        require(may_request_withdrawal(author, act.lock(work)))
        if not work.coauthor_count:
            raise Refused(_("You are its only author. You can withdraw it."))
        if get_open_request(work) is not None:
            raise Refused(_("A withdrawal is requested already."))
        request = WithdrawalRequest(
            proposal_id=work.id if isinstance(work, Proposal) else None,
            contribution_id=None if isinstance(work, Proposal) else work.id,
            requested_by_id=author.id,
            reason=clean(reason),
            requested_at=now(),
            due_at=now() + OBJECTION_PERIOD,
            agreed_ids=[author.id],
        )
        act.session.add(request)
        act.about(work)
        notify_coauthors(act, author, work, WithdrawalRequestedNotice())
    return request


def agree_to_withdrawal(
    author: Person, request: WithdrawalRequest, *, context: RequestContext = NO_REQUEST
) -> None:
    """Agree to a withdrawal; with the last agreement the text is withdrawn. Raises Refused."""
    with recorded(author, WithdrawalAgreed, context) as act:
        work = act.lock(request.work)
        require(may_decide_withdrawal(author, act.lock(request)))
        request.agreed_ids = [*request.agreed_ids, author.id]
        act.about(work)
    if is_due(request):
        complete_withdrawal(request)


def object_to_withdrawal(
    author: Person, request: WithdrawalRequest, *, context: RequestContext = NO_REQUEST
) -> None:
    """Object to a withdrawal before its date: the text stays. Raises Refused."""
    with recorded(author, WithdrawalObjected, context) as act:
        work = act.lock(request.work)
        require(may_decide_withdrawal(author, act.lock(request)))
        request.ended_at = now()
        act.about(work)
        notify_coauthors(act, author, work, WithdrawalObjectedNotice())


def is_due(request: WithdrawalRequest) -> bool:
    """Return whether a request is decided: its date has come, or all authors agreed."""
    if request.ended_at is not None:
        return False
    authors = {author.id for author in request.work.authors}
    return request.due_at <= now() or authors <= set(request.agreed_ids)


def complete_withdrawal(request: WithdrawalRequest) -> None:
    """Withdraw the text of a request that is decided; nothing happens where it is not any more."""
    work = request.work
    if isinstance(work, Proposal):
        _complete_proposal(request, work)
    else:
        _complete_amendment(request, work)


def _complete_proposal(request: WithdrawalRequest, proposal: Proposal) -> None:
    with recorded(request.requested_by, ProposalWithdrawn) as act:
        act.lock(proposal)
        _require_due(act.lock(request))
        require(may_request_withdrawal(request.requested_by, proposal))
        proposal.withdrawn_at, proposal.withdrawn_reason = now(), request.reason
        request.ended_at = now()
        close_open_items(act, proposal)
        act.set_text(lambda: proposal.withdrawn_reason, proposal)
        act.about(proposal, reason_given=bool(request.reason))


def _complete_amendment(request: WithdrawalRequest, amendment: UnitContribution) -> None:
    with recorded(request.requested_by, AmendmentWithdrawn) as act:
        act.lock(amendment)
        _require_due(act.lock(request))
        require(may_request_withdrawal(request.requested_by, amendment))
        amendment.withdrawn_at = request.ended_at = now()
        act.about(amendment)


def _require_due(request: WithdrawalRequest) -> None:
    if not is_due(request):
        raise Refused(_("This is decided already."))


def complete_due_withdrawals() -> int:
    """Withdraw what is decided by its date; return the number. A refused one ends."""
    ids = db.session.scalars(
        select(WithdrawalRequest.id)
        .where(WithdrawalRequest.ended_at.is_(None), WithdrawalRequest.due_at <= now())
        .order_by(WithdrawalRequest.due_at, WithdrawalRequest.id)
        .limit(50)
    ).all()
    return sum(_complete_by_date(request_id) for request_id in ids)


def _complete_by_date(request_id: int) -> bool:
    request = db.session.get(WithdrawalRequest, request_id)
    if request is None:
        return False
    try:
        complete_withdrawal(request)
    except OperationalError:
        raise
    except Refused:  # answered or withdrawn meanwhile: one request must not stop the others
        db.session.rollback()
        _log.info("withdrawal request %s could not be completed", request_id)
        with unrecorded("what cannot be withdrawn any more is not tried again") as session:
            session.get_one(WithdrawalRequest, request_id).ended_at = now()
        return False
    return True
