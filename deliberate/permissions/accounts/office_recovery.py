"""Who helps somebody back into an account at an office: two officers of it, never one alone."""

from flask_babel import lazy_gettext as _

from deliberate.models import OfficeRecovery, Person
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role
from deliberate.vocabulary import Role

_OVER = _("This is over: the time has passed, or it was stopped. Begin again.")


def works_at_office(officer: Person | None, institution_id: int | None = None) -> Decision:
    """Staff of an institution; of this one, where it is named."""
    answer = has_role(officer, Role.STAFF)
    if officer is None or not answer:
        return answer
    if officer.institution_id is None or institution_id not in {None, officer.institution_id}:
        return Decision(_("Another office does this."))
    return ALLOWED


def may_be_recovered(person: Person) -> Decision:
    """Living accounts of residents: whoever works here has administrators to turn to."""
    if not person.is_active or person.sign_in_name is None:
        return Decision(_("This account is closed."))
    if person.role != Role.RESIDENT:
        return Decision(
            _("Accounts of people who work here are not opened at an office; ask an administrator.")
        )
    return ALLOWED


def may_begin_recovery(officer: Person | None, person: Person) -> Decision:
    """Staff, for a resident's account."""
    return all_of(works_at_office(officer), may_be_recovered(person))


def may_confirm_recovery(officer: Person | None, recovery: OfficeRecovery) -> Decision:
    """Another officer of the same office, while it waits."""
    first = officer is not None and officer.id == recovery.begun_by_id
    done = Decision(_("It was confirmed, and the code was shown. If it is lost, begin again."))
    return all_of(
        works_at_office(officer, recovery.institution_id),
        done if recovery.opens else ALLOWED,
        Decision(_("A colleague confirms it: nobody opens an account alone."))
        if first
        else ALLOWED,
        may_be_recovered(recovery.person),
        ALLOWED if recovery.waits else Decision(_OVER),
    )


def may_use_recovery(person: Person, recovery: OfficeRecovery) -> Decision:
    """Whose code it is, while it opens."""
    is_own = recovery.person_id == person.id
    return all_of(
        may_be_recovered(person), ALLOWED if is_own and recovery.opens else Decision(_OVER)
    )


def may_stop_recovery(person: Person | None, recovery: OfficeRecovery) -> Decision:
    """The account's owner, and staff of the office."""
    is_own = person is not None and person.id == recovery.person_id
    return all_of(
        ALLOWED if is_own else works_at_office(person, recovery.institution_id),
        ALLOWED if recovery.waits or recovery.opens else Decision(_OVER),
    )
