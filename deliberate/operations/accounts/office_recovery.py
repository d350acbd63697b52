"""Account recovery in person at an office, with two officers.

One officer begins, another confirms, and the owner is notified of both. Neither sees or chooses a
passphrase: the printed code opens the account together with the sign-in name, once, for a day.
"""

from deliberate.clock import now
from deliberate.models import OfficeRecovery, Person
from deliberate.operations.accounts.recovery_codes import hash_recovery_code, new_recovery_code
from deliberate.operations.notices.notices import notify_person
from deliberate.permissions.accounts.office_recovery import (
    may_begin_recovery,
    may_confirm_recovery,
    may_stop_recovery,
)
from deliberate.permissions.decision import require
from deliberate.queries.accounts.office_recovery import get_active_recovery
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary import IdentityProof
from deliberate.vocabulary.events.accounts import RecoveryBegun, RecoveryConfirmed, RecoveryStopped
from deliberate.vocabulary.notices import (
    RecoveryBegunNotice,
    RecoveryConfirmedNotice,
    RecoveryStoppedNotice,
)


def begin_recovery(
    officer: Person, person: Person, proof: IdentityProof, *, context: RequestContext = NO_REQUEST
) -> OfficeRecovery:
    """Begin the recovery of an account; a second officer confirms within two hours.

    Stops an earlier recovery of the account, so that at most one code opens it. Raises Refused.
    """
    with recorded(officer, RecoveryBegun, context) as act:
        require(may_begin_recovery(act.lock(officer), act.lock(person)))
        _stop_earlier_recovery(act, person)
        recovery = OfficeRecovery(
            person=person,
            institution_id=officer.institution_id,
            proof=proof,
            begun_by=officer,
            begun_at=now(),
        )
        act.session.add(recovery)
        act.about(recovery, proof=proof)
        notify_person(act, person, RecoveryBegunNotice())
    return recovery


def _stop_earlier_recovery(act: Act[...], person: Person) -> None:
    earlier = get_active_recovery(person)
    if earlier is not None:
        act.lock(earlier).stopped_at = now()


def confirm_recovery(
    officer: Person,
    recovery: OfficeRecovery,
    proof: IdentityProof,
    *,
    context: RequestContext = NO_REQUEST,
) -> str:
    """Confirm a recovery as the second officer; return the code, which is shown once.

    Raises Refused.
    """
    code = new_recovery_code()
    with recorded(officer, RecoveryConfirmed, context) as act:
        act.lock(officer)
        act.lock(recovery.person)
        require(may_confirm_recovery(officer, act.lock(recovery)))
        recovery.confirmed_by_id, recovery.confirmed_at = officer.id, now()
        recovery.code_hash = hash_recovery_code(recovery.person, code)
        act.about(recovery, proof=proof)
        notify_person(act, recovery.person, RecoveryConfirmedNotice())
    return code


def stop_recovery(
    stopper: Person, recovery: OfficeRecovery, *, context: RequestContext = NO_REQUEST
) -> None:
    """Stop a recovery, as the owner or at the office; its code becomes invalid. Raises Refused."""
    with recorded(stopper, RecoveryStopped, context) as act:
        require(may_stop_recovery(act.lock(stopper), act.lock(recovery)))
        recovery.stopped_at = now()
        act.about(recovery, own=stopper.id == recovery.person_id)
        notify_person(act, recovery.person, RecoveryStoppedNotice())
