"""Steps of commitments: progress, fulfilment, or dropping them with a reason."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.days import local_today
from deliberate.models import Commitment, CommitmentStep, Person
from deliberate.operations.notices.notices import notify_participants
from deliberate.permissions.decision import (
    InvalidInput,
    require,
)
from deliberate.permissions.responses import may_update_commitment
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.responses import (
    CommitmentDropped,
    CommitmentFulfilled,
    CommitmentUpdated,
)
from deliberate.vocabulary.notices import (
    CommitmentDroppedNotice,
    CommitmentFulfilledNotice,
    CommitmentUpdatedNotice,
)


def update_commitment(
    officer: Person,
    commitment: Commitment,
    note: str,
    evidence: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Publish the progress of a commitment."""
    with recorded(officer, CommitmentUpdated, context) as act:
        require(may_update_commitment(officer, act.lock(commitment)))
        if not clean_line(note):
            raise InvalidInput(_("Describe the progress."))
        today = local_today(commitment.response.proposal.process)
        state = commitment.state_on(today)
        _add_step(act, officer, commitment, "updated", note, evidence)
        act.about(commitment, state=state)
        notify_participants(
            act, commitment.response.proposal, CommitmentUpdatedNotice(commitment=commitment.id)
        )


def fulfil_commitment(
    officer: Person,
    commitment: Commitment,
    note: str = "",
    evidence: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Mark a commitment as fulfilled; residents are then asked whether it is."""
    with recorded(officer, CommitmentFulfilled, context) as act:
        require(may_update_commitment(officer, act.lock(commitment)))
        commitment.fulfilled_at = now()
        _add_step(act, officer, commitment, "fulfilled", note, evidence)
        act.about(commitment)
        notify_participants(
            act, commitment.response.proposal, CommitmentFulfilledNotice(commitment=commitment.id)
        )


def drop_commitment(
    officer: Person, commitment: Commitment, reason: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Drop a commitment, with a reason."""
    with recorded(officer, CommitmentDropped, context) as act:
        require(may_update_commitment(officer, act.lock(commitment)))
        if not clean(reason):
            raise InvalidInput(_("Give the reason for dropping the commitment."))
        commitment.dropped_at, commitment.dropped_reason = now(), clean(reason)
        _add_step(act, officer, commitment, "dropped", reason, "")
        act.about(commitment, reason_given=True)
        notify_participants(
            act, commitment.response.proposal, CommitmentDroppedNotice(commitment=commitment.id)
        )


def _add_step(
    act: Act[...], officer: Person, commitment: Commitment, state: str, note: str, evidence: str
) -> None:
    step = CommitmentStep(
        commitment_id=commitment.id,
        person_id=officer.id,
        state=state,
        note=clean_line(note)[:500],
        evidence=clean_line(evidence)[:500],
        taken_at=now(),
    )
    act.session.add(step)
    act.set_text(lambda: step.sealed_text, step)
