"""Placement of imported comments: parents first, cycles rejected, orphans retained."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from deliberate.imports.act_spool import ActSpool
from deliberate.imports.source import Reject, Row, reject
from deliberate.imports.source_records import SourceComment, StoredComment
from deliberate.imports.spool_values import packed_plain, to_micros, unpacked_plain

_ADD = (
    "INSERT INTO comment (act, source_id, proposal, parent, at, at_again, place, parent_place,"
    " line, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PLACE_ROOTS = (
    "UPDATE comment SET level = 0, orphan = parent != '',"
    " sort_at = max(at, (SELECT s.at FROM start s WHERE s.proposal = comment.proposal))"
    " WHERE level IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM comment p WHERE p.source_id = comment.parent)"
)
# CROSS JOIN keeps the order of the tables: the comments of one level, and then their replies.
_NEXT_LEVEL = (
    "INSERT INTO next SELECT c.act, p.depth + 1,"
    # The clocks were put back between the two: the second moment of that hour is meant.
    " CASE WHEN c.at_again IS NOT NULL AND c.at < p.at THEN c.at_again ELSE c.at END, p.sort_at"
    " FROM comment p CROSS JOIN comment c"
    " WHERE p.level = ? AND c.parent = p.source_id AND c.level IS NULL"
)
_PLACE_LEVEL = (
    "UPDATE comment SET level = ?, depth = n.depth, at = n.at, sort_at = max(n.at, n.above)"
    " FROM next n WHERE comment.act = n.act"
)
_WRITE_ORDER = "UPDATE act SET at = c.sort_at, depth = c.depth FROM comment c WHERE c.act = act.id"


class ThreadBuilder:
    """The comments of one import by source id, with the rows they came from.

    A parent that the source lacks makes an orphan: it starts a branch on the page and has depth 1
    in the figures. A parent in another proposal, or a cycle of parents, rejects the row; replies to
    it become orphans. Comments are placed level by level in the spool, so that neither depth nor
    number costs memory.
    """

    def __init__(
        self,
        acts: ActSpool,
        stored: Mapping[str, StoredComment],
        starts: Mapping[str, datetime],
        names_left_out: Mapping[str, str] | None = None,
        roots: Collection[str] = (),
    ) -> None:
        self._acts = acts
        self._sql = acts.connection
        self._stored = stored
        self._names_left_out = names_left_out or {}
        self._roots = roots
        self._sql.execute("CREATE TABLE start (proposal TEXT PRIMARY KEY, at INTEGER)")
        self._sql.execute(
            "CREATE TABLE next (act INTEGER, depth INTEGER, at INTEGER, above INTEGER)"
        )
        times = ((proposal, to_micros(at)) for proposal, at in starts.items())
        self._sql.executemany("INSERT INTO start VALUES (?, ?)", times)
        self.left_out: list[tuple[Row, str]] = []
        """Comments on proposals that are left out by name."""

    def add(
        self, comment: SourceComment, row: Row, place: str = "", parent_place: str = ""
    ) -> None:
        """Add a comment before its parent is known: its id, or its place in a group."""
        again = to_micros(comment.at_again) if comment.at_again else None
        values = (
            *(self._acts.add(comment), comment.source_id, comment.proposal, comment.parent),
            *(to_micros(comment.at), again, place, parent_place, row.line),
            packed_plain((row.file, dict(row.fields), row.section, row.language)),
        )
        self._sql.execute(_ADD, values)

    def __len__(self) -> int:
        return int(self._sql.execute("SELECT count(*) FROM comment").fetchone()[0])

    def line_of(self, source_id: str) -> int | None:
        """Return the line of an earlier comment with this id; None without one."""
        query = "SELECT line FROM comment WHERE source_id = ?"
        row = self._sql.execute(query, (source_id,)).fetchone()
        return int(row[0]) if row else None

    def place_comments(self) -> Iterator[Reject]:
        """Set depth and sort key of every comment; yield the rejected rows."""
        self._sql.execute("CREATE INDEX comment_parent ON comment (parent)")
        self._find_parents_by_place()
        self._inherit_proposals()
        yield from self._without_proposal()
        yield from self._drop(self._with_foreign_parent(), "its parent {} is in another proposal")
        self._sql.execute("CREATE INDEX comment_level ON comment (level)")
        self._place_levels()
        yield from self._drop(self._in_cycles(), "its chain of parents is a cycle through {}")
        self._place_levels()
        self._sql.execute(_WRITE_ORDER)

    def _pages(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query by act, page by page, while the table is changed."""
        last = 0
        while rows := self._sql.execute(query, (last,)).fetchall():
            yield from rows
            last = rows[-1][0]

    def _find_parents_by_place(self) -> None:
        self._sql.execute("CREATE INDEX comment_place ON comment (place) WHERE place != ''")
        query = (
            "SELECT act, parent_place FROM comment WHERE parent_place != '' AND act > ?"
            " ORDER BY act LIMIT 1000"
        )
        at_place = (
            "SELECT source_id FROM comment WHERE place = ? AND place != ''"
            " ORDER BY act DESC LIMIT 1"
        )
        for act_id, place in self._pages(query):
            found = self._sql.execute(at_place, (place,)).fetchone()
            orphaned = "" if place in self._roots else place
            change = (found[0] if found else orphaned, act_id)
            self._sql.execute("UPDATE comment SET parent = ? WHERE act = ?", change)

    def _inherit_proposals(self) -> None:
        """Give a reply whose row names no proposal that of its parent; each is walked once."""
        query = (
            "SELECT act, source_id FROM comment WHERE proposal = '' AND NOT walked AND act > ?"
            " ORDER BY act LIMIT 1000"
        )
        for _act_id, start in self._pages(query):
            chain: list[int] = []
            proposal, above = "", start
            while row := self._walk(above):
                act_id, proposal, parent, is_walked = row
                if proposal or is_walked:
                    break
                self._sql.execute("UPDATE comment SET walked = 1 WHERE act = ?", (act_id,))
                chain.append(act_id)
                above = parent
            else:
                stored = self._stored.get(above)
                proposal = stored.proposal if stored else ""
            changes = ((proposal, act_id) for act_id in chain)
            self._sql.executemany("UPDATE comment SET proposal = ? WHERE act = ?", changes)

    def _walk(self, source_id: str) -> tuple[Any, ...] | None:
        query = "SELECT act, proposal, parent, walked FROM comment WHERE source_id = ?"
        row: tuple[Any, ...] | None = self._sql.execute(query, (source_id,)).fetchone()
        return row

    def _without_proposal(self) -> Iterator[Reject]:
        query = (
            "SELECT act, proposal, line, source FROM comment WHERE act > ? AND NOT EXISTS"
            " (SELECT 1 FROM start s WHERE s.proposal = comment.proposal) ORDER BY act LIMIT 1000"
        )
        for act_id, proposal, line, source in self._pages(query):
            row = _row(line, source)
            self._acts.discard(act_id)
            if name := self._names_left_out.get(proposal):
                self.left_out.append((row, name))
            else:
                yield reject(row, f"its proposal {proposal!r} is missing")

    def _drop(self, act_ids: Iterable[int], reason: str) -> Iterator[Reject]:
        query = "SELECT line, source, parent FROM comment WHERE act = ?"
        for act_id in list(act_ids):
            line, source, parent = self._sql.execute(query, (act_id,)).fetchone()
            self._acts.discard(act_id)
            yield reject(_row(line, source), reason.format(parent))

    def _with_foreign_parent(self) -> list[int]:
        """Return the comments whose parent, read now or stored before, is in another proposal."""
        here = (
            "SELECT c.act FROM comment c JOIN comment p ON p.source_id = c.parent"
            " WHERE p.proposal != c.proposal"
        )
        foreign = {act_id for (act_id,) in self._sql.execute(here)}
        for act_id, proposal, parent in self._with_stored_parent():
            if parent.proposal != proposal:
                foreign.add(act_id)
        return sorted(foreign)

    def _with_stored_parent(self) -> Iterator[tuple[int, str, StoredComment]]:
        if not self._stored:
            return
        query = (
            "SELECT act, proposal, parent FROM comment WHERE parent != '' AND act > ?"
            " AND NOT EXISTS (SELECT 1 FROM comment p WHERE p.source_id = comment.parent)"
            " ORDER BY act LIMIT 1000"
        )
        for act_id, proposal, parent in self._pages(query):
            if stored := self._stored.get(parent):
                yield act_id, proposal, stored

    def _place_levels(self) -> None:
        """Place the comments that have no level yet, below those without a parent in the files."""
        self._sql.execute(_PLACE_ROOTS)
        for act_id, _proposal, parent in self._with_stored_parent():
            change = (parent.depth + 1, act_id)
            self._sql.execute("UPDATE comment SET orphan = 0, depth = ? WHERE act = ?", change)
        level = 0
        while self._sql.execute(_NEXT_LEVEL, (level,)).rowcount:
            level += 1
            self._sql.execute(_PLACE_LEVEL, (level,))
            self._sql.execute("DELETE FROM next")

    def _in_cycles(self) -> Iterator[int]:
        """Yield the comments in a cycle; none of them, nor what replies to them, has a level."""
        query = "SELECT act, source_id, parent FROM comment WHERE level IS NULL ORDER BY act"
        unplaced = {source_id: (act, parent) for act, source_id, parent in self._sql.execute(query)}
        walked: set[str] = set()
        for start in unplaced:
            path: dict[str, int] = {}
            source_id = start
            while source_id in unplaced and source_id not in walked and source_id not in path:
                path[source_id] = len(path)
                source_id = unplaced[source_id][1]
            if source_id in path:
                yield from (unplaced[name][0] for name in list(path)[path[source_id] :])
            walked.update(path)


def _row(line: int, source: bytes) -> Row:
    file, fields, section, language = unpacked_plain(source)
    return Row(file, line, fields, section, language)
