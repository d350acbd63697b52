"""Encode uploaded pictures anew in processes of their own, two at a time on a machine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

from flask_babel import lazy_gettext as _

from deliberate.operations.proposals import picture_worker
from deliberate.operations.site.machine_slots import lock_free_slot
from deliberate.permissions.decision import InvalidInput, Refused

SLOTS = 2
"""Pictures that are decoded at the same time, by all processes of the machine."""
MAX_CALLERS = 4
"""Requests of one process that decode or wait; others are refused, as each holds a thread."""
MAX_WAIT_SECONDS = 10.0
TIMEOUT_SECONDS = 30.0

_callers = BoundedSemaphore(MAX_CALLERS)
_BUSY = _("Other pictures are being checked just now. Try again in a minute.")
_PROBLEMS = {picture_worker.TOO_MANY_PIXELS: _("A picture can have at most 12 megapixels.")}
_UNREADABLE = _("This picture cannot be read.")


@dataclass(frozen=True)
class Previews:
    """A picture as WebP in the widths that pages show, the small one first."""

    width: int
    height: int
    """Pixels of the large one."""
    contents: tuple[bytes, ...]


@dataclass(frozen=True)
class EncodedPicture:
    """A picture without metadata, and its previews."""

    content: bytes
    previews: Previews


def encode_picture(content: bytes, image_format: str) -> EncodedPicture:
    """Return a picture without metadata, in its format, PNG, JPEG or WEBP.

    Raises Refused for a picture that is too large or cannot be read, and while others are decoded.
    """
    if not _callers.acquire(blocking=False):
        raise Refused(_BUSY)
    try:
        with _slot():
            return unpack(_run_worker(content, image_format))
    finally:
        _callers.release()


def unpack(packed: bytes) -> EncodedPicture:
    """Return the pictures that the worker has packed."""
    width, height, *lengths = picture_worker.HEADER.unpack_from(packed)
    contents, start = [], picture_worker.HEADER.size
    for length in lengths:
        contents.append(packed[start : start + length])
        start += length
    return EncodedPicture(contents[0], Previews(width, height, tuple(contents[1:])))


def _run_worker(content: bytes, image_format: str) -> bytes:
    command = [sys.executable, "-I", picture_worker.__file__, image_format]
    try:
        result = subprocess.run(  # noqa: S603  # no part of the command is from the request
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(_UNREADABLE) from error
    if result.returncode != picture_worker.OK or not result.stdout:
        raise InvalidInput(_PROBLEMS.get(result.returncode, _UNREADABLE))
    return result.stdout


@contextmanager
def _slot() -> Iterator[None]:
    """Hold one of the slots inside the block."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while (descriptor := lock_free_slot("pictures", SLOTS)) is None:
        if time.monotonic() > deadline:
            raise Refused(_BUSY)
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(descriptor)
