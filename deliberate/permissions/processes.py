"""Who gives roles and sets up processes, and what a process needs before it opens."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Phase, Process
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
)
from deliberate.queries.processes.process_setup import units_of_moderators
from deliberate.vocabulary import (
    PhaseKind,
    Role,
    Switch,
)


def is_open_for(process: Process, switch: Switch, moment: datetime | None = None) -> Decision:
    """Whether the process's phase makes this possible at a moment (now by default)."""
    if process.allows(switch, moment or now()):
        return ALLOWED
    return Decision(_CLOSED[switch])


_CLOSED = {
    Switch.PROPOSE: _("This process does not take new proposals in its present phase."),
    Switch.REVISE: _("Proposals of this process cannot be changed in its present phase."),
    Switch.SUPPORT: _("Support is closed in the present phase of this process."),
    Switch.COMMENT: _("The discussion is closed in the present phase of this process."),
    Switch.VOTE: _("Voting is closed in the present phase of this process."),
    Switch.RESPOND: _("This process does not take responses in its present phase."),
}


def may_set_up(person: Person | None) -> Decision:
    """Administrators, who open processes and grant roles."""
    return has_role(person, Role.ADMIN)


def may_give_roles(admin: Person | None, person: Person) -> Decision:
    """Administrators, on living accounts of others: so one administrator always remains."""
    own = admin is not None and admin.id == person.id
    return all_of(
        may_set_up(admin),
        Decision(_("Another administrator changes your own role.")) if own else ALLOWED,
        ALLOWED if person.is_active else Decision(_("This account is closed.")),
    )


def is_not_closed(process: Process) -> Decision:
    """Whether a process has not ended."""
    return ALLOWED if process.closed_at is None else Decision(_("This process is closed."))


def has_limits(process: Process) -> Decision:
    """Whether it says what is open and what is fixed: later would be too late to check."""
    if process.open_points.strip() and process.fixed_points.strip():
        return ALLOWED
    return Decision(_("Say what is open and what is fixed: the limits of influence."))


def may_open(admin: Person | None, process: Process) -> Decision:
    """Administrators, once nothing is missing and for the first time."""
    return all_of(
        may_set_up(admin),
        ALLOWED if process.opened_at is None else Decision(_("This process is open already.")),
        *missing_for_opening(process),
    )


def missing_for_opening(process: Process) -> list[Decision]:
    """Everything that keeps a process from being opened, each with its words."""
    asked = bool(process.title and process.question)
    needed = (
        ALLOWED if asked else Decision(_("Put the question.")),
        has_limits(process),
        ALLOWED if _leads(process) else Decision(_("Say which institution leads.")),
        _are_dated(process),
        ALLOWED
        if len(units_of_moderators()) > 1
        else Decision(_("Two moderators from different units are needed.")),
    )
    return [answer for answer in needed if not answer]


def _leads(process: Process) -> bool:
    return any(member.part == "lead" for member in process.institutions)


def _are_dated(process: Process) -> Decision:
    """Phases one after the other without a gap, the last of them still to end."""
    phases = sorted(process.phases, key=lambda phase: phase.opens_at)
    if not phases or phases[-1].closes_at <= now():
        return Decision(_("Give at least one phase dates that lie ahead."))
    if any(one.closes_at != two.opens_at for one, two in pairwise(phases)):
        return Decision(_("There is a gap between two phases: each begins where the last ends."))
    return ALLOWED


def may_move_phase(
    process: Process, phase: Phase | None, opens_at: datetime, closes_at: datetime
) -> Decision:
    """What has happened stays as it was: the past of a phase that began is not moved."""
    if phase is None or process.opened_at is None:
        return is_not_closed(process)
    if phase.closes_at <= now():
        return Decision(_("This phase is over; its dates stay as they were."))
    if phase.opens_at <= now() and opens_at != phase.opens_at:
        return Decision(_("This phase has begun; only its last day can be moved."))
    if closes_at <= now() or opens_at <= now() < phase.opens_at:
        return Decision(_("A phase that has not begun or ended cannot be moved into the past."))
    return is_not_closed(process)


def is_apart(
    others: Sequence[Phase], kind: PhaseKind, opens_at: datetime, closes_at: datetime
) -> Decision:
    """Whether a phase ends after it begins, overlaps none of the others and keeps their order."""
    if opens_at >= closes_at:
        return Decision(_("A phase ends after it begins."))
    if any(p.opens_at < closes_at and opens_at < p.closes_at for p in others):
        return Decision(_("Phases of a process do not overlap."))
    order = list(PhaseKind)
    if any((order.index(p.kind) < order.index(kind)) != (p.opens_at < opens_at) for p in others):
        return Decision(
            _("Phases keep their order: ideas, discussion, response, delivery, review.")
        )
    return ALLOWED
