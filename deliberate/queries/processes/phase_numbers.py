"""The numbers of removed phases, which no later phase of the process gets."""

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.vocabulary import PhaseKind
from deliberate.vocabulary.events.processes import PhaseRemoved


def removed_phase_numbers(process_id: int, kind: PhaseKind) -> list[int]:
    """Return the numbers of the phases of a kind that were removed from a process.

    Only a process that is not open yet can lose phases, so these are few. An act from before acts
    named the phase can have been about any of the numbers given until then.
    """
    query = select(Interaction.details).where(
        Interaction.process_id == process_id, Interaction.kind == PhaseRemoved.KIND
    )
    removed = [details for details in db.session.scalars(query) if details["phase"] == kind]
    unnamed = sum("key" not in details for details in removed)
    possible = range(1, unnamed + 2) if unnamed else ()
    return [*possible, *(_number(details["key"]) for details in removed if "key" in details)]


def _number(key: str) -> int:
    """Return the number in the key of a phase: 2 in ideas-2, 1 in ideas."""
    return int(key.rpartition("-")[2]) if "-" in key else 1
