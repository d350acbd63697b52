"""Set-up of processes: planning, changing with a public reason, opening, days off."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import new_salt
from deliberate.models import (
    Institution,
    Person,
    Phase,
    Picture,
    Process,
    ProcessChange,
    ProcessContact,
    ProcessDocument,
    ProcessInstitution,
    ProcessNews,
)
from deliberate.operations.notices.notices import notify_process
from deliberate.operations.proposals.file_store import delete_files
from deliberate.operations.responses.institutions import SlugTaken
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    require,
)
from deliberate.permissions.processes import (
    fits_between_phases,
    has_stated_limits,
    is_not_closed,
    may_delete_process,
    may_open,
    may_set_up,
)
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import clean, clean_line, to_slug
from deliberate.vocabulary import PhaseKind
from deliberate.vocabulary.events.processes import (
    CalendarChanged,
    PhaseRemoved,
    PhaseScheduled,
    ProcessChanged,
    ProcessDeleted,
    ProcessOpened,
    ProcessPlanned,
)
from deliberate.vocabulary.notices import ProcessChangedNotice

LINE_FIELDS = ("title", "title_en")
TEXT_FIELDS = tuple(
    f"{name}{suffix}"
    for name in ("question", "decides", "open_points", "fixed_points")
    for suffix in ("", "_en")
)
RULE_FIELDS = ("support_threshold", "response_days", "timezone", "calendar", "allows_other")
LIST_FIELDS = ("topics", "areas")
FIELDS = (*LINE_FIELDS, *TEXT_FIELDS, *RULE_FIELDS, *LIST_FIELDS)
"""The columns of a process that an administrator edits."""
Parts = Sequence[tuple[Institution, str]]
"""Institutions with their part in the process: lead, consulted or must_sign."""
Values = Mapping[str, Any]  # columns have many types
"""Values of columns in FIELDS."""


def plan_process(
    admin: Person, slug: str, values: Values, parts: Parts, *, context: RequestContext = NO_REQUEST
) -> Process:
    """Plan a process that only administrators see. Raises SlugTaken."""
    try:
        with recorded(admin, ProcessPlanned, context) as act:
            require(may_set_up(act.lock(admin)))
            process = Process(slug=to_slug(slug), **_clean_values(values))
            process.institutions = build_members(parts)
            act.session.add(process)
            act.about(process)
    except IntegrityError as error:
        raise SlugTaken(slug) from error
    return process


@dataclass(frozen=True)
class PhasePlan:
    """A phase to be set up: its kind and names, dates, and what it permits."""

    kind: PhaseKind
    names: tuple[str, str]
    opens_at: datetime
    closes_at: datetime
    switches: Sequence[str]


def copy_process(
    admin: Person,
    slug: str,
    values: Values,
    parts: Parts,
    phases: Sequence[PhasePlan],
    days_off: Mapping[str, str],
    *,
    context: RequestContext = NO_REQUEST,
) -> Process:
    """Plan a process with phases and days off taken from an earlier one. Raises SlugTaken.

    The dates of the phases are those of the new process.
    """
    try:
        with recorded(admin, ProcessPlanned, context) as act:
            require(may_set_up(act.lock(admin)))
            process = Process(slug=to_slug(slug), **_clean_values(values))
            process.institutions, process.days_off = build_members(parts), dict(days_off)
            act.session.add(process)
            for plan in sorted(phases, key=lambda plan: plan.opens_at):
                _add_planned_phase(process, plan)
            act.about(process)
            for phase in process.phases:
                act.add_consequence(phase, describe_phase(phase))
    except IntegrityError as error:
        raise SlugTaken(slug) from error
    return process


def _add_planned_phase(process: Process, plan: PhasePlan) -> None:
    require(fits_between_phases(process.phases, plan.kind, plan.opens_at, plan.closes_at))
    number = 1 + sum(phase.kind == plan.kind for phase in process.phases)
    name, name_en = map(clean_line, plan.names)
    process.phases.append(
        Phase(
            kind=plan.kind,
            number=number,
            name=name,
            name_en=name_en,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            switches=sorted(plan.switches),
        )
    )


def describe_phase(phase: Phase, *, has_reason: bool = False) -> PhaseScheduled:
    """Return the event of a phase with its present dates."""
    return PhaseScheduled(
        phase=phase.kind,
        key=phase.key,
        opens=int(phase.opens_at.timestamp()),
        closes=int(phase.closes_at.timestamp()),
        switches=phase.switches,
        reason_given=True if has_reason else None,
    )


def delete_process(
    admin: Person, process: Process, *, context: RequestContext = NO_REQUEST
) -> None:
    """Delete a planned process without contributions. Raises Refused."""
    with recorded(admin, ProcessDeleted, context) as act:
        require(may_delete_process(act.lock(admin), act.lock(process)))
        act.about(process)
        for phase in process.phases:
            act.consequence(PhaseRemoved, phase, phase=phase.kind, key=phase.key)
        files = _delete_information(act.session, process)
        act.session.delete(process)
    delete_files(files)


def _delete_information(session: Session, process: Process) -> list[str]:
    """Delete what was published on the page of a process; return the names of the files."""
    documents = session.scalars(
        select(ProcessDocument).where(ProcessDocument.process_id == process.id)
    ).all()
    for document in documents:
        document.replaced_by_id = None
    session.flush()
    names = [document.name for document in documents if document.name]
    shown = select(Picture.name).where(
        Picture.process_id == process.id, Picture.removed_at.is_(None)
    )
    names += session.scalars(shown).all()
    for model in (ProcessDocument, ProcessContact, ProcessNews, Picture):
        session.execute(delete(model).where(model.process_id == process.id))
    return names


def change_process(
    admin: Person,
    process: Process,
    values: Values,
    parts: Parts,
    reason: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Change texts, rules or institutions; an open process only with a public reason."""
    if process.opened_at is None:
        _change_planned_process(admin, process, values, parts, context=context)
    else:
        _change_open_process(admin, process, values, parts, reason, context=context)


def _change_planned_process(
    admin: Person,
    process: Process,
    values: Values,
    parts: Parts,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    with recorded(admin, ProcessPlanned, context) as act:
        require(may_set_up(act.lock(admin)))
        require(is_not_closed(act.lock(process)))
        if process.opened_at is not None:
            raise Refused(_("The process was opened meanwhile. Check your changes again."))
        _apply_changes(process, values, parts)
        act.about(process)


def _change_open_process(
    admin: Person,
    process: Process,
    values: Values,
    parts: Parts,
    reason: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    with recorded(admin, ProcessChanged, context) as act:
        require(may_set_up(act.lock(admin)))
        require(is_not_closed(act.lock(process)))
        fields = _apply_changes(process, values, parts)
        require(has_stated_limits(process))
        record_process_change(act, process, fields, reason)
        act.about(process, fields=fields, reason_given=True)


def _apply_changes(process: Process, values: Values, parts: Parts) -> list[str]:
    """Set the values and institutions of a process; return the names of the changed fields.

    Raises Refused if nothing changes.
    """
    before = _snapshot(process)
    for name, value in _clean_values(values).items():
        setattr(process, name, value)
    _update_members(process, parts)
    after = _snapshot(process)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        raise InvalidInput(_("Nothing was changed."))
    return changed


def record_process_change(
    act: Act[...], process: Process, fields: list[str], reason: str, phase: Phase | None = None
) -> None:
    """Store a change of an open process with its public reason. Raises Refused without a reason.

    For a phase, its dates before the change are stored as well. The log binds the reason and the
    texts of the process as they are now.
    """
    if not clean(reason):
        raise InvalidInput(_("Give a reason: the process is open, and the reason is public."))
    change = _new_change(act, process, fields, clean(reason))
    if phase is not None:
        change.previous_opens_at, change.previous_closes_at = phase.opens_at, phase.closes_at
    act.session.add(change)
    act.set_text(lambda: change.sealed_text, change)
    notify_process(act, process, ProcessChangedNotice(change=change.id))


def _new_change(act: Act[...], process: Process, fields: list[str], reason: str) -> ProcessChange:
    return ProcessChange(
        process_id=process.id,
        changed_at=act.occurred_at,
        changed_by_id=act.actor.id if act.actor else None,
        fields=fields,
        reason=reason,
        text_hash=hashlib.sha256(process.sealed_text.encode()).hexdigest(),
    )


def open_planned_process(
    admin: Person, process: Process, *, context: RequestContext = NO_REQUEST
) -> None:
    """Open a planned process from which nothing is missing."""
    with recorded(admin, ProcessOpened, context) as act:
        require(may_open(act.lock(admin), act.lock(process)))
        process.opened_at = now()
        describe_opening(act, process)


def describe_opening(act: Act[...], process: Process) -> None:
    """Set the subject, the text and the details of the act that opens a process."""
    process.salt = process.salt or new_salt()  # one planned before texts were bound has none
    act.set_text(lambda: process.sealed_text, process)
    act.about(
        process,
        threshold=process.support_threshold,
        response_days=process.response_days,
        limits_stated=bool(process.open_points and process.fixed_points),
    )


def set_day_off(
    admin: Person, process: Process, day: date, name: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Add a non-working day to a process, or (empty name) remove it.

    Deadlines that are already set do not change.
    """
    with recorded(admin, CalendarChanged, context) as act:
        require(may_set_up(act.lock(admin)))
        require(is_not_closed(act.lock(process)))
        days = {**process.days_off}
        if name:
            days[day.isoformat()] = clean_line(name)
        elif days.pop(day.isoformat(), None) is None:
            raise Refused(_("This day was not added as a day off."))
        process.days_off = days
        act.about(process, day=int(f"{day:%Y%m%d}"), off=bool(name))


def _clean_values(values: Values) -> dict[str, Any]:
    cleaned = {name: values[name] for name in RULE_FIELDS if name in values}
    cleaned |= {name: clean_line(str(values[name] or "")) for name in LINE_FIELDS if name in values}
    cleaned |= {name: clean(str(values[name] or "")) for name in TEXT_FIELDS if name in values}
    if "topics" in values:
        cleaned["topics"] = [_clean_names(names) for names in values["topics"]]
    if "areas" in values:
        cleaned["areas"] = _clean_names(values["areas"])
    return cleaned


def _clean_names(names: Iterable[str]) -> list[str]:
    return list(map(clean_line, names))


def build_members(parts: Parts) -> list[ProcessInstitution]:
    """Return the rows of institutions with their part in a process."""
    return [
        ProcessInstitution(institution_id=institution.id, part=part) for institution, part in parts
    ]


def _update_members(process: Process, parts: Parts) -> None:
    """Set the institutions of a process; rows of those that stay are updated."""
    part_by_id = {institution.id: part for institution, part in parts}
    for member in list(process.institutions):
        part = part_by_id.pop(member.institution_id, None)
        if part is None:
            process.institutions.remove(member)
        else:
            member.part = part
    process.institutions += [
        ProcessInstitution(institution_id=institution_id, part=part)
        for institution_id, part in part_by_id.items()
    ]


def _snapshot(process: Process) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(process, name) for name in FIELDS}
    members = sorted((row.institution_id, row.part) for row in process.institutions)
    return values | {"institutions": members}
