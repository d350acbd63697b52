"""One import from files to log: read all, then write what is not in yet, batch by batch."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deliberate.database import db
from deliberate.imports.batch import ACTS_A_BATCH, recorded_batch
from deliberate.imports.import_ledger import Ledger, read_ledger
from deliberate.imports.profiles import Profile, zone
from deliberate.imports.source import Reject, UnreadableSource
from deliberate.imports.source_records import FoundAct, FoundComment, FoundProposal, FoundResponse
from deliberate.imports.table_reader import Reading, read
from deliberate.imports.writer import Writer
from deliberate.models import Phase, Process
from deliberate.text import clean_line
from deliberate.vocabulary import Kind, PhaseKind

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Order:
    """What somebody asks to be imported, into which process, and how."""

    profile: Profile
    path: Path
    slug: str
    accounts: Path | None = None
    timezone: str = ""
    title: str = ""
    reader: Callable[..., Reading] = read
    """What reads the files; a profile's columns unless a layout needs its own."""


@dataclass
class Summary:
    """What an import did: rows found good, acts that went in now, rows that stayed out."""

    process: str
    platform: str
    proposals: int = 0
    comments: int = 0
    orphans: int = 0
    responses: int = 0
    new: dict[str, int] = field(default_factory=dict)
    acts: int = 0
    rejects: list[Reject] = field(default_factory=list)


def begin(order: Order) -> "Import":
    """Read the files whole; raises UnreadableSource, and nothing is written, if they cannot be."""
    if len(order.slug) > 80 or not _SLUG.fullmatch(order.slug):
        raise UnreadableSource(f"--process: {order.slug!r} is no short name (a-z, 0-9, hyphens)")
    here = zone(order.timezone or order.profile.timezone)
    process = _process(order.slug)
    if process is not None and process.source != order.profile.platform:
        raise UnreadableSource(
            f"--process: {order.slug} exists and did not come from {order.profile.platform}"
        )
    ledger = read_ledger(process, order.profile.platform, order.slug)
    reading = order.reader(order.profile, order.path, here, order.accounts, ledger.comments)
    return Import(order, here, reading, ledger)


def _process(slug: str) -> Process | None:
    found: Process | None = db.session.scalar(select(Process).where(Process.slug == slug))
    return found


class Import:
    """An import whose files are read: `waiting` acts are not in yet, `run` brings them in."""

    def __init__(self, order: Order, here: ZoneInfo, reading: Reading, ledger: Ledger) -> None:
        self.order = order
        self.reading = reading
        self._zone = here
        self._ledger = ledger
        self.waiting = [act for act in reading.acts if not self._ledger.holds(act)]

    def run(self, progress: Callable[[int], object] | None = None) -> Summary:
        """Write the waiting acts. Killed in between, the next run goes on where this one ended."""
        process = _process(self.order.slug) or self._open()
        writer = Writer(process, self.order.profile, self._ledger, self.reading.acts)
        self._stretch(process)
        for start in range(0, len(self.waiting), ACTS_A_BATCH):
            batch = self.waiting[start : start + ACTS_A_BATCH]
            writer.write(batch)
            if progress is not None:
                progress(len(batch))
        return self._summary()

    def _open(self) -> Process:
        """Make the process, dated like its first act: at its source it began then.

        Its one phase covers the acts and makes nothing possible. That is no `phase.scheduled`:
        nobody set these dates, and scores then find the open weeks in the acts themselves.
        """
        profile, first = self.order.profile, self.reading.acts[0].turn[0]
        with recorded_batch("import of a process") as batch:
            process = Process(
                slug=self.order.slug,
                title=clean_line(self.order.title or profile.title)[:160],
                timezone=self._zone.key,
                calendar=profile.calendar,
                support_threshold=profile.threshold,
                opened_at=first,
                source=profile.platform,
            )
            process.phases = [
                Phase(kind=PhaseKind.DISCUSSION, opens_at=first, closes_at=self._last_moment())
            ]
            batch.session.add(process)
            batch.session.flush()
            details = {"source": profile.platform, "carries": list(profile.carries)}
            batch.add(Kind.PROCESS_IMPORTED, None, process, first, details)
        return process

    def _stretch(self, process: Process) -> None:
        """Let the phase reach to the last act, when a later export brings newer ones."""
        phase, last = process.phases[0], self._last_moment()
        if last > phase.closes_at:
            with recorded_batch("the span of an import") as batch:
                batch.set_columns(Phase, {phase.id: {"closes_at": last}})

    def _last_moment(self) -> datetime:
        return max(act.turn[0] for act in self.reading.acts) + timedelta(seconds=1)

    def _summary(self) -> Summary:
        new = Counter(_NAMES.get(type(act), "others") for act in self.waiting)
        acts = self.reading.acts
        return Summary(
            process=self.order.slug,
            platform=self.order.profile.platform,
            proposals=self.reading.proposals,
            comments=self.reading.comments,
            orphans=sum(isinstance(act, FoundComment) and act.is_orphan for act in acts),
            responses=sum(isinstance(act, FoundResponse) for act in acts),
            new={name: new[name] for name in (*_NAMES.values(), "others")},
            acts=len(self.waiting),
            rejects=self.reading.rejects,
        )


_NAMES: dict[type[FoundAct], str] = {
    FoundProposal: "proposals",
    FoundComment: "comments",
    FoundResponse: "responses",
}
