"""Acts on the log itself: rotation of the signing key."""

from dataclasses import dataclass

from deliberate.config import Settings
from deliberate.models import Person
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.sealing import seal_log
from deliberate.sealing.signing_keys import PENDING_KEY_FILE, create_key, pending_key
from deliberate.vocabulary.events.log import KeyRotated


@dataclass
class SigningKey:
    """The signing key as the subject of an act; there is one at a time."""

    subject_type: str = "key"
    id: int = 1


def rotate_key(
    rotator: Person | None, settings: Settings, *, context: RequestContext = NO_REQUEST
) -> str:
    """Replace the signing key by a new one, which a tree head names; return the new public key.

    The old key is deleted. After a crash the next sealing completes the rotation.
    """
    with recorded(rotator, KeyRotated, context) as act:
        create_key(settings.log_path / PENDING_KEY_FILE)
        new_key = pending_key(settings.log_path)
        act.about(SigningKey())
    seal_log(settings)
    return new_key
