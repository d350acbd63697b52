"""Permissions on account recovery at an office: two officers, never one alone."""

from flask_babel import lazy_gettext as _

from deliberate.models import OfficeRecovery, Person
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    not_yours,
)
from deliberate.vocabulary import Role

_EXPIRED = _("This has ended: it expired or was stopped. Start again.")


def is_staff_of(officer: Person | None, institution_id: int | None = None) -> Decision:
    """Return whether a person is staff of this institution, or of any where none is named."""
    decision = has_role(officer, Role.STAFF)
    if officer is None or not decision:
        return decision
    if officer.institution_id is None or institution_id not in {None, officer.institution_id}:
        return not_yours(_("Another office is responsible for this."))
    return ALLOWED


def may_be_recovered(person: Person) -> Decision:
    """Return whether an account is recovered at an office: active accounts of residents are."""
    if not person.is_active or person.sign_in_name is None:
        return Decision(_("This account is closed."))
    if person.role != Role.RESIDENT:
        return Decision(
            _("Accounts of people who work here are not opened at an office; ask an administrator.")
        )
    return ALLOWED


def may_begin_recovery(officer: Person | None, person: Person) -> Decision:
    """Return whether staff begin the recovery of an account."""
    return all_of(is_staff_of(officer), may_be_recovered(person))


def may_confirm_recovery(officer: Person | None, recovery: OfficeRecovery) -> Decision:
    """Return whether a person confirms a recovery: another officer of the office, in time."""
    is_first_officer = officer is not None and officer.id == recovery.begun_by_id
    confirmed = Decision(
        _("It was confirmed and the code was shown. If the code is lost, start again.")
    )
    alone = not_yours(_("A colleague must confirm: one officer alone cannot open an account."))
    return all_of(
        is_staff_of(officer, recovery.institution_id),
        alone if is_first_officer else ALLOWED,
        confirmed if recovery.has_valid_code else ALLOWED,
        may_be_recovered(recovery.person),
        ALLOWED if recovery.is_pending else Decision(_EXPIRED),
    )


def may_use_recovery(person: Person, recovery: OfficeRecovery) -> Decision:
    """Return whether a person uses the code of a recovery: the owner, while it is valid."""
    is_own = recovery.person_id == person.id
    return all_of(
        may_be_recovered(person),
        ALLOWED if is_own and recovery.has_valid_code else Decision(_EXPIRED),
    )


def may_stop_recovery(person: Person | None, recovery: OfficeRecovery) -> Decision:
    """Return whether a person stops a recovery: the owner, or staff of the office."""
    is_own = person is not None and person.id == recovery.person_id
    is_active = recovery.is_pending or recovery.has_valid_code
    return all_of(
        ALLOWED if is_own else is_staff_of(person, recovery.institution_id),
        ALLOWED if is_active else Decision(_EXPIRED),
    )
