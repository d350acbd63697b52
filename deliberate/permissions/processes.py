"""Permissions on roles and the set-up of processes, and the requirements for opening one."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Phase, Process
from deliberate.permissions.decision import (
    ALLOWED,
    Decision,
    all_of,
    has_role,
    not_yours,
)
from deliberate.queries.processes.process_setup import has_contributions, moderation_units
from deliberate.vocabulary import (
    PhaseKind,
    PhaseSwitch,
    Role,
)


class OpeningRequirement(StrEnum):
    """What a process needs before it can be opened."""

    QUESTION = "question"
    LIMITS = "limits"
    LEAD = "lead"
    PHASES = "phases"
    MODERATORS = "moderators"


def is_open_for(process: Process, switch: PhaseSwitch, moment: datetime | None = None) -> Decision:
    """Allow an activity that the phase of the process permits at a moment, by default now."""
    moment = moment or now()
    if process.allows(switch, moment):
        return ALLOWED
    if process.closed_at is not None:
        return Decision(_("This process is closed."))
    possible_from = process.allows_from(switch, moment)
    return Decision(_CLOSED_REASONS[switch], possible_from=possible_from, place=process)


_CLOSED_REASONS = {
    PhaseSwitch.PROPOSE: _("This process does not take new proposals in its present phase."),
    PhaseSwitch.REVISE: _("Proposals of this process cannot be changed in its present phase."),
    PhaseSwitch.SUPPORT: _("Support is closed in the present phase of this process."),
    PhaseSwitch.COMMENT: _("The discussion is closed in the present phase of this process."),
    PhaseSwitch.VOTE: _("Voting is closed in the present phase of this process."),
    PhaseSwitch.RESPOND: _("This process does not take responses in its present phase."),
}


def may_set_up(person: Person | None) -> Decision:
    """Allow administrators to set up processes and grant roles."""
    return has_role(person, Role.ADMIN)


def works_at_desk(person: Person | None) -> Decision:
    """Allow the roles that see what waits in the threads of a process."""
    return has_role(person, Role.STAFF, Role.MODERATOR, Role.EVALUATOR, Role.ADMIN)


def may_grant_roles(admin: Person | None, person: Person) -> Decision:
    """Allow administrators to change the role of others, so that one administrator remains."""
    is_own = admin is not None and admin.id == person.id
    return all_of(
        may_set_up(admin),
        not_yours(_("Another administrator must change your own role.")) if is_own else ALLOWED,
        ALLOWED if person.is_active else Decision(_("This account is closed.")),
    )


def is_not_closed(process: Process) -> Decision:
    """Allow changes of a process that is not closed."""
    return ALLOWED if process.closed_at is None else Decision(_("This process is closed."))


def has_stated_limits(process: Process) -> Decision:
    """Allow opening a process that states what residents can and cannot change."""
    if process.open_points.strip() and process.fixed_points.strip():
        return ALLOWED
    return Decision(_("State what is open and what is fixed: the limits of influence."))


def may_open(admin: Person | None, process: Process) -> Decision:
    """Allow administrators to open a planned process from which nothing is missing."""
    return all_of(
        may_set_up(admin),
        ALLOWED if process.opened_at is None else Decision(_("This process is already open.")),
        *missing_for_opening(process).values(),
    )


def missing_for_opening(process: Process) -> dict[OpeningRequirement, Decision]:
    """Return a refusal for every requirement that a process does not meet before it is opened."""
    has_question = bool(process.title and process.question)
    decisions = {
        OpeningRequirement.QUESTION: ALLOWED
        if has_question
        else Decision(_("Write the title and the question.")),
        OpeningRequirement.LIMITS: has_stated_limits(process),
        OpeningRequirement.LEAD: ALLOWED
        if _has_lead(process)
        else Decision(_("Choose the leading institution.")),
        OpeningRequirement.PHASES: _has_consecutive_phases(process),
        OpeningRequirement.MODERATORS: ALLOWED
        if len(moderation_units()) > 1
        else Decision(_("Two moderators from different units are needed.")),
    }
    return {name: decision for name, decision in decisions.items() if not decision}


def _has_lead(process: Process) -> bool:
    return any(member.part == "lead" for member in process.institutions)


def _has_consecutive_phases(process: Process) -> Decision:
    """Allow phases that follow each other without a gap and end in the future."""
    phases = sorted(process.phases, key=lambda phase: phase.opens_at)
    if not phases or phases[-1].closes_at <= now():
        return Decision(_("Set dates in the future for at least one phase."))
    if any(phase.closes_at != following.opens_at for phase, following in pairwise(phases)):
        return Decision(_("There is a gap between two phases: each begins where the last ends."))
    return ALLOWED


def may_move_phase(
    process: Process, phase: Phase | None, opens_at: datetime, closes_at: datetime
) -> Decision:
    """Allow new dates of a phase as long as nothing in the past changes."""
    if phase is None or process.opened_at is None:
        return is_not_closed(process)
    if phase.closes_at <= now():
        return Decision(_("This phase is over; its dates cannot change."))
    if phase.opens_at <= now() and opens_at != phase.opens_at:
        return Decision(_("This phase has begun; only its last day can be changed."))
    if closes_at <= now() or opens_at <= now() < phase.opens_at:
        return Decision(_("A phase that has not begun or ended cannot be moved into the past."))
    return is_not_closed(process)


_OUTCOMES = frozenset({PhaseKind.DELIVERY, PhaseKind.REVIEW})
"""Kinds of phases about what came of earlier ones."""


def fits_between_phases(
    others: Sequence[Phase], kind: PhaseKind, opens_at: datetime, closes_at: datetime
) -> Decision:
    """Allow dates that are in order and overlap no other phase.

    Phases of any kind follow each other in any order, but delivery and review need something that
    came before them.
    """
    if opens_at >= closes_at:
        return Decision(_("A phase ends after it begins."))
    if any(p.opens_at < closes_at and opens_at < p.closes_at for p in others):
        return Decision(_("Phases of a process do not overlap."))
    dated = sorted([(opens_at, kind), *((p.opens_at, PhaseKind(p.kind)) for p in others)])
    if _begins_with_outcome([phase_kind for _opens_at, phase_kind in dated]):
        return Decision(
            _("Delivery and review come after a phase of ideas, discussion or response.")
        )
    return ALLOWED


def _begins_with_outcome(kinds: Sequence[PhaseKind]) -> bool:
    """Return whether delivery or review would be the first of phases of several kinds."""
    return kinds[0] in _OUTCOMES and not set(kinds) <= set(_OUTCOMES)


def may_inform(person: Person | None, process: Process) -> Decision:
    """Allow administrators and staff of the leading institution to publish on a process's page."""
    is_staff = has_role(person, Role.STAFF, Role.ADMIN)
    if person is None or not is_staff or person.role == Role.ADMIN:
        return is_staff
    leads = any(
        member.part == "lead" and member.institution_id == person.institution_id
        for member in process.institutions
    )
    return ALLOWED if leads else not_yours(_("The leading institution publishes on this page."))


def may_remove_phase(admin: Person | None, process: Process) -> Decision:
    """Allow administrators to remove a phase of a planned process."""
    return all_of(
        may_set_up(admin),
        ALLOWED
        if process.opened_at is None
        else Decision(_("The process is open: its phases stay, only their dates can change.")),
    )


def may_delete_process(admin: Person | None, process: Process) -> Decision:
    """Allow administrators to delete a planned process without contributions."""
    return all_of(
        may_set_up(admin),
        ALLOWED
        if process.opened_at is None
        else Decision(_("This process was opened: it can be closed, not deleted.")),
        Decision(_("There are contributions, polls or assessments in this process."))
        if has_contributions(process)
        else ALLOWED,
    )
