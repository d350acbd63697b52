"""Permissions on entries at an office: a clerk enters what a person in front of them decides."""

from flask_babel import lazy_gettext as _

from deliberate.models import OfficeAccount, Person, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, not_yours
from deliberate.vocabulary import AccountClass, Role


def is_clerk(person: Person | None) -> Decision:
    """Allow staff and administrators who work for an institution."""
    decision = has_role(person, Role.STAFF, Role.ADMIN)
    if decision and person is not None and person.institution_id is None:
        return not_yours(_("Your account belongs to no institution."))
    return decision


def is_clerk_of(person: Person | None, process: Process) -> Decision:
    """Allow clerks of the institutions that have a part in a process."""
    if person is None or not (decision := is_clerk(person)):
        return is_clerk(person)
    if person.institution_id not in {member.institution_id for member in process.institutions}:
        return not_yours(_("Your institution has no part in this process."))
    return decision


def may_be_helped(person: Person) -> Decision:
    """Allow the active accounts of residents: staff and organisations act for themselves."""
    if not person.is_active or person.role != Role.RESIDENT:
        return not_yours(_("Only residents can be helped at an office."))
    if person.account_class != AccountClass.PERSON:
        return not_yours(_("Only people can be helped at an office, not organisations."))
    return ALLOWED


def may_enter_for(clerk: Person | None, person: Person, process: Process) -> Decision:
    """Allow clerks of an institution of the process to enter an act of a resident."""
    return all_of(is_clerk_of(clerk, process), may_be_helped(person))


def may_claim(account: OfficeAccount) -> Decision:
    """Allow taking over an account with its paper, once and while the code is valid."""
    if account.has_valid_code and account.person.is_active:
        return ALLOWED
    return Decision(_("This code was used already or has expired."))
