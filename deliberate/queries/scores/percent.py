"""Shares as whole percentages."""


def percent(share: float) -> int:
    """Return a share as 0 to 100, rounded half up."""
    return int(share * 100 + 0.5)


def percent_or_none(share: float | None) -> int | None:
    """Return a share as 0 to 100, rounded half up, or None."""
    return None if share is None else percent(share)
