"""Word-level comparison of two texts, punctuation apart from words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\w+|[^\w\s]|\s+")
_REFERENCE = re.compile(r"\bpasal\s+\d+[a-z]{0,2}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """A run of words: kept, added or removed."""

    kind: str
    text: str


def compare_words(before: str, after: str) -> list[Piece]:
    """Return what stays, is removed and is added, in reading order."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(old[i:j])))
        if k < m:
            pieces.append(Piece("added", "".join(new[k:m])))
    return _without_slivers(pieces)


def _without_slivers(pieces: Sequence[Piece]) -> list[Piece]:
    """Join changes between which only a space stays, so that phrases are shown as phrases."""
    result: list[Piece] = []
    start = 0
    while start < len(pieces):
        end = start
        while end < len(pieces) and _in_change(pieces, end, end > start):
            end += 1
        result += [*_joined_change(pieces[start:end]), *pieces[end : end + 1]]
        start = end + 1
    return result


def _joined_change(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield what is removed and what is added by a run of changes, with the spaces between."""
    for kind, other in (("removed", "added"), ("added", "removed")):
        if text := "".join(piece.text for piece in pieces if piece.kind != other):
            yield Piece(kind, text)


def _in_change(pieces: Sequence[Piece], index: int, is_open: bool) -> bool:
    """Return whether a piece is part of a change; a lone space is if changes are around it."""
    piece = pieces[index]
    if piece.kind != "kept":
        return True
    return is_open and not piece.text.strip() and index + 1 < len(pieces)


def text_change(before: str, after: str) -> str:
    """Return same, references (only numbers of Pasal it refers to differ) or changed."""
    old, new = " ".join(before.split()), " ".join(after.split())
    if old == new:
        return "same"
    same_words = _REFERENCE.sub("pasal", old) == _REFERENCE.sub("pasal", new)
    return "references" if same_words else "changed"
