"""Permissions for protected data, for removing releases and for registering study plans."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.days import local_today
from deliberate.models import DataAccessRequest, Person, StudyPlan
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    is_signed_in,
    not_yours,
)
from deliberate.vocabulary import Role

MAX_ACCESS_PERIOD = timedelta(days=365)


def may_request_data(person: Person | None) -> Decision:
    """Allow researchers."""
    return all_of(is_signed_in(person), has_role(person, Role.RESEARCHER))


def may_decide_request(person: Person | None, request: DataAccessRequest) -> Decision:
    """Allow an administrator, once, and never on their own request."""
    is_own = person is not None and request.person_id == person.id
    return all_of(
        has_role(person, Role.ADMIN),
        not_yours(_("Another administrator must decide on your own request."))
        if is_own
        else ALLOWED,
        Decision(_("This request is already decided.")) if request.decided_at else ALLOWED,
    )


def may_fetch_data(person: Person | None, request: DataAccessRequest) -> Decision:
    """Allow the requesting researcher from the approval to the last day."""
    if person is None or request.person_id != person.id:
        return not_yours(_("Only the person who requested this data can download it."))
    if not request.is_granted:
        return not_yours(_("Access has not been granted."))
    if request.is_expired(local_today(request.process)):
        return Decision(_("Access has ended."))
    return is_signed_in(person)


def may_remove_release(person: Person | None) -> Decision:
    """Allow administrators, on a legal order or for an erasure."""
    return has_role(person, Role.ADMIN)


def may_register_plan(person: Person | None) -> Decision:
    """Allow researchers and evaluators."""
    return all_of(is_signed_in(person), has_role(person, Role.RESEARCHER, Role.EVALUATOR))


def may_amend_plan(person: Person | None, newest: StudyPlan) -> Decision:
    """Allow the person who registered a plan to register another version of it."""
    is_own = person is not None and newest.registered_by_id == person.id
    return all_of(
        may_register_plan(person),
        ALLOWED if is_own else not_yours(_("Only who registered this plan may amend it.")),
    )
