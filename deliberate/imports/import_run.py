"""One import from files to log: read everything, then write pending acts batch by batch."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deliberate.database import db
from deliberate.decoding import is_known_encoding
from deliberate.imports.batch import MAX_BATCH_SIZE, recorded_batch
from deliberate.imports.import_ledger import ImportLedger, read_ledger
from deliberate.imports.profiles import Profile, time_zone
from deliberate.imports.report import ImportReport
from deliberate.imports.row_builders import topic_of
from deliberate.imports.source import Reject, UnreadableSource, check_slug
from deliberate.imports.source_records import (
    SourceAct,
    SourceComment,
    SourceProposal,
    SourceResponse,
)
from deliberate.imports.table_reader import SourceData, read_source
from deliberate.imports.writer import BatchWriter, clean_texts
from deliberate.models import Phase, Process
from deliberate.queries.processes.name_lists import NameList, topics_of
from deliberate.text import clean_line
from deliberate.vocabulary import PhaseKind
from deliberate.vocabulary.events.processes import ProcessImported


@dataclass(frozen=True)
class ImportRequest:
    """The request for an import: source, target process and options."""

    profile: Profile
    path: Path
    slug: str
    accounts: Path | None = None
    timezone: str = ""
    title: str = ""
    reader: Callable[..., SourceData] = read_source
    """Reader of the files; the profile's columns unless a format needs its own."""
    licence: str = ""
    """Licence under which the texts may be published here, as a short code."""
    language: str = ""
    encoding: str = ""


class NothingToImport(UnreadableSource):
    """Raised where no row of the files can be imported; `data` says why."""

    def __init__(self, path: Path, data: SourceData) -> None:
        super().__init__(f"{path}: no row of it can be imported")
        self.data = data


@dataclass
class ImportSummary:
    """The result of an import: valid rows, acts written now, rejected rows."""

    process: str
    platform: str
    proposals: int = 0
    comments: int = 0
    orphans: int = 0
    responses: int = 0
    new: dict[str, int] = field(default_factory=dict)
    acts: int = 0
    unlisted_topics: dict[str, int] = field(default_factory=dict)
    """New proposals by their topic, where the list of the process does not have it."""
    rejects: list[Reject] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)


def prepare_import(request: ImportRequest) -> "Import":
    """Return an import whose files are read; raises UnreadableSource before anything is written."""
    check_slug(request.slug)
    request = replace(request, profile=_profile_with_options(request))
    zone = time_zone(request.timezone or request.profile.timezone)
    process = _find_process(request.slug)
    if process is not None and process.source != request.profile.platform:
        raise UnreadableSource(
            f"--process: {request.slug} exists and did not come from {request.profile.platform}"
        )
    ledger = read_ledger(process, request.profile.platform, request.slug)
    data = request.reader(request.profile, request.path, zone, request.accounts, ledger.comments)
    if not data.acts:
        raise NothingToImport(request.path, data)
    return Import(request, zone, data, ledger)


def _profile_with_options(request: ImportRequest) -> Profile:
    if request.encoding and not is_known_encoding(request.encoding):
        raise UnreadableSource(f"--encoding: {request.encoding!r} is not a known encoding")
    profile = request.profile
    return replace(
        profile,
        language=request.language or profile.language,
        encoding=request.encoding or profile.encoding,
    )


def _find_process(slug: str) -> Process | None:
    process: Process | None = db.session.scalar(select(Process).where(Process.slug == slug))
    return process


class Import:
    """An import whose files are read: `run` writes the pending acts."""

    def __init__(
        self, request: ImportRequest, zone: ZoneInfo, data: SourceData, ledger: ImportLedger
    ) -> None:
        self.request = request
        self.data = data
        self._zone = zone
        self._ledger = ledger
        self.pending_counts = self._count_pending()
        """New acts by type, before anything is written."""
        self._topics = Counter(topic_of(act) for act in self._pending_proposals())

    @property
    def pending_count(self) -> int:
        """Return the number of acts that are not stored yet."""
        return self.pending_counts.total()

    def _count_pending(self) -> Counter[str]:
        if self._ledger.is_empty:
            ranks = self.data.acts.counts()
            return Counter({_NAMES_BY_RANK.get(rank, "others"): n for rank, n in ranks.items()})
        return Counter(_NAMES_BY_RANK.get(act.rank, "others") for act in self._pending())

    def _pending_proposals(self) -> Iterator[SourceProposal]:
        """Yield the new proposals; none where the process, and so its list of topics, is new."""
        if not self._ledger.is_empty:
            for act in self.data.acts.acts(SourceProposal.rank):
                if isinstance(act, SourceProposal) and not self._ledger.holds(act):
                    yield act

    def _pending(self) -> Iterator[SourceAct]:
        """Yield the acts that are not stored, in order; each response with its earlier copies."""
        copies: Counter[bytes] = Counter()
        is_new = self._ledger.is_empty
        for act in self.data.acts:
            if isinstance(act, SourceResponse) and act.body:
                text = sha256(act.body.encode("utf-8", "surrogatepass")).digest()
                act.repeats = copies[text]
                copies[text] += 1
            if is_new or not self._ledger.holds(act):
                yield act

    def run(self, progress: Callable[[int], object] | None = None) -> ImportSummary:
        """Write the pending acts. An interrupted import continues where it ended."""
        advance, pending = progress or _ignore, self._pending()
        process = _find_process(self.request.slug)
        if process is None:
            first = list(islice(pending, MAX_BATCH_SIZE - 1))
            process, writer = self._open_process(first)
            advance(len(first))
        else:
            writer = self._writer(process)
            self._extend_phase(process)
        while batch := list(islice(pending, MAX_BATCH_SIZE)):
            writer.write(batch)
            advance(len(batch))
        return self._summary(process)

    def _writer(self, process: Process) -> BatchWriter:
        return BatchWriter(process, self.request.profile, self._ledger, self.data.acts)

    def _open_process(self, acts: Sequence[SourceAct]) -> tuple[Process, BatchWriter]:
        """Create the process with its first acts, dated like the first: all of them or nothing.

        Its one phase covers the acts and permits nothing. It is not logged as `phase.scheduled`:
        these dates are derived, and scores then derive the open weeks from the acts themselves.
        """
        profile, first = self.request.profile, self.data.acts.span()[0]
        clean_texts(acts)
        with recorded_batch("import of a process") as batch:
            process = self._new_process(first)
            batch.session.add(process)
            batch.session.flush()
            event = ProcessImported(
                source=profile.platform,
                carries=list(profile.carries),
                licence=self.request.licence or None,
            )
            batch.add(event, None, process, first)
            writer = self._writer(process)
            writer.write_into(batch, acts)
        return process, writer

    def _new_process(self, opened_at: datetime) -> Process:
        profile = self.request.profile
        phase = Phase(kind=PhaseKind.DISCUSSION, opens_at=opened_at, closes_at=self._end_time())
        return Process(
            slug=self.request.slug,
            title=clean_line(self.request.title or profile.title)[:160],
            timezone=self._zone.key,
            calendar=profile.calendar,
            support_threshold=profile.threshold,
            opened_at=opened_at,
            source=profile.platform,
            phases=[phase],
        )

    def _extend_phase(self, process: Process) -> None:
        """Extend the phase to the last act when a later export brings newer ones."""
        phase, last = process.phases[0], self._end_time()
        if last > phase.closes_at:
            with recorded_batch("the span of an import") as batch:
                batch.set_columns(Phase, {phase.id: {"closes_at": last}})

    def _end_time(self) -> datetime:
        return self.data.acts.span()[1] + timedelta(seconds=1)

    def _summary(self, process: Process) -> ImportSummary:
        new, acts = self.pending_counts, self.data.acts
        return ImportSummary(
            process=self.request.slug,
            platform=self.request.profile.platform,
            proposals=self.data.proposals,
            comments=self.data.comments,
            orphans=acts.count_orphans(),
            responses=acts.counts().get(SourceResponse.rank, 0),
            new={name: new[name] for name in (*_NAMES_BY_RANK.values(), "others")},
            acts=self.pending_count,
            unlisted_topics=self._count_unlisted_topics(topics_of(process)),
            rejects=self.data.rejects,
            report=self.data.report,
        )

    def _count_unlisted_topics(self, listed: NameList) -> dict[str, int]:
        """Return the pending proposals by topic, where a list lacks it; none without a list."""
        names = listed.names
        return {
            topic: count
            for topic, count in self._topics.most_common()
            if names and topic and listed.find(topic) not in names
        }


def _ignore(_count: int) -> None:
    """Do nothing with the number of acts that were written."""


_NAMES_BY_RANK = {
    SourceProposal.rank: "proposals",
    SourceComment.rank: "comments",
    SourceResponse.rank: "responses",
}
