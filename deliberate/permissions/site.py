"""Permissions on pictures: who may add and remove one, by the thing that it shows."""

from flask_babel import lazy_gettext as _

from deliberate.models import Commitment, Institution, Option, Person, Process
from deliberate.permissions.decision import ALLOWED, Decision, all_of, has_role, not_yours
from deliberate.permissions.polls import may_run_poll
from deliberate.permissions.processes import may_set_up
from deliberate.vocabulary import Role

Pictured = Process | Institution | Commitment | Option
"""What a picture can be of."""


def may_illustrate(person: Person | None, pictured: Pictured) -> Decision:
    """Allow administrators, and staff for their own institution, its commitments and its polls."""
    if isinstance(pictured, Process):
        return may_set_up(person)
    if isinstance(pictured, Institution):
        return _works_for(person, {pictured.id})
    if isinstance(pictured, Commitment):
        return _works_for(person, {pictured.institution_id, pictured.response.institution_id})
    return all_of(may_run_poll(person, pictured.poll), _has_no_ballot(pictured))


def may_remove_picture(person: Person | None, pictured: Pictured) -> Decision:
    """Allow administrators at any time, and others while they may choose the picture."""
    return has_role(person, Role.ADMIN) or may_illustrate(person, pictured)


def _works_for(person: Person | None, institution_ids: set[int | None]) -> Decision:
    decision = has_role(person, Role.STAFF, Role.ADMIN)
    if person is None or not decision or person.role == Role.ADMIN:
        return decision
    if person.institution_id in institution_ids:
        return ALLOWED
    return not_yours(_("This picture is for another institution to choose."))


def _has_no_ballot(option: Option) -> Decision:
    """Allow pictures until the first ballot: all voters see the same options."""
    if option.poll.ballot_count == 0:
        return ALLOWED
    return Decision(_("People have voted already. The options stay as they were shown to them."))
