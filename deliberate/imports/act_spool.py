"""Acts that were read, in a temporary file and not in memory, in the order in which they happened.

A file of any length is read row by row into a spool; what is held in memory for each row is its
place in a cache of fixed size. The file has no name and is gone when the spool is.
"""

import sqlite3
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from typing import Any

from deliberate.imports.source_records import Author, SourceAct, SourceComment, StoredComment
from deliberate.imports.spool_values import (
    from_micros,
    packed_plain,
    packed_record,
    to_micros,
    unpacked_plain,
    unpacked_record,
)
from deliberate.vocabulary import AccountClass, Role

_IN_ORDER = (
    "SELECT a.content, a.at, a.rank, a.depth, c.proposal, c.parent, c.at, c.orphan"
    " FROM act a LEFT JOIN comment c ON c.act = a.id WHERE :rank IS NULL OR a.rank = :rank"
    " ORDER BY a.at, a.rank, a.depth, a.id"
)
PAGE = 500
"""Acts that are read from the file at a time."""


def open_temporary() -> sqlite3.Connection:
    """Return a database in a file without a name, which may lose everything at any moment."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8192"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    return connection


def _packed_act(act: SourceAct) -> bytes:
    """Return an act as it is written; a comment as plain values, for most acts are comments."""
    if not isinstance(act, SourceComment):
        return packed_record(act)
    author = act.author
    who = None
    if author is not None:
        who = (author.source_id, author.role.value, author.account_class.value, author.name)
    return packed_plain((act.source_id, act.body, act.markup, act.stance, act.is_blank, who))


def _comment(content: bytes, proposal: str, parent: str, at: int) -> SourceComment:
    source_id, body, markup, stance, is_blank, who = unpacked_plain(content)
    author = who and Author(who[0], Role(who[1]), AccountClass(who[2]), who[3])
    comment = SourceComment(
        from_micros(at), proposal, author, source_id, parent, body, markup, stance
    )
    comment.is_blank = is_blank
    return comment


class ActSpool:
    """The acts of one import; comments have their place in the thread in columns of their own."""

    def __init__(self) -> None:
        self.connection = open_temporary()
        self.connection.execute(
            "CREATE TABLE act (id INTEGER PRIMARY KEY, at INTEGER, rank INTEGER, depth INTEGER,"
            " content BLOB)"
        )
        self.connection.execute(
            "CREATE TABLE comment (act INTEGER PRIMARY KEY, source_id TEXT, proposal TEXT,"
            " parent TEXT, at INTEGER, at_again INTEGER, sort_at INTEGER, depth INTEGER DEFAULT 0,"
            " level INTEGER, orphan INTEGER DEFAULT 0, place TEXT, parent_place TEXT,"
            " walked INTEGER DEFAULT 0, line INTEGER, source BLOB)"
        )
        self.connection.execute("CREATE UNIQUE INDEX comment_id ON comment (source_id)")
        self._count = 0
        self.authors: dict[str, Author] = {}
        """Each account: an organisation or staff only if it acts as such in every row."""

    def __len__(self) -> int:
        return self._count

    def add(self, act: SourceAct) -> int:
        """Add an act that has its sort key, or a comment that gets one in its thread."""
        self._see_author(act.author)
        is_placed = not isinstance(act, SourceComment)
        at = to_micros(act.sort_key[0]) if is_placed else None
        depth = act.sort_key[2] if is_placed else 0
        cursor = self.connection.execute(
            "INSERT INTO act (at, rank, depth, content) VALUES (?, ?, ?, ?)",
            (at, act.rank, depth, _packed_act(act)),
        )
        self._count += 1
        return int(cursor.lastrowid or 0)

    def discard(self, act_id: int) -> None:
        """Take a comment out that has no place."""
        self.connection.execute("DELETE FROM act WHERE id = ?", (act_id,))
        self.connection.execute("DELETE FROM comment WHERE act = ?", (act_id,))
        self._count -= 1

    def _see_author(self, author: Author | None) -> None:
        if author is None:
            return
        first = self.authors.setdefault(author.source_id, author)
        if author.account_class != first.account_class or author.role != first.role:
            self.authors[author.source_id] = Author(author.source_id)

    def __iter__(self) -> Iterator[SourceAct]:
        yield from self.acts()

    def acts(self, rank: int | None = None) -> Iterator[SourceAct]:
        """Yield the acts in order, or those of one type by its rank."""
        self.connection.execute("CREATE INDEX IF NOT EXISTS act_order ON act (at, rank, depth, id)")
        cursor = self.connection.execute(_IN_ORDER, {"rank": rank})
        while rows := cursor.fetchmany(PAGE):
            yield from map(_act, rows)

    def counts(self) -> dict[int, int]:
        """Return the number of acts by rank."""
        query = "SELECT rank, count(*) FROM act GROUP BY rank"
        return dict(self.connection.execute(query).fetchall())

    def count_orphans(self) -> int:
        """Return the number of comments without their parent."""
        query = "SELECT count(*) FROM comment WHERE orphan"
        return int(self.connection.execute(query).fetchone()[0])

    def span(self) -> tuple[datetime, datetime]:
        """Return the times of the first and the last act."""
        first, last = self.connection.execute("SELECT min(at), max(at) FROM act").fetchone()
        return from_micros(first), from_micros(last)


def _act(row: tuple[Any, ...]) -> SourceAct:
    """Return an act from a row of the spool; a comment has its place in the thread."""
    content, sort_at, rank, depth, proposal, parent, at, orphan = row
    if rank == SourceComment.rank:
        comment = _comment(content, proposal, parent, at)
        comment.sort_key = (from_micros(sort_at), rank, depth)
        comment.depth, comment.is_orphan = depth, bool(orphan)
        return comment
    return unpacked_record(content)


class StoredComments(MutableMapping[str, StoredComment]):
    """The comments that are stored, by source id: the latest in memory, the others in a file."""

    MAX_RECENT = 5000

    def __init__(self) -> None:
        self._connection = open_temporary()
        self._connection.execute(
            "CREATE TABLE stored (source_id TEXT PRIMARY KEY, id INTEGER, proposal TEXT,"
            " root_id INTEGER, depth INTEGER) WITHOUT ROWID"
        )
        self._recent: dict[str, StoredComment] = {}

    def __setitem__(self, source_id: str, comment: StoredComment) -> None:
        self._recent[source_id] = comment
        if len(self._recent) >= self.MAX_RECENT:
            self._flush()

    def _flush(self) -> None:
        rows = [
            (source_id, c.id, c.proposal, c.root_id, c.depth)
            for source_id, c in self._recent.items()
        ]
        self._connection.executemany("INSERT OR REPLACE INTO stored VALUES (?, ?, ?, ?, ?)", rows)
        self._recent.clear()

    def __getitem__(self, source_id: str) -> StoredComment:
        if not source_id:
            raise KeyError(source_id)
        if (recent := self._recent.get(source_id)) is not None:
            return recent
        query = "SELECT id, proposal, root_id, depth FROM stored WHERE source_id = ?"
        row = self._connection.execute(query, (source_id,)).fetchone()
        if row is None:
            raise KeyError(source_id)
        return StoredComment(*row)

    def __delitem__(self, source_id: str) -> None:
        self._flush()
        self._connection.execute("DELETE FROM stored WHERE source_id = ?", (source_id,))

    def __iter__(self) -> Iterator[str]:
        self._flush()
        yield from (row[0] for row in self._connection.execute("SELECT source_id FROM stored"))

    def __len__(self) -> int:
        self._flush()
        return int(self._connection.execute("SELECT count(*) FROM stored").fetchone()[0])
