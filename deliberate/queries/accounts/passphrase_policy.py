"""The passphrase policy: length, common passphrases, keyboard patterns, the person's own names."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

MIN_LENGTH, MAX_LENGTH = 15, 256
MIN_LENGTH_WITH_SECOND_FACTOR = 8
"""Minimum length with a second factor (NIST SP 800-63B-4, 3.1.1.2)."""
_LIST = Path(__file__).resolve().parents[2] / "common_passphrases.txt"
_DIGITS_FOR_LETTERS = str.maketrans("013457@$!", "oieastasi")
_KEYBOARD_RUNS = (
    "1234567890" * 3,
    "qwertyuiop" * 3,
    "asdfghjkl" * 3,
    "zxcvbnm" * 4,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_ROWS = (*_KEYBOARD_RUNS, *(run[::-1] for run in _KEYBOARD_RUNS))
_COMMON = _(
    "This passphrase is easy to guess. Take four or more words that do not belong together."
)


def _length_problem(length: int, *, has_factor: bool) -> LazyString | None:
    if has_factor and length < MIN_LENGTH_WITH_SECOND_FACTOR:
        return _("Use at least 8 characters.")
    if not has_factor and length < MIN_LENGTH:
        return _("Use at least 15 characters: four or more words are easy to remember.")
    return _("Use at most 256 characters.") if length > MAX_LENGTH else None


def passphrase_problem(passphrase: str, *names: str, has_factor: bool = False) -> LazyString | None:
    """Return why a passphrase must not be used, or None; `names` are the person's own."""
    problem = _length_problem(len(passphrase), has_factor=has_factor)
    if problem is not None:
        return problem
    if re.fullmatch(r"[\d\s.+-]+", passphrase):
        return _("A number alone can be guessed: no identity number, telephone number or date.")
    normalized = _normalized(passphrase)
    if is_common(normalized) or is_pattern(normalized):
        return _COMMON
    if any(_is_mostly_name(normalized, name) for name in names):
        return _("Your own name makes the passphrase easy to guess. Take other words.")
    return None


def is_common(normalized: str) -> bool:
    """Return whether a passphrase is on the list, with or without digits at either end."""
    as_letters = normalized.translate(_DIGITS_FOR_LETTERS)
    variants = {normalized, normalized.strip("0123456789"), as_letters}
    return any(variant in _common_passphrases() for variant in variants)


def is_pattern(normalized: str) -> bool:
    """Return whether a passphrase repeats few letters or follows the keyboard or the alphabet."""
    if len(set(normalized)) < 6 or re.fullmatch(r"(.{1,10}?)\1+.{0,9}", normalized):
        return True
    starts = range(len(normalized) - 3)
    runs = [i for i in starts if any(normalized[i : i + 4] in row for row in _ROWS)]
    in_run = {i + k for i in runs for k in range(4)}
    return len(normalized) - len(in_run) <= len(normalized) // 4


def _is_mostly_name(normalized: str, name: str) -> bool:
    own = _normalized(name)
    return len(own) >= 4 and len(normalized.replace(own, "").strip("0123456789")) < 8


def _normalized(passphrase: str) -> str:
    folded = unicodedata.normalize("NFKC", passphrase).casefold()
    return "".join(c for c in folded if c.isalnum() or c in "@$!")


@cache
def _common_passphrases() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(_normalized(line) for line in lines if line and not line.startswith("#"))
