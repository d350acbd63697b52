"""Verifying the whole log: leaves, roots, links, signatures, subtrees, segments, heads outside."""

import json
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.models import Interaction, PublishedTreeHead, Segment, SignedTreeHead, Subtree
from deliberate.sealing.heads import FIRST, SignedHead, digest, key_after, signed
from deliberate.sealing.leaves import LEAF, leaves_of
from deliberate.sealing.parts import (
    ROWS_A_PART,
    Fault,
    Part,
    WrittenSegment,
    read_part,
    read_part_at,
    read_segment,
    read_segment_at,
)
from deliberate.sealing.rows import waiting_rows
from deliberate.sealing.segments import FOLDER
from deliberate.sealing.tree import Tree, fold

WORKERS = 2
MANY = 8 * ROWS_A_PART
"""From so many entries on, processes of their own read the parts."""
LEVEL_OF_A_PART = ROWS_A_PART.bit_length() - 1
Progress = Callable[[int], object]


def verify(
    log_path: Path | None = None,
    outside: Sequence[SignedHead] = (),
    progress: Progress = lambda _rows: None,
) -> list[Fault]:
    """Recompute the log and compare it with its heads; an empty list means intact.

    `outside` are heads that were kept elsewhere: without one, nobody can tell a log that was cut
    together with its heads, or written anew with the key. Segments are read under `log_path`.
    """
    session: Session = db.session()
    session.rollback()
    size = session.scalar(select(func.max(SignedTreeHead.size))) or 0
    check = _Check(session, size)
    check.outside(outside)
    with _readers(size) as readers:
        for first, heads, part in _parts(session, size, check.sizes, readers):
            check.links(heads)
            check.part(part(), heads)
            progress(min(ROWS_A_PART, size - first))
        check.faults += _segment_faults(session, log_path, readers) if log_path else []
    check.strays()
    return check.faults


@contextmanager
def _readers(size: int) -> Iterator[Executor | None]:
    if size < MANY:
        yield None
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=spawn) as readers:
        yield readers


def _parts(
    session: Session, size: int, sizes: Sequence[int], readers: Executor | None
) -> Iterator[tuple[int, list[SignedTreeHead], Callable[[], Part]]]:
    """Each part with its heads; what reads it runs ahead by a few parts."""
    ahead: deque[tuple[int, list[SignedTreeHead], Callable[[], Part]]] = deque()
    url = db.engine.url.render_as_string(hide_password=False)
    for first in range(0, size, ROWS_A_PART):
        stop = min(first + ROWS_A_PART, size)
        heads = list(
            session.scalars(
                select(SignedTreeHead)
                .where(SignedTreeHead.size > first, SignedTreeHead.size <= stop)
                .order_by(SignedTreeHead.size)
            )
        )
        wanted = [head.size for head in heads] + [n for n in sizes if first < n <= stop]
        if readers is None:
            yield first, heads, _soon(session, first, stop, wanted)
        else:
            ahead.append(
                (first, heads, readers.submit(read_part_at, url, first, stop, wanted).result)
            )
        session.expunge_all()
        if len(ahead) > 2 * WORKERS:
            yield ahead.popleft()
    yield from ahead


def _soon(session: Session, first: int, stop: int, wanted: Sequence[int]) -> Callable[[], Part]:
    return lambda: read_part(session.connection(), first, stop, wanted)


@dataclass
class _Check:
    """What has been found so far, from the first entry on."""

    session: Session
    size: int
    faults: list[Fault] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    is_broken: bool = False
    """Whether the tree has parted from its heads: whatever follows would only repeat it."""
    last_body: str = ""
    next_key: str = ""
    good: int = 0
    given_out: dict[int, list[SignedHead]] = field(default_factory=dict)

    @property
    def sizes(self) -> list[int]:
        """Sizes at which heads kept outside speak of the log."""
        return sorted(self.given_out)

    def outside(self, heads: Sequence[SignedHead]) -> None:
        """Take heads that were kept elsewhere, and say what is wrong with them at once."""
        origin = self.session.scalar(
            select(SignedTreeHead.body).order_by(SignedTreeHead.size).limit(1)
        )
        here = json.loads(origin)["origin"] if origin else ""
        keys = set(self.session.scalars(select(SignedTreeHead.key_id).distinct()))
        for head in heads:
            said = head.said
            size, since = said["size"], said["t"]
            if not head.is_signed:
                self._add("the signature of a head kept outside does not hold", size, since)
            elif here and said["origin"] != here:
                self._add(f"the head kept outside is of another log: {said['origin']}", size, since)
            elif size > self.size:
                self._add("the log is shorter than a head kept outside", self.size, since)
            elif head.key not in keys:
                self._add("a head kept outside has a key this log never had", size, since)
            else:
                self.given_out.setdefault(size, []).append(head)

    def links(self, heads: Sequence[SignedTreeHead]) -> None:
        """Each head follows the one before it, says what its columns say, and is signed."""
        for head in heads:
            given = signed(head)
            try:
                said = given.said
            except ValueError:
                self._add("a head is no head", head.size)
                continue
            before = digest(self.last_body) if self.last_body else FIRST
            if said["prev"] != before:
                self._add("a head does not follow the one before it", head.size, said["t"])
            if (head.size, head.root, head.prev) != (said["size"], said["root"], said["prev"]):
                self._add("a head's columns are not its signed text", head.size, said["t"])
            if not given.is_signed:
                self._add("a head's signature does not hold", head.size, said["t"])
            if head.key_id != (self.next_key or head.key_id):
                self._add("a head is signed by a key that was not named", head.size, said["t"])
            self.last_body, self.next_key = head.body, key_after(head)

    def part(self, part: Part, heads: Sequence[SignedTreeHead]) -> None:
        """Join a part to the tree, and compare the roots at each of its heads."""
        self.faults += [Fault(f.what, f.where, _sealed_at(heads, f.where)) for f in part.faults]
        self.is_broken = self.is_broken or not part.is_whole
        if self.is_broken:
            return
        for head in heads:
            root = fold(self.tree.peaks + part.edges[head.size]).hex()
            if root != head.root:
                since = json.loads(head.body)["t"]
                self._add("entries are not those that the head was signed over", self.good, since)
                self.is_broken = True
                return
            self.good = head.size
        for size, edge in part.edges.items():
            self._compare_outside(size, fold(self.tree.peaks + edge).hex())
        self._compare_subtrees(part)
        for level, _place, whole in part.subtrees:
            if level == LEVEL_OF_A_PART:
                self.tree.add_subtree(level, whole)

    def _compare_outside(self, size: int, root: str) -> None:
        for head in self.given_out.pop(size, ()):
            if head.said["root"] != root:
                what = "the log is not the one that a head kept outside was signed over"
                self._add(what, size, head.said["t"])
            elif (
                self.session.scalar(select(SignedTreeHead.body).where(SignedTreeHead.size == size))
                != head.body
            ):
                self._add("a head kept outside is not among the heads here", size, head.said["t"])

    def _compare_subtrees(self, part: Part) -> None:
        for level, place, root in part.subtrees:
            kept = self.session.get(Subtree, (level, place))
            if kept is None or bytes(kept.root) != root:
                self._add("the kept hash of a subtree is not its hash", place << level)
        self.session.expunge_all()

    def _add(self, what: str, where: int | None = None, since: str = "") -> None:
        self.faults.append(Fault(what, where, since))

    def strays(self) -> None:
        """Entries outside the numbers, entries that wait, heads given out that are gone."""
        lowest, highest = self.session.execute(
            select(func.min(Interaction.seq), func.max(Interaction.seq))
        ).one()
        if lowest is not None and lowest < 0:
            self._add("entries have numbers below the first", lowest)
        if highest is not None and highest >= self.size:
            self._add("entries have numbers that no head covers", self.size)
        connection = self.session.connection()
        is_sqlite = connection.dialect.name == "sqlite"
        waiting = waiting_rows(connection)
        for found, row in zip(leaves_of(waiting, is_sqlite=is_sqlite), waiting, strict=True):
            if found != row[LEAF]:
                self._add("an entry that waits to be sealed is not what was written")
        gone = select(PublishedTreeHead.size).where(
            ~PublishedTreeHead.size.in_(select(SignedTreeHead.size))
        )
        for size in self.session.scalars(gone):
            self._add("a head that was given out is gone", size)


def _sealed_at(heads: Sequence[SignedTreeHead], number: int | None) -> str:
    for head in heads:
        if number is not None and head.size > number:
            return str(json.loads(head.body)["t"])
    return ""


def _segment_faults(session: Session, log_path: Path, readers: Executor | None) -> Iterator[Fault]:
    expected = 0
    reading: list[Future[list[Fault]]] = []
    for row in session.scalars(select(Segment).order_by(Segment.first)):
        file = log_path / FOLDER / row.file_name
        segment = WrittenSegment(row.first, row.last, row.sha256, file)
        if row.first != expected:
            yield Fault("a segment is missing", expected)
        expected = row.last + 1
        if readers is None:
            yield from read_segment(session.connection(), segment)
        else:
            url = db.engine.url.render_as_string(hide_password=False)
            reading.append(readers.submit(read_segment_at, url, segment))
    for found in reading:
        yield from found.result()
