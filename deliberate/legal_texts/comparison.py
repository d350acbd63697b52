"""Word-level comparison of two texts, punctuation apart from words."""

import re
from collections.abc import Sequence
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
    index = 0
    while index < len(pieces):
        removed, added = "", ""
        while index < len(pieces) and _in_change(pieces, index, bool(removed or added)):
            piece = pieces[index]
            removed += piece.text if piece.kind != "added" else ""
            added += piece.text if piece.kind != "removed" else ""
            index += 1
        result += [Piece("removed", removed)] if removed else []
        result += [Piece("added", added)] if added else []
        if index < len(pieces):
            result.append(pieces[index])
            index += 1
    return result


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
