"""Notices that an act writes in its own transaction; a job delivers them."""

from deliberate.models import Notice, Person, Proposal
from deliberate.recording import Act


def notify_participants(act: Act, kind: str, proposal: Proposal, **details: object) -> None:
    """Add a notice to all who took part in a proposal or follow it.

    `details` holds the codes, ids and dates that the text of the notice needs.
    """
    act.session.add(Notice(key=act.id, kind=kind, proposal_id=proposal.id, details=details))


def notify_staff(
    act: Act, kind: str, institution_id: int | None, proposal: Proposal, **details: object
) -> None:
    """Add a notice to the staff of an institution; nothing is added without an institution."""
    if institution_id is None:
        return
    act.session.add(
        Notice(
            key=f"{act.id}.desk",
            kind=kind,
            proposal_id=proposal.id,
            institution_id=institution_id,
            details=details,
        )
    )


def notify_person(
    act: Act,
    kind: str,
    person: Person | None,
    proposal: Proposal | None = None,
    **details: object,
) -> None:
    """Add a notice to one person; nothing is added for an account that no longer exists."""
    if person is None:
        return
    act.session.add(
        Notice(
            key=f"{act.id}.{person.id}",
            kind=kind,
            proposal_id=proposal.id if proposal else None,
            person_id=person.id,
            details=details,
        )
    )
