"""Coming back at an office: one officer begins, a second one confirms, the owner is told of both.

Neither sees a passphrase or chooses one: the code on paper is worth something with the sign-in name
alone, once, for a day.
"""

from deliberate.clock import now
from deliberate.models import OfficeRecovery, Person
from deliberate.notifications.preferences import (
    RECOVERY_BEGUN,
    RECOVERY_CONFIRMED,
    RECOVERY_STOPPED,
)
from deliberate.operations.accounts.recovery_codes import hash_recovery_code, new_recovery_code
from deliberate.operations.notices.notices import tell_person
from deliberate.permissions.accounts.office_recovery import (
    may_begin_recovery,
    may_confirm_recovery,
    may_stop_recovery,
)
from deliberate.permissions.decision import require
from deliberate.queries.accounts.office_recovery import recovery_of
from deliberate.recording import recorded
from deliberate.vocabulary import Kind, Proof


def begin_recovery(officer: Person, person: Person, proof: Proof) -> OfficeRecovery:
    """Begin to help somebody who sits at the desk; it waits two hours for a colleague.

    What was begun before for the same account ends, so that one code at most opens it.
    """
    with recorded(officer, Kind.RECOVERY_BEGUN) as act:
        require(may_begin_recovery(act.locked(officer), act.locked(person)))
        before = recovery_of(person)
        if before is not None:
            act.locked(before).stopped_at = now()
        recovery = OfficeRecovery(
            person=person,
            institution_id=officer.institution_id,
            proof=proof,
            begun_by=officer,
            begun_at=now(),
        )
        act.session.add(recovery)
        act.about(recovery, proof=proof.value)
        tell_person(act, RECOVERY_BEGUN, person)
    return recovery


def confirm_recovery(officer: Person, recovery: OfficeRecovery, proof: Proof) -> str:
    """Confirm as a second officer who sees the same person; gives the code, shown this once."""
    code = new_recovery_code()
    with recorded(officer, Kind.RECOVERY_CONFIRMED) as act:
        act.locked(officer)
        act.locked(recovery.person)
        require(may_confirm_recovery(officer, act.locked(recovery)))
        recovery.confirmed_by_id, recovery.confirmed_at = officer.id, now()
        recovery.code_hash = hash_recovery_code(recovery.person, code)
        act.about(recovery, proof=proof.value)
        tell_person(act, RECOVERY_CONFIRMED, recovery.person)
    return code


def stop_recovery(stopper: Person, recovery: OfficeRecovery) -> None:
    """Stop it, as the account's owner or at the office; a code given already opens nothing."""
    with recorded(stopper, Kind.RECOVERY_STOPPED) as act:
        require(may_stop_recovery(act.locked(stopper), act.locked(recovery)))
        recovery.stopped_at = now()
        act.about(recovery, own=int(stopper.id == recovery.person_id))
        tell_person(act, RECOVERY_STOPPED, recovery.person)
