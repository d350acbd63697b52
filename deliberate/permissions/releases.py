"""Who may ask for the protected tier, decide on it, and fetch it."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, ReleaseRequest
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, is_signed_in
from deliberate.queries.processes.working_days import local_day
from deliberate.vocabulary import Role

LONGEST = timedelta(days=365)


def may_request(person: Person | None) -> Decision:
    """Researchers."""
    return all_of(is_signed_in(person), has_role(person, Role.RESEARCHER))


def may_decide_request(person: Person | None, request: ReleaseRequest) -> Decision:
    """An administrator, once, and never on a request of one's own."""
    own = person is not None and request.person_id == person.id
    return all_of(
        has_role(person, Role.ADMIN),
        Decision(_("Somebody else decides on your own request.")) if own else ALLOWED,
        Decision(_("This request is decided already.")) if request.decided_at else ALLOWED,
    )


def may_fetch(person: Person | None, request: ReleaseRequest) -> Decision:
    """Whoever asked, from the approval to the last day."""
    if person is None or request.person_id != person.id:
        return Decision(_("Only who asked for these data may fetch them."))
    if not request.is_granted:
        return Decision(_("Access was not given, or not yet."))
    if request.is_over(local_day(request.process, now())):
        return Decision(_("Access has ended."))
    return is_signed_in(person)


def may_remove_release(person: Person | None) -> Decision:
    """Administrators, on an order or for an erasure."""
    return has_role(person, Role.ADMIN)
