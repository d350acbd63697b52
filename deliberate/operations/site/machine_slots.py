"""Slots that all processes of a machine share: so many at a time hold one."""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def lock_free_slot(kind: str, slots: int) -> int | None:
    """Return the descriptor of a slot that was free, or None; who closes it frees the slot.

    A file lock ends with its process.
    """
    for number in range(slots):
        path = Path(tempfile.gettempdir()) / f"deliberate-{kind}-{os.getuid()}-{number}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        os.close(descriptor)
    return None
