"""Notices that an act writes in its own transaction; a job delivers them."""

from datetime import datetime

from deliberate.models import Document, Notice, Person, Process, Proposal
from deliberate.recording import Act
from deliberate.vocabulary.notices import NoticeEvent


def notify_participants(act: Act[...], proposal: Proposal, event: NoticeEvent) -> None:
    """Add a notice to those of a proposal whom the registry names, except the actor."""
    act.session.add(_notice(act, event, f".{event.KIND}", proposal_id=proposal.id))


def notify_process(
    act: Act[...], process: Process, event: NoticeEvent, *, not_before: datetime | None = None
) -> None:
    """Add a notice to all who follow a process or took part in it, except the actor."""
    row = _notice(act, event, f".{event.KIND}", process_id=process.id)
    row.not_before = not_before
    act.session.add(row)


def notify_contributors(act: Act[...], document: Document, event: NoticeEvent) -> None:
    """Add a notice to those who contributed to a draft text, except the actor."""
    row = _notice(act, event, f".{event.KIND}", process_id=document.process_id)
    act.session.add(row)


def notify_moderators(act: Act[...], proposal: Proposal | None, event: NoticeEvent) -> None:
    """Add a notice to all moderators, except the actor; without a proposal on a draft text."""
    proposal_id = proposal.id if proposal else None
    act.session.add(_notice(act, event, ".moderators", proposal_id=proposal_id))


def notify_staff(
    act: Act[...],
    institution_id: int | None,
    proposal: Proposal | None,
    event: NoticeEvent,
    *,
    process: Process | None = None,
) -> None:
    """Add a notice to the staff of an institution; nothing is added without an institution."""
    if institution_id is None:
        return
    proposal_id, process_id = proposal.id if proposal else None, process.id if process else None
    suffix = f".desk.{institution_id}"
    row = _notice(act, event, suffix, proposal_id=proposal_id, process_id=process_id)
    row.institution_id = institution_id
    act.session.add(row)


def notify_person(
    act: Act[...],
    person: Person | None,
    event: NoticeEvent,
    proposal: Proposal | None = None,
    *,
    process: Process | None = None,
    not_before: datetime | None = None,
) -> None:
    """Add a notice to one person; nothing is added for an account that no longer exists."""
    if person is None:
        return
    row = _notice(act, event, f".{person.id}", proposal_id=proposal.id if proposal else None)
    row.person_id, row.not_before, row.caused_by_id = person.id, not_before, None
    row.process_id = process.id if process else None
    act.session.add(row)


def _notice(
    act: Act[...],
    event: NoticeEvent,
    suffix: str,
    *,
    proposal_id: int | None = None,
    process_id: int | None = None,
) -> Notice:
    return Notice(
        key=f"{act.id}{suffix}",
        kind=event.KIND,
        proposal_id=proposal_id,
        process_id=process_id,
        caused_by_id=act.actor.id if act.actor else None,
        details=event.details(),
    )
