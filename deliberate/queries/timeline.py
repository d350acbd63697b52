"""Where a proposal stands: what happened to it and what is to come, dated."""

from typing import Any

from deliberate.models import Proposal


def timeline_of(proposal: Proposal) -> list[dict[str, Any]]:
    """Entries {title, note, state} for the timeline component; state: on, late or todo."""
    return []
