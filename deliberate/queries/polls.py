"""Polls as pages read them."""

from typing import Any


def polls_of(proposal_id: int) -> list[Any]:
    """The polls of a proposal as cards, newest first."""
    return []
