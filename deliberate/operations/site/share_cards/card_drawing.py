"""Draw share cards in processes of their own, two at a time, and cache the latest in memory."""

import json
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from deliberate.operations.site.machine_slots import lock_free_slot

SLOTS = 2
"""Cards that a machine draws at a time.

No request waits for another, as it would hold a thread of the server.
"""
TIMEOUT_SECONDS = 20.0
CACHED_CARDS = 64
"""Cards kept in memory, at most 5 MB; not on disk, where an erased title would remain."""
WORKER = Path(__file__).with_name("card_worker.py")
"""The program that draws; only its process loads the libraries for it."""

_lock = Lock()
_cards: OrderedDict[str, bytes] = OrderedDict()


class CardUnavailable(Exception):
    """The card cannot be drawn now: other cards are being drawn, or the drawing failed."""


@dataclass(frozen=True)
class CardContent:
    """What a card shows."""

    label: str
    title: str
    state: str
    tone: str
    footer: str
    brand: str
    colour: str


def card_picture(version: str, content: CardContent, read_picture: Callable[[], bytes]) -> bytes:
    """Return the card of a version as a JPEG, drawn unless it is in memory.

    Raises CardUnavailable at once while others are drawn, and where the drawing fails.
    """
    with _lock:
        if version in _cards:
            _cards.move_to_end(version)
            return _cards[version]
    if (slot := lock_free_slot("cards", SLOTS)) is None:
        raise CardUnavailable
    try:
        card = _run_worker(content, read_picture())
    finally:
        os.close(slot)
    with _lock:
        _cards[version] = card
        while len(_cards) > CACHED_CARDS:
            _cards.popitem(last=False)
    return card


def _run_worker(content: CardContent, picture: bytes) -> bytes:
    command = [sys.executable, "-I", str(WORKER)]
    try:
        result = subprocess.run(  # noqa: S603  # no part of the command is from the request
            command,
            input=json.dumps(asdict(content)).encode() + b"\n" + picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env={},
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise CardUnavailable from error
    return result.stdout
