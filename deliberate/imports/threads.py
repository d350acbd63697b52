"""Putting imported comments in their places: parents first, cycles out, orphans kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from deliberate.imports.source import Reject, Row
from deliberate.imports.source_records import FoundComment


@dataclass(frozen=True, slots=True)
class Stored:
    """A comment that an earlier run brought in."""

    id: int
    proposal: str
    root_id: int | None
    depth: int


class Threads:
    """The comments of one import by their numbers, with the rows they came from.

    A parent that the source does not carry makes an orphan: it stays, at the head of a branch as
    the page shows it, while the figures give it depth 1. A parent in another proposal, or a cycle
    of parents, makes the row bad; what hangs below it is an orphan.
    Walks up instead of down, each comment once, so neither depth nor a cycle can hold it up.
    """

    def __init__(self, stored: Mapping[str, Stored], starts: Mapping[str, datetime]) -> None:
        self._stored = stored
        self._starts = starts
        self._rows: dict[str, Row] = {}
        self.comments: dict[str, FoundComment] = {}

    def add(self, comment: FoundComment, row: Row) -> None:
        """Take a comment in, its parent still unseen."""
        self.comments[comment.number] = comment
        self._rows[comment.number] = row

    def line_of(self, number: str) -> int | None:
        """On which line a comment of this number stands already."""
        return self._rows[number].line if number in self._rows else None

    def settle(self) -> Iterator[Reject]:
        """Give every comment its depth and turn; gives the rows that cannot have one."""
        yield from self._drop(self._strays(), "its parent {} stands in another proposal")
        yield from self._drop(self._circling(), "its parents go round in a circle by way of {}")
        placed: set[str] = set()
        for comment in self.comments.values():
            for each in reversed(self._unplaced(comment, placed)):
                self._place(each)
                placed.add(each.number)

    def _drop(self, numbers: Iterable[str], reason: str) -> Iterator[Reject]:
        for number in list(numbers):
            row, comment = self._rows[number], self.comments.pop(number)
            yield Reject(row.file, row.line, reason.format(comment.parent), row.fields)

    def _strays(self) -> Iterator[str]:
        for number, comment in self.comments.items():
            parent = self.comments.get(comment.parent) or self._stored.get(comment.parent)
            if parent is not None and parent.proposal != comment.proposal:
                yield number

    def _circling(self) -> Iterator[str]:
        walked: set[str] = set()
        for start in self.comments:
            path: dict[str, int] = {}
            number = start
            while number in self.comments and number not in walked and number not in path:
                path[number] = len(path)
                number = self.comments[number].parent
            if number in path:
                yield from list(path)[path[number] :]
            walked.update(path)

    def _unplaced(self, comment: FoundComment, placed: set[str]) -> list[FoundComment]:
        """The comment and those above it that have no place yet, from the bottom up."""
        chain = []
        each: FoundComment | None = comment
        while each is not None and each.number not in placed:
            chain.append(each)
            each = self.comments.get(each.parent)
        return chain

    def _place(self, comment: FoundComment) -> None:
        start = self._starts[comment.proposal]
        if parent := self.comments.get(comment.parent):
            comment.depth = parent.depth + 1
            comment.follow(parent.turn[0], comment.depth)
        elif stored := self._stored.get(comment.parent):
            comment.depth = stored.depth + 1
            comment.follow(start, comment.depth)
        else:
            comment.is_orphan = bool(comment.parent)
            comment.follow(start)
