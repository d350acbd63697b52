"""What verification reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A difference between the log and what was sealed.

    `since` is the time of the seal or head that the change came after, if it is known.
    """

    problem: str
    position: int | None = None
    since: str = ""
