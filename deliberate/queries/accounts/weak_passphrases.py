"""Passphrases that are guessed first: common ones, patterns of the keyboard, one's own name."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _

SHORTEST, LONGEST = 15, 256
SHORTEST_OF_TWO = 8
"""Where a second factor stands beside it (NIST SP 800-63B-4, 3.1.1.2)."""
_LIST = Path(__file__).resolve().parents[2] / "common_passphrases.txt"
_DIGITS_FOR_LETTERS = str.maketrans("013457@$!", "oieastasi")
_WALKS = (
    "1234567890" * 3,
    "qwertyuiop" * 3,
    "asdfghjkl" * 3,
    "zxcvbnm" * 4,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_ROWS = (*_WALKS, *(walk[::-1] for walk in _WALKS))
_COMMON = _(
    "This passphrase is easy to guess. Take four or more words that do not belong together."
)


def weakness(passphrase: str, *names: str, has_factor: bool = False) -> Any:
    """Why a passphrase must not be used, in words, or None; `names` are the person's own."""
    if has_factor and len(passphrase) < SHORTEST_OF_TWO:
        return _("Use at least 8 characters.")
    if not has_factor and len(passphrase) < SHORTEST:
        return _("Use at least 15 characters: four or more words are easy to remember.")
    if len(passphrase) > LONGEST:
        return _("Use at most 256 characters.")
    if re.fullmatch(r"[\d\s.+-]+", passphrase):
        return _("A number alone can be guessed: no identity number, telephone number or date.")
    plain = _plain(passphrase)
    if is_common(plain) or is_pattern(plain):
        return _COMMON
    if any(_is_mostly(plain, name) for name in names):
        return _("Your own name makes the passphrase easy to guess. Take other words.")
    return None


def is_common(plain: str) -> bool:
    """Whether the letters stand on the list, with or without digits at either end."""
    as_letters = plain.translate(_DIGITS_FOR_LETTERS)
    return any(word in _common() for word in {plain, plain.strip("0123456789"), as_letters})


def is_pattern(plain: str) -> bool:
    """Whether it is few letters over and over, or a walk along the keyboard or the alphabet."""
    if len(set(plain)) < 6 or re.fullmatch(r"(.{1,10}?)\1+.{0,9}", plain):
        return True
    steps = range(len(plain) - 3)
    begins = [i for i in steps if any(plain[i : i + 4] in row for row in _ROWS)]
    walked = {i + k for i in begins for k in range(4)}
    return len(plain) - len(walked) <= len(plain) // 4


def _is_mostly(plain: str, name: str) -> bool:
    own = _plain(name)
    return len(own) >= 4 and len(plain.replace(own, "").strip("0123456789")) < 8


def _plain(passphrase: str) -> str:
    folded = unicodedata.normalize("NFKC", passphrase).casefold()
    return "".join(c for c in folded if c.isalnum() or c in "@$!")


@cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(_plain(line) for line in lines if line and not line.startswith("#"))
