"""Notices that an act writes in its own transaction; a job delivers them."""

from deliberate.models import Notice, Person, Proposal
from deliberate.recording import Act
from deliberate.vocabulary.notices import NoticeEvent


def notify_participants(act: Act[...], proposal: Proposal, event: NoticeEvent) -> None:
    """Add a notice to all who took part in a proposal or follow it."""
    act.session.add(
        Notice(key=act.id, kind=event.KIND, proposal_id=proposal.id, details=event.details())
    )


def notify_staff(
    act: Act[...], institution_id: int | None, proposal: Proposal, event: NoticeEvent
) -> None:
    """Add a notice to the staff of an institution; nothing is added without an institution."""
    if institution_id is None:
        return
    act.session.add(
        Notice(
            key=f"{act.id}.desk.{institution_id}",
            kind=event.KIND,
            proposal_id=proposal.id,
            institution_id=institution_id,
            details=event.details(),
        )
    )


def notify_person(
    act: Act[...], person: Person | None, event: NoticeEvent, proposal: Proposal | None = None
) -> None:
    """Add a notice to one person; nothing is added for an account that no longer exists."""
    if person is None:
        return
    act.session.add(
        Notice(
            key=f"{act.id}.{person.id}",
            kind=event.KIND,
            proposal_id=proposal.id if proposal else None,
            person_id=person.id,
            details=event.details(),
        )
    )
