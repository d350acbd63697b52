"""What an adapter does: it writes a case as an outside system reads it, and reads its statuses.

Sending, signing, tries and recording are the same for every system and stand outside of adapters.
"""

from dataclasses import dataclass
from typing import Protocol

from deliberate.models import OutsideCase
from deliberate.operations.responses.outside_systems import StatusReport


class InvalidReport(Exception):
    """A message is not one of the outside system; `field` is what is wrong with it, and why."""

    def __init__(self, field: str, reason: object) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclass(frozen=True)
class Report:
    """A status with the case that it is about: the id of the referral."""

    case: int
    status: StatusReport


class OutsideAdapter(Protocol):
    """The translation between this platform and one kind of outside system."""

    def write_case(self, case: OutsideCase, base_url: str) -> bytes:
        """Return the body of the message that sends a case."""

    def read_answer(self, content: bytes) -> StatusReport | None:
        """Return the status in the answer to a case, None where the answer has none."""

    def read_report(self, content: bytes) -> Report:
        """Return the status that the outside system sends. Raises InvalidReport."""
