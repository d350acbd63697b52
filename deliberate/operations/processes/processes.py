"""Opening a process, scheduling its phases, closing it."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Institution, Person, Phase, Process
from deliberate.operations.processes.process_setup import (
    build_members,
    describe_opening,
    describe_phase,
    record_process_change,
)
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.processes import (
    fits_between_phases,
    has_stated_limits,
    is_not_closed,
    may_move_phase,
    may_remove_phase,
    may_set_up,
)
from deliberate.queries.polls.polls import poll_without_outcome
from deliberate.queries.processes.phase_numbers import removed_phase_numbers
from deliberate.queries.responses.response_owner import owed_responses
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary import PhaseKind, PhaseSwitch
from deliberate.vocabulary.events.processes import (
    PhaseRemoved,
    PhaseScheduled,
    ProcessClosed,
    ProcessOpened,
)


def open_process(
    admin: Person | None,
    process: Process,
    parts: Sequence[tuple[Institution, str]] = (),
    *,
    context: RequestContext = NO_REQUEST,
) -> Process:
    """Open a process; `parts` pairs institutions with lead, consulted or must_sign."""
    with recorded(admin, ProcessOpened, context) as act:
        if admin is not None:
            require(may_set_up(act.lock(admin)))
            require(has_stated_limits(process))
        process.opened_at = process.opened_at or now()
        process.institutions = build_members(parts)
        act.session.add(process)
        describe_opening(act, process)
    return process


def schedule_phase(
    admin: Person | None,
    process: Process,
    kind: PhaseKind,
    opens_at: datetime,
    closes_at: datetime,
    switches: Sequence[PhaseSwitch],
    reason: str = "",
    *,
    number: int | None = 1,
    names: tuple[str, str] | None = None,
    context: RequestContext = NO_REQUEST,
) -> Phase:
    """Set the dates and the permitted activities of a phase; phases never overlap.

    `number` distinguishes phases of the same kind; None adds another one, and a number that was
    ever used is not used again. `names` are its own name in Indonesian and English; None leaves
    them as they are.

    Once the process is open, a phase moves only with a public reason. A phase that began where
    this one ended, or ended where it began, moves along as a consequence of the act. Raises
    Refused.
    """
    with recorded(admin, PhaseScheduled, context) as act:
        phases = [row for row in act.lock(process).phases if row.kind == kind]
        phase = next((row for row in phases if row.number == number), None)
        if admin is not None:
            require(may_set_up(act.lock(admin)))
            require(may_move_phase(process, phase, opens_at, closes_at))
        others = [row for row in process.phases if row is not phase]
        moved = _move_neighbours(others, phase, opens_at, closes_at)
        require(fits_between_phases(others, kind, opens_at, closes_at))
        if admin is not None and phase is not None and process.opened_at is not None:
            keys = [row.key for row in (phase, *moved)]
            record_process_change(act, process, keys, reason, phase)
        if phase is None:
            phase = _add_phase(process, kind, number, phases)
        if names is not None:
            phase.name, phase.name_en = map(clean_line, names)
        phase.opens_at, phase.closes_at = opens_at, closes_at
        phase.switches = sorted(switch.value for switch in switches)
        act.describe(phase, describe_phase(phase, has_reason=bool(reason)))
        for other in moved:
            act.add_consequence(other, describe_phase(other))
    return phase


def _add_phase(
    process: Process, kind: PhaseKind, number: int | None, present: Sequence[Phase]
) -> Phase:
    """Add a phase with its number, or with the next one where that was ever used."""
    used = [*(row.number for row in present), *removed_phase_numbers(process.id, kind)]
    is_free = number is not None and number not in used
    phase = Phase(kind=kind, number=number if is_free else max(used, default=0) + 1)
    process.phases.append(phase)
    return phase


def remove_phase(
    admin: Person, process: Process, phase: Phase, *, context: RequestContext = NO_REQUEST
) -> None:
    """Remove a phase of a process that is not open yet. Raises Refused."""
    with recorded(admin, PhaseRemoved, context) as act:
        require(may_remove_phase(act.lock(admin), act.lock(process)))
        act.about(phase, phase=phase.kind, key=phase.key)
        process.phases.remove(phase)


def _move_neighbours(
    others: Sequence[Phase], phase: Phase | None, opens_at: datetime, closes_at: datetime
) -> list[Phase]:
    """Move the phases adjacent to a moved phase along and return them.

    A phase of which nothing would remain is not moved.
    """
    if phase is None:
        return []
    moved = []
    for other in others:
        if other.opens_at == phase.closes_at != closes_at < other.closes_at:
            other.opens_at = closes_at
            moved.append(other)
        elif other.closes_at == phase.opens_at != opens_at > other.opens_at:
            other.closes_at = opens_at
            moved.append(other)
    return moved


def close_process(
    admin: Person,
    process: Process,
    reason: str,
    *,
    keeps_duty: bool = False,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Close a process, with a public reason, once the outcome of each of its polls is published.

    Responses that are still owed remain a duty of their institutions: the administrator confirms
    it by `keeps_duty`. Raises Refused.
    """
    with recorded(admin, ProcessClosed, context) as act:
        require(may_set_up(act.lock(admin)))
        require(is_not_closed(act.lock(process)))
        if process.opened_at is None:
            raise Refused(_("This process is not open yet."))
        if poll := poll_without_outcome(process.id):
            raise Refused(
                _("First publish the outcome of the poll “%(question)s”.", question=poll.question)
            )
        owed = sum(count for _institution, count in owed_responses(process))
        if owed and not keeps_duty:
            raise InvalidInput(_("Responses are still owed. Confirm which institutions owe them."))
        record_process_change(act, process, ["closed_at"], reason)
        process.closed_at = now()
        act.about(process, owed=owed, reason_given=True)
