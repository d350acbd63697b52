"""What people do to the log itself: they hand it over to a new signing key."""

from dataclasses import dataclass
from pathlib import Path

from deliberate.config import Settings
from deliberate.models import Person
from deliberate.recording import recorded
from deliberate.sealing import seal_log
from deliberate.sealing.keys import NEXT_FILE, make_key, next_key
from deliberate.vocabulary import Kind


@dataclass
class LogKey:
    """The log's signing key as the subject of an act; there is one at a time."""

    subject_type: str = "key"
    id: int = 1


def rotate_key(rotator: Person | None, settings: Settings) -> str:
    """Hand the log over to a new key, which the old one names in a head; gives the new key.

    The old key is gone afterwards. After a crash the next sealing completes the hand-over.
    """
    path: Path = settings.log_path / NEXT_FILE
    with recorded(rotator, Kind.KEY_ROTATED) as act:
        make_key(path)
        successor = next_key(settings.log_path)
        act.about(LogKey())
    seal_log(settings)
    return successor
