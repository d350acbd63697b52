"""Placement of imported comments: parents first, cycles rejected, orphans retained."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from deliberate.imports.source import Reject, Row
from deliberate.imports.source_records import SourceComment


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment that an earlier run stored."""

    id: int
    proposal: str
    root_id: int | None
    depth: int


class ThreadBuilder:
    """The comments of one import by source id, with the rows they came from.

    A parent that the source lacks makes an orphan: it starts a branch on the page and has depth 1
    in the figures. A parent in another proposal, or a cycle of parents, rejects the row; replies to
    it become orphans. The walk goes up, each comment once, so depth and cycles cost nothing.
    """

    def __init__(self, stored: Mapping[str, StoredComment], starts: Mapping[str, datetime]) -> None:
        self._stored = stored
        self._starts = starts
        self._rows: dict[str, Row] = {}
        self.comments: dict[str, SourceComment] = {}

    def add(self, comment: SourceComment, row: Row) -> None:
        """Add a comment before its parent is known."""
        self.comments[comment.number] = comment
        self._rows[comment.number] = row

    def line_of(self, number: str) -> int | None:
        """Return the line of an earlier comment with this id; None without one."""
        return self._rows[number].line if number in self._rows else None

    def place_comments(self) -> Iterator[Reject]:
        """Set depth and sort key of every comment; yield the rejected rows."""
        yield from self._drop(self._with_foreign_parent(), "its parent {} is in another proposal")
        yield from self._drop(self._in_cycles(), "its chain of parents is a cycle through {}")
        placed: set[str] = set()
        for comment in self.comments.values():
            for each in reversed(self._unplaced(comment, placed)):
                self._place(each)
                placed.add(each.number)

    def _drop(self, numbers: Iterable[str], reason: str) -> Iterator[Reject]:
        for number in list(numbers):
            row, comment = self._rows[number], self.comments.pop(number)
            yield Reject(row.file, row.line, reason.format(comment.parent), row.fields)

    def _with_foreign_parent(self) -> Iterator[str]:
        for number, comment in self.comments.items():
            parent = self.comments.get(comment.parent) or self._stored.get(comment.parent)
            if parent is not None and parent.proposal != comment.proposal:
                yield number

    def _in_cycles(self) -> Iterator[str]:
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

    def _unplaced(self, comment: SourceComment, placed: set[str]) -> list[SourceComment]:
        """Return the comment and its ancestors without a position, from the bottom up."""
        chain = []
        each: SourceComment | None = comment
        while each is not None and each.number not in placed:
            chain.append(each)
            each = self.comments.get(each.parent)
        return chain

    def _place(self, comment: SourceComment) -> None:
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
