"""Setting up a process: planned unseen, checked, opened; from then on changes carry a reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError

from deliberate.clock import now
from deliberate.models import Institution, Person, Phase, Process, ProcessChange, ProcessInstitution
from deliberate.operations.responses.institutions import AddressTaken
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.processes import has_limits, is_not_closed, may_open, may_set_up
from deliberate.recording import Act, recorded
from deliberate.text import clean, clean_line, to_slug
from deliberate.vocabulary import Kind

LINES = ("title", "title_en")
TEXTS = tuple(
    f"{name}{end}"
    for name in ("question", "decides", "open_points", "fixed_points")
    for end in ("", "_en")
)
RULES = ("support_threshold", "response_days", "timezone", "calendar")
FIELDS = (*LINES, *TEXTS, *RULES)
"""What an administrator says of a process, its institutions and phases aside."""
Parts = Sequence[tuple[Institution, str]]


def plan_process(admin: Person, slug: str, told: Mapping[str, Any], parts: Parts) -> Process:
    """Begin to set up a process that nobody else sees yet. Raises AddressTaken."""
    try:
        with recorded(admin, Kind.PROCESS_PLANNED) as act:
            require(may_set_up(act.locked(admin)))
            process = Process(slug=to_slug(slug), **_cleaned(told))
            process.institutions = _members(parts)
            act.session.add(process)
            act.about(process)
    except IntegrityError as error:
        raise AddressTaken(slug) from error
    return process


def change_process(
    admin: Person, process: Process, told: Mapping[str, Any], parts: Parts, reason: str = ""
) -> None:
    """Change words, rules or institutions; once it is open only with a reason everybody reads."""
    kind = Kind.PROCESS_PLANNED if process.opened_at is None else Kind.PROCESS_CHANGED
    with recorded(admin, kind) as act:
        require(may_set_up(act.locked(admin)))
        require(is_not_closed(act.locked(process)))
        if (process.opened_at is None) != (kind is Kind.PROCESS_PLANNED):
            raise Refused(_("The process was opened in this moment; look at it again."))
        before = _as_it_stands(process)
        for name, value in _cleaned(told).items():
            setattr(process, name, value)
        _join(process, parts)
        after = _as_it_stands(process)
        fields = [name for name in after if after[name] != before[name]]
        if not fields:
            raise Refused(_("Nothing was changed."))
        if kind is Kind.PROCESS_PLANNED:
            act.about(process)
            return
        require(has_limits(process))
        note_change(act, process, fields, reason)
        act.about(process, fields=fields, reason_given=1)


def note_change(
    act: Act, process: Process, fields: list[str], reason: str, phase: Phase | None = None
) -> None:
    """Keep what of an open process is changed and why, for all to read. Raises Refused.

    Of a phase that moves it keeps the dates it has still.
    """
    if not clean(reason):
        raise Refused(_("Say why: the process is open, and everybody reads the reason."))
    act.session.add(
        ProcessChange(
            process_id=process.id,
            changed_at=act.moment,
            changed_by_id=act.actor.id if act.actor else None,
            fields=fields,
            reason=clean(reason),
            opened_before=phase.opens_at if phase else None,
            closed_before=phase.closes_at if phase else None,
        )
    )


def open_planned_process(admin: Person, process: Process) -> None:
    """Open a process set up at the desk, once nothing is missing that residents rely on."""
    with recorded(admin, Kind.PROCESS_OPENED) as act:
        require(may_open(act.locked(admin), act.locked(process)))
        process.opened_at = now()
        act.about(
            process,
            threshold=process.support_threshold,
            response_days=process.response_days,
            limits_stated=1,
        )


def set_day_off(admin: Person, process: Process, day: date, name: str) -> None:
    """Add a day on which the offices of a process do not work, or (name empty) take it back.

    Due moments already set stay as they are.
    """
    with recorded(admin, Kind.CALENDAR_CHANGED) as act:
        require(may_set_up(act.locked(admin)))
        require(is_not_closed(act.locked(process)))
        days = {**process.days_off}
        if name:
            days[day.isoformat()] = clean_line(name)
        elif days.pop(day.isoformat(), None) is None:
            raise Refused(_("This is no extra day off."))
        process.days_off = days
        act.about(process, day=int(f"{day:%Y%m%d}"), off=int(bool(name)))


def _cleaned(told: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: told[name] for name in RULES if name in told}
    found |= {name: clean_line(told[name] or "") for name in LINES if name in told}
    return found | {name: clean(told[name] or "") for name in TEXTS if name in told}


def _members(parts: Parts) -> list[ProcessInstitution]:
    return [ProcessInstitution(institution_id=office.id, part=part) for office, part in parts]


def _join(process: Process, parts: Parts) -> None:
    """Give institutions their parts; rows of those that stay are kept."""
    wanted = {office.id: part for office, part in parts}
    for member in list(process.institutions):
        part = wanted.pop(member.institution_id, None)
        if part is None:
            process.institutions.remove(member)
        else:
            member.part = part
    process.institutions += [
        ProcessInstitution(institution_id=number, part=part) for number, part in wanted.items()
    ]


def _as_it_stands(process: Process) -> dict[str, Any]:
    told = {name: getattr(process, name) for name in FIELDS}
    return told | {"institutions": sorted((m.institution_id, m.part) for m in process.institutions)}
