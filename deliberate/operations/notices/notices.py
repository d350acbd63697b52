"""The notice an act leaves in its own transaction; everything after it is the job's work."""

from typing import Any

from deliberate.clock import now
from deliberate.models import Notice, Person, Proposal
from deliberate.recording import Act


def tell_people(act: Act, kind: str, proposal: Proposal, **told: Any) -> None:
    """Tell all who took part in a proposal or follow it; `told` holds codes, ids and dates."""
    act.session.add(Notice(act=act.id, kind=kind, proposal_id=proposal.id, told=told, **_dated()))


def tell_staff(
    act: Act, kind: str, institution_id: int | None, proposal: Proposal, **told: Any
) -> None:
    """Tell the staff of an institution; nobody, where none is named."""
    if institution_id is None:
        return
    act.session.add(
        Notice(
            act=f"{act.id}.desk",
            kind=kind,
            proposal_id=proposal.id,
            institution_id=institution_id,
            told=told,
            **_dated(),
        )
    )


def tell_person(
    act: Act, kind: str, person: Person | None, proposal: Proposal | None = None, **told: Any
) -> None:
    """Tell one person alone; nobody, where the account is gone."""
    if person is None:
        return
    act.session.add(
        Notice(
            act=f"{act.id}.{person.id}",
            kind=kind,
            proposal_id=proposal.id if proposal else None,
            person_id=person.id,
            told=told,
            **_dated(),
        )
    )


def _dated() -> dict[str, Any]:
    return {"written_at": now()}
