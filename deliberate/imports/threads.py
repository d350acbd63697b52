"""Placement of imported comments: parents first, cycles rejected, orphans retained."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from deliberate.imports.source import Reject, Row, reject
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

    def __init__(
        self,
        stored: Mapping[str, StoredComment],
        starts: Mapping[str, datetime],
        names_left_out: Mapping[str, str] | None = None,
        roots: Collection[str] = (),
    ) -> None:
        self._stored = stored
        self._starts = starts
        self._names_left_out = names_left_out or {}
        self._roots = roots
        self._rows: dict[str, Row] = {}
        self._ids_by_place: dict[str, str] = {}
        self._parent_places: dict[str, str] = {}
        self.comments: dict[str, SourceComment] = {}
        self.left_out: list[tuple[Row, str]] = []
        """Comments on proposals that are left out by name."""

    def add(
        self, comment: SourceComment, row: Row, place: str = "", parent_place: str = ""
    ) -> None:
        """Add a comment before its parent is known: its id, or its place in a group."""
        self.comments[comment.source_id] = comment
        self._rows[comment.source_id] = row
        if place:
            self._ids_by_place[place] = comment.source_id
        if parent_place:
            self._parent_places[comment.source_id] = parent_place

    def line_of(self, source_id: str) -> int | None:
        """Return the line of an earlier comment with this id; None without one."""
        return self._rows[source_id].line if source_id in self._rows else None

    def place_comments(self) -> Iterator[Reject]:
        """Set depth and sort key of every comment; yield the rejected rows."""
        for source_id, place in self._parent_places.items():
            orphaned = "" if place in self._roots else place
            self.comments[source_id].parent = self._ids_by_place.get(place, orphaned)
        self._inherit_proposals()
        yield from self._without_proposal()
        yield from self._drop(self._with_foreign_parent(), "its parent {} is in another proposal")
        yield from self._drop(self._in_cycles(), "its chain of parents is a cycle through {}")
        placed: set[str] = set()
        for comment in self.comments.values():
            for ancestor in reversed(self._unplaced(comment, placed)):
                self._place(ancestor)
                placed.add(ancestor.source_id)

    def _inherit_proposals(self) -> None:
        """Give a reply whose row names no proposal that of its parent; each is walked once."""
        walked: set[str] = set()
        for start in self.comments.values():
            chain: list[SourceComment] = []
            comment: SourceComment | None = start
            while comment and not comment.proposal and comment.source_id not in walked:
                walked.add(comment.source_id)
                chain.append(comment)
                comment = self.comments.get(comment.parent)
            stored = self._stored.get(chain[-1].parent) if chain else None
            proposal = comment.proposal if comment else stored.proposal if stored else ""
            for descendant in chain:
                descendant.proposal = proposal

    def _without_proposal(self) -> Iterator[Reject]:
        for source_id, comment in list(self.comments.items()):
            if comment.proposal in self._starts:
                continue
            row = self._rows[source_id]
            del self.comments[source_id]
            if name := self._names_left_out.get(comment.proposal):
                self.left_out.append((row, name))
            else:
                yield reject(row, f"its proposal {comment.proposal!r} is missing")

    def _drop(self, source_ids: Iterable[str], reason: str) -> Iterator[Reject]:
        for source_id in list(source_ids):
            comment = self.comments.pop(source_id)
            yield reject(self._rows[source_id], reason.format(comment.parent))

    def _with_foreign_parent(self) -> Iterator[str]:
        for source_id, comment in self.comments.items():
            parent = self.comments.get(comment.parent) or self._stored.get(comment.parent)
            if parent is not None and parent.proposal != comment.proposal:
                yield source_id

    def _in_cycles(self) -> Iterator[str]:
        walked: set[str] = set()
        for start in self.comments:
            path: dict[str, int] = {}
            source_id = start
            while source_id in self.comments and source_id not in walked and source_id not in path:
                path[source_id] = len(path)
                source_id = self.comments[source_id].parent
            if source_id in path:
                yield from list(path)[path[source_id] :]
            walked.update(path)

    def _unplaced(self, comment: SourceComment, placed: set[str]) -> list[SourceComment]:
        """Return the comment and its ancestors without a position, from the bottom up."""
        chain = []
        current: SourceComment | None = comment
        while current is not None and current.source_id not in placed:
            chain.append(current)
            current = self.comments.get(current.parent)
        return chain

    def _place(self, comment: SourceComment) -> None:
        start = self._starts[comment.proposal]
        if parent := self.comments.get(comment.parent):
            comment.depth = parent.depth + 1
            if comment.at_again and comment.at < parent.at:
                comment.at = comment.at_again  # the clocks were put back between the two
            comment.set_sort_key(parent.sort_key[0], comment.depth)
        elif stored := self._stored.get(comment.parent):
            comment.depth = stored.depth + 1
            comment.set_sort_key(start, comment.depth)
        else:
            comment.is_orphan = bool(comment.parent)
            comment.set_sort_key(start)
