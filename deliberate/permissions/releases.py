"""Who may ask for the protected tier, decide on it, and fetch it."""

from datetime import timedelta

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, ReleaseRequest
from deliberate.permissions.decision import YES, Answer, first_no, has_role, is_signed_in
from deliberate.queries.processes.working_days import local_day
from deliberate.vocabulary import Role

LONGEST = timedelta(days=365)


def may_request(person: Person | None) -> Answer:
    """Researchers."""
    return first_no(is_signed_in(person), has_role(person, Role.RESEARCHER))


def may_decide_request(person: Person | None, request: ReleaseRequest) -> Answer:
    """An administrator, once, and never on a request of one's own."""
    own = person is not None and request.person_id == person.id
    return first_no(
        has_role(person, Role.ADMIN),
        Answer(_("Somebody else decides on your own request.")) if own else YES,
        Answer(_("This request is decided already.")) if request.decided_at else YES,
    )


def may_fetch(person: Person | None, request: ReleaseRequest) -> Answer:
    """Whoever asked, from the approval to the last day."""
    if person is None or request.person_id != person.id:
        return Answer(_("Only who asked for these data may fetch them."))
    if not request.is_granted:
        return Answer(_("Access was not given, or not yet."))
    if request.is_over(local_day(request.process, now())):
        return Answer(_("Access has ended."))
    return is_signed_in(person)


def may_remove_release(person: Person | None) -> Answer:
    """Administrators, on an order or for an erasure."""
    return has_role(person, Role.ADMIN)
