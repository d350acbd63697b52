"""Verification of the whole log: leaves, roots, head chain, signatures, subtrees, segments."""

import json
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from deliberate.database import db
from deliberate.file_storage import fetch_file
from deliberate.models import (
    Position,
    PublishedTreeHead,
    Segment,
    SignedTreeHead,
    Subtree,
    UnsealedEntry,
)
from deliberate.models.log.detached import SegmentMissing
from deliberate.sealing.date_verification import FIRST, Fault, HeadTime
from deliberate.sealing.leaf_hashes import COLUMNS, LEAF, recompute_leaves
from deliberate.sealing.log_rows import unsealed_rows
from deliberate.sealing.merkle_tree import MerkleTree, fold
from deliberate.sealing.part_verification import (
    ROWS_PER_PART,
    LogPart,
    Span,
    verify_part,
    verify_part_at,
)
from deliberate.sealing.segment_verification import (
    SegmentRecord,
    verify_segment,
    verify_segment_at,
)
from deliberate.sealing.segments import SEGMENT_FOLDER, fetch_segments
from deliberate.sealing.tree_heads import (
    NO_PREVIOUS_HEAD,
    ExportedTreeHead,
    HeadFields,
    body_digest,
    export_tree_head,
    next_signing_key,
)

ID = COLUMNS.index("id")
WORKERS = 2
MIN_ENTRIES_FOR_WORKERS = 8 * ROWS_PER_PART
"""From this size on, parts are verified in worker processes."""
PART_LEVEL = ROWS_PER_PART.bit_length() - 1
Progress = Callable[[int], object]
"""Called with the number of entries verified since the last call."""
PartTask = tuple[int, list[SignedTreeHead], Callable[[], LogPart]]
"""First position of a part, the heads within it, and the function that returns its result."""


def verify_log(
    log_path: Path | None = None,
    external_heads: Sequence[ExportedTreeHead] = (),
    progress: Progress = lambda _rows: None,
) -> list[Fault]:
    """Recompute the log and compare it with its tree heads; return the faults.

    `external_heads` come from outside this installation: only they reveal a log that was cut
    together with its heads, or rewritten with the key. Segments are verified if `log_path` is set.
    """
    session: Session = db.session()
    session.rollback()
    if log_path:
        fetch_segments(log_path)
        session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        # What is sealed and written meanwhile is no fault: all queries see one moment.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return verify_session(session, log_path, external_heads, progress)


def verify_session(
    session: Session,
    log_path: Path | None = None,
    external_heads: Sequence[ExportedTreeHead] = (),
    progress: Progress = lambda _rows: None,
) -> list[Fault]:
    """Run verify_log() on what a session sees, its own uncommitted changes included."""
    size = session.scalar(select(func.max(SignedTreeHead.size))) or 0
    verification = _Verification(session, size)
    verification.add_external_heads(external_heads)
    with _worker_pool(size) as workers:
        external = verification.external_sizes
        for first, heads, get_part in _parts(session, size, external, workers, log_path):
            verification.check_head_chain(heads)
            try:
                part = get_part()
            except SegmentMissing as error:
                verification.faults.append(Fault(str(error), first))
                break
            verification.check_part(part, heads)
            progress(min(ROWS_PER_PART, size - first))
        if log_path:
            verification.faults += _segment_faults(session, log_path, workers)
    verification.check_other_rows()
    return verification.faults


@contextmanager
def _worker_pool(size: int) -> Iterator[Executor | None]:
    if size < MIN_ENTRIES_FOR_WORKERS:
        yield None
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=spawn) as workers:
        yield workers


def _parts(
    session: Session,
    size: int,
    external_sizes: Sequence[int],
    workers: Executor | None,
    log_path: Path | None,
) -> Iterator[PartTask]:
    """Yield the parts in order; worker processes run ahead by a few parts."""
    ahead: deque[PartTask] = deque()
    url = db.engine.url.render_as_string(hide_password=False)
    for first in range(0, size, ROWS_PER_PART):
        stop = min(first + ROWS_PER_PART, size)
        heads = _heads_within(session, first, stop)
        sizes = [head.size for head in heads] + [n for n in external_sizes if first < n <= stop]
        times = _head_times(session, first, stop, heads)
        if workers is None:
            yield first, heads, _local_task(session, (first, stop), sizes, times, log_path)
        else:
            future = workers.submit(verify_part_at, url, (first, stop), sizes, times, log_path)
            ahead.append((first, heads, future.result))
        session.expunge_all()
        if len(ahead) > 2 * WORKERS:
            yield ahead.popleft()
    yield from ahead


def _heads_within(session: Session, first: int, stop: int) -> list[SignedTreeHead]:
    """Return the tree heads that end in the part from position `first` up to `stop`, in order."""
    heads = session.scalars(
        select(SignedTreeHead)
        .where(SignedTreeHead.size > first, SignedTreeHead.size <= stop)
        .order_by(SignedTreeHead.size)
    )
    return list(heads)


def _last_head(session: Session, *conditions: ColumnElement[bool]) -> SignedTreeHead | None:
    query = select(SignedTreeHead).where(*conditions)
    return session.scalar(query.order_by(SignedTreeHead.size.desc()).limit(1))


def _head_times(
    session: Session, first: int, stop: int, within: Sequence[SignedTreeHead]
) -> list[HeadTime]:
    """Return the times of the heads around and within a part, oldest first."""
    before = _last_head(session, SignedTreeHead.size <= first)
    after = session.scalar(
        select(SignedTreeHead)
        .where(SignedTreeHead.size > stop)
        .order_by(SignedTreeHead.size)
        .limit(1)
    )
    earlier = before and _last_head(
        session, SignedTreeHead.size < before.size, SignedTreeHead.made_at < before.made_at
    )
    heads = [head for head in (earlier, before, *within, after) if head]
    return [*(() if earlier else (FIRST,)), *filter(None, map(_head_time, heads))]


def _head_time(head: SignedTreeHead) -> HeadTime | None:
    """Return size and signed time of a head, None for a malformed one, which is a fault itself."""
    try:
        return HeadTime(head.size, datetime.fromisoformat(json.loads(head.body)["t"]))
    except (ValueError, KeyError, TypeError):
        return None


def _local_task(
    session: Session,
    span: Span,
    sizes: Sequence[int],
    times: Sequence[HeadTime],
    log_path: Path | None,
) -> Callable[[], LogPart]:
    return lambda: verify_part(session.connection(), span, sizes, times, log_path)


@dataclass
class _Verification:
    """The state of a verification that proceeds from the first entry to the last."""

    session: Session
    size: int
    faults: list[Fault] = field(default_factory=list)
    tree: MerkleTree = field(default_factory=MerkleTree)
    is_broken: bool = False
    """Whether the tree differs from its heads: later comparisons would repeat the fault."""
    last_body: str = ""
    next_key: str = ""
    last_time: str = ""
    verified_size: int = 0
    external_heads: dict[int, list[ExportedTreeHead]] = field(default_factory=dict)

    @property
    def external_sizes(self) -> list[int]:
        """Return the tree sizes of the external heads."""
        return sorted(self.external_heads)

    def add_external_heads(self, heads: Sequence[ExportedTreeHead]) -> None:
        """Store external heads for comparison; add a fault for each that contradicts the log."""
        keys = set(self.session.scalars(select(SignedTreeHead.key_id).distinct()))
        for head in heads:
            fields = head.fields
            size, since = fields["size"], fields["t"]
            if not head.is_signed:
                self._add("an external tree head has an invalid signature", size, since)
            elif size > self.size:
                self._add("the log is shorter than an external tree head", self.size, since)
            elif head.key not in keys:
                problem = "an external tree head was signed by a key that this log never used"
                self._add(problem, size, since)
            else:
                self.external_heads.setdefault(size, []).append(head)

    def check_head_chain(self, heads: Sequence[SignedTreeHead]) -> None:
        """Check that each head names the previous one, equals its signed text and is signed."""
        for head in heads:
            exported = export_tree_head(head)
            try:
                fields = exported.fields
            except ValueError:
                self._add("a tree head is malformed", head.size)
                continue
            for problem in self._head_problems(head, fields, is_signed=exported.is_signed):
                self._add(problem, head.size, fields["t"])
            self.last_body, self.next_key = head.body, next_signing_key(head)
            self.last_time = fields["t"]

    def _head_problems(
        self, head: SignedTreeHead, fields: HeadFields, *, is_signed: bool
    ) -> Iterator[str]:
        previous = body_digest(self.last_body) if self.last_body else NO_PREVIOUS_HEAD
        if fields["prev"] != previous:
            yield "a tree head does not name the previous one"
        signed = (fields["size"], fields["root"], fields["prev"], fields["t"])
        if signed != (head.size, head.root, head.prev, f"{head.made_at:%Y-%m-%dT%H:%M:%SZ}"):
            yield "the columns of a tree head differ from its signed text"
        if fields["t"] < self.last_time:
            yield "a tree head is older than the previous one"
        if not is_signed:
            yield "a tree head has an invalid signature"
        if head.key_id != (self.next_key or head.key_id):
            yield "a tree head was signed by an unexpected key"

    def check_part(self, part: LogPart, heads: Sequence[SignedTreeHead]) -> None:
        """Join a part to the tree and compare the root with each head."""
        self.faults += [
            Fault(fault.problem, fault.position, _sealed_at(heads, fault.position))
            for fault in part.faults
        ]
        self.is_broken = self.is_broken or not part.is_whole
        if not self.is_broken:
            self._compare_heads(part, heads)
        if self.is_broken:
            return
        for size, edge in part.edges.items():
            self._compare_external_heads(size, fold(self.tree.peaks + edge).hex())
        self._compare_subtrees(part)
        for level, _position, root_hash in part.subtrees:
            if level == PART_LEVEL:
                self.tree.add_subtree(level, root_hash)

    def _compare_heads(self, part: LogPart, heads: Sequence[SignedTreeHead]) -> None:
        for head in heads:
            root = fold(self.tree.peaks + part.edges[head.size]).hex()
            if root != head.root:
                since = json.loads(head.body)["t"]
                self._add("the entries do not match the tree head", self.verified_size, since)
                self.is_broken = True
                return
            self.verified_size = head.size

    def _compare_external_heads(self, size: int, root: str) -> None:
        for head in self.external_heads.pop(size, ()):
            stored = select(SignedTreeHead.body).where(SignedTreeHead.size == size)
            since = head.fields["t"]
            if head.fields["root"] != root:
                self._add("the log does not match an external tree head", size, since)
            elif self.session.scalar(stored) != head.body:
                self._add("an external tree head is not stored", size, since)

    def _compare_subtrees(self, part: LogPart) -> None:
        for level, position, root in part.subtrees:
            stored = self.session.get(Subtree, (level, position))
            if stored is None or bytes(stored.root) != root:
                self._add("a stored subtree hash is wrong", position << level)
        self.session.expunge_all()

    def _add(self, problem: str, position: int | None = None, since: str = "") -> None:
        self.faults.append(Fault(problem, position, since))

    def check_other_rows(self) -> None:
        """Check positions outside the tree, unsealed rows and published heads."""
        lowest, highest = self.session.execute(
            select(func.min(Position.seq), func.max(Position.seq))
        ).one()
        if lowest is not None and lowest < 0:
            self._add("entries have positions below 0", lowest)
        if highest is not None and highest >= self.size:
            self._add("entries have positions that no tree head covers", self.size)
        rows = unsealed_rows(self.session.connection())
        for computed, row in zip(recompute_leaves(rows), rows, strict=True):
            if computed != row[LEAF]:
                self._add("an unsealed entry was changed")
            if self.session.get(UnsealedEntry, row[ID]) is None:
                self._add("an entry has no position and waits for none")
        missing = select(PublishedTreeHead.size).where(
            ~PublishedTreeHead.size.in_(select(SignedTreeHead.size))
        )
        for size in self.session.scalars(missing):
            self._add("a published tree head is missing", size)


def _sealed_at(heads: Sequence[SignedTreeHead], position: int | None) -> str:
    """Return the time of the head that covers a position, or an empty string."""
    for head in heads:
        if position is not None and head.size > position:
            return str(json.loads(head.body)["t"])
    return ""


def _segment_faults(session: Session, log_path: Path, workers: Executor | None) -> Iterator[Fault]:
    expected = 0
    results: list[Future[list[Fault]]] = []
    for row in session.scalars(select(Segment).order_by(Segment.first)):
        file = log_path / SEGMENT_FOLDER / row.file_name
        fetch_file(file)
        segment = SegmentRecord(row.first, row.last, row.sha256, file)
        if row.first != expected:
            yield Fault("a segment is missing", expected)
        expected = row.last + 1
        if workers is None:
            yield from verify_segment(session.connection(), segment)
        else:
            url = db.engine.url.render_as_string(hide_password=False)
            results.append(workers.submit(verify_segment_at, url, segment))
    for result in results:
        yield from result.result()
