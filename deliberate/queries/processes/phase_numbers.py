"""The numbers of removed phases, which no later phase of the process gets."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.vocabulary import PhaseKind
from deliberate.vocabulary.events.processes import PhaseRemoved


def removed_phase_numbers(process_id: int, kind: PhaseKind) -> list[int]:
    """Return the numbers of the phases of a kind that were removed from a process.

    Only a process that is not open yet can lose phases, so these are few.
    """
    query = select(Interaction.details).where(
        Interaction.process_id == process_id, Interaction.kind == PhaseRemoved.KIND
    )
    return [
        _number(details.get("key", kind))
        for details in db.session.scalars(query)
        if details["phase"] == kind
    ]


def _number(key: str) -> int:
    """Return the number in the key of a phase: 2 in ideas-2, 1 in ideas."""
    return int(key.rpartition("-")[2]) if "-" in key else 1
