"""Import of a vote on projects: its projects are proposals and options, its ballots are public.

Every ballot of the file becomes one row of the log. A file has no times of single ballots, so that
all have the last moment of the vote.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.imports.accounts import AccountImporter, usual_authors
from deliberate.imports.act_spool import ActSpool
from deliberate.imports.batch import MAX_BATCH_SIZE, Batch, recorded_batch
from deliberate.imports.formats.pabulib_files import Election, Project, SourceBallot
from deliberate.imports.import_ledger import ImportLedger, read_ledger
from deliberate.imports.profiles import Profile, ProposalColumns
from deliberate.imports.source import UnreadableSource, check_slug
from deliberate.imports.source_records import Author, SourceAct, SourceProposal
from deliberate.imports.writer import BatchWriter
from deliberate.models import Ballot, Interaction, Option, Phase, Poll, Process
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.queries.polls.results import count_ballots
from deliberate.text import clean_line
from deliberate.vocabulary import (
    CountingMethod,
    Electorate,
    Initiator,
    PhaseKind,
    PollType,
    ResponseDecision,
    ResultRule,
)
from deliberate.vocabulary.events.polls import BallotCast, PollOpened
from deliberate.vocabulary.events.processes import ProcessImported

PLATFORM = "pabulib"
PROFILE = Profile(
    platform=PLATFORM,
    label="A vote on projects as Pabulib has it: one .pb file",
    title="Pabulib",
    timezone="UTC",
    language="en",
    carries=(),
    proposals=ProposalColumns(file="*.pb", id="project_id", title="name", at="date_begin"),
)
NO_PROJECT = "–"
"""Label of the option of ballots that name no project."""


@dataclass(frozen=True)
class ElectionRequest:
    """What an import of an election needs to know beside the file."""

    slug: str
    licence: str = ""
    title: str = ""
    language: str = PROFILE.language


@dataclass
class ElectionSummary:
    """The result of an import, with the projects whose count differs from the file's figure."""

    process: str
    poll: int
    type: str
    projects: int
    ballots: int
    acts: int
    differences: list[str] = field(default_factory=list)


def import_election(
    election: Election, request: ElectionRequest, progress: Callable[[int], object] | None = None
) -> ElectionSummary:
    """Write the acts that are not stored yet. An interrupted import continues where it ended."""
    check_slug(request.slug)
    process = db.session.scalar(select(Process).where(Process.slug == request.slug))
    if process is not None and process.source != PLATFORM:
        raise UnreadableSource(f"--process: {request.slug} exists and did not come from {PLATFORM}")
    writer = _ElectionWriter(election, request)
    return writer.run(process or writer.open_process(), progress)


class _ElectionWriter:
    """Writes projects, the poll and its ballots, batch by batch."""

    def __init__(self, election: Election, request: ElectionRequest) -> None:
        self.election = election
        self.request = request
        self.acts = 0

    def open_process(self) -> Process:
        election, request = self.election, self.request
        first, last = election.opens_at, election.closes_at
        title = request.title or election.meta.get("description") or request.slug
        with recorded_batch("import of a process") as batch:
            process = Process(
                slug=request.slug,
                title=clean_line(title)[:160],
                timezone=election.zone.key,
                opened_at=first,
                source=PLATFORM,
                phases=[Phase(kind=PhaseKind.DISCUSSION, opens_at=first, closes_at=last)],
            )
            batch.session.add(process)
            batch.session.flush()
            event = ProcessImported(source=PLATFORM, carries=[], licence=request.licence or None)
            batch.add(event, None, process, first)
        self.acts += 1
        return process

    def run(self, process: Process, progress: Callable[[int], object] | None) -> ElectionSummary:
        """Write what is missing, in the order of the file."""
        self._write_projects(process)
        poll = self._find_poll(process) or self._open_poll(process)
        values = {str(o.source_id): o.id for o in poll.options if not o.is_pass}
        pass_id = next((o.id for o in poll.options if o.is_pass), None)
        ballots = self.election.ballots()
        for _written in islice(ballots, _count_ballots(poll)):
            pass
        while part := list(islice(ballots, MAX_BATCH_SIZE)):
            self._write_ballots(poll, part, values, pass_id)
            if progress is not None:
                progress(len(part))
        return self._summary(poll)

    def _write_projects(self, process: Process) -> None:
        """Write the projects that are not stored as proposals of the process."""
        ledger = read_ledger(process, PLATFORM, self.request.slug)
        acts = ActSpool()
        for project in self.election.projects.values():
            if project.source_id not in ledger.proposals:
                acts.add(_proposal(project, self.election.opens_at))
        profile = PROFILE if self.request.language == PROFILE.language else self._profile()
        writer = BatchWriter(process, profile, ledger, acts)
        pending = iter(acts)
        while part := list(islice(pending, MAX_BATCH_SIZE)):
            writer.write(part)
        self.acts += len(acts)

    def _profile(self) -> Profile:
        return Profile(**{**vars(PROFILE), "language": self.request.language})

    def _find_poll(self, process: Process) -> Poll | None:
        query = select(Poll).where(Poll.process_id == process.id, Poll.source == self._source())
        return db.session.scalar(query)

    def _source(self) -> str:
        return f"{PLATFORM}:{self.election.vote_type}"

    def _open_poll(self, process: Process) -> Poll:
        election = self.election
        question = self.request.title or election.meta.get("description") or self.request.slug
        with recorded_batch("import of a poll") as batch:
            poll = Poll(
                process_id=process.id,
                language=self.request.language,
                question=clean_line(question)[:255],
                type=election.type,
                counting=CountingMethod.BORDA if election.type == PollType.RANKED else None,
                amount=election.budget,
                is_secret=False,
                result_rule=ResultRule.AFTER_CLOSE,
                electorate=Electorate.RESIDENTS,
                opens_at=election.opens_at,
                closes_at=election.closes_at,
                source=self._source(),
                options=list(self._options()),
            )
            batch.session.add(poll)
            batch.session.flush()
            event = PollOpened(type=poll.type, secret=False, result_rule=poll.result_rule, quorum=0)
            batch.add(
                event, None, poll, election.opens_at, content=poll.sealed_text, salt=poll.salt
            )
        self.acts += 1
        return poll

    def _options(self) -> Iterator[Option]:
        for position, project in enumerate(self.election.projects.values()):
            yield Option(
                position=position,
                label=project.name,
                cost=project.cost,
                source_id=project.source_id,
                source_counts=None if project.figure is None else {"votes": project.figure},
            )
        if self.election.empty_count:
            position = len(self.election.projects)
            yield Option(position=position, label=NO_PROJECT, is_pass=True)

    def _write_ballots(
        self, poll: Poll, ballots: list[SourceBallot], options: dict[str, int], pass_id: int | None
    ) -> None:
        """Write a batch of ballots; each person is new, for a file names nobody twice."""
        at = self.election.closes_at - timedelta(seconds=1)
        acts = [SourceAct(at, "", Author(ballot.voter)) for ballot in ballots]
        accounts = AccountImporter(ImportLedger(), PLATFORM, self.request.slug, usual_authors(acts))
        rows = []
        with recorded_batch("import of ballots") as batch:
            accounts.create_accounts(batch, acts)
            for act, ballot in zip(acts, ballots, strict=True):
                person_id, actor = accounts.get_account(act.author)
                batch.add(BallotCast(), actor, poll, at)
                rows.append(_ballot_row(poll, person_id, _choice(ballot, options, pass_id)))
            self._store(batch, poll, rows)
        self.acts += len(ballots)

    def _store(self, batch: Batch, poll: Poll, rows: list[dict[str, object]]) -> None:
        batch.insert(Ballot, rows)
        stored = batch.session.get_one(Poll, poll.id)
        stored.ballot_count += len(rows)
        stored.ballot_version += 1

    def _summary(self, poll: Poll) -> ElectionSummary:
        db.session.expire_all()
        poll = db.session.get_one(Poll, poll.id)
        return ElectionSummary(
            process=self.request.slug,
            poll=poll.id,
            type=poll.type,
            projects=len(self.election.projects),
            ballots=self.election.ballot_count,
            acts=self.acts,
            differences=_differences(poll),
        )


def _proposal(project: Project, opens_at: datetime) -> SourceProposal:
    """Return the proposal of a project, published when the vote opened."""
    decision = None
    if project.is_selected is not None:
        decision = (
            ResponseDecision.ACCEPTED if project.is_selected else ResponseDecision.NOT_ACCEPTED
        )
    act = SourceProposal(
        at=opens_at,
        proposal=project.source_id,
        author=None,
        title=project.name,
        body=project.description,
        markup="plain",
        initiator=Initiator.RESIDENT,
        decision=decision,
        supports=project.figure or 0,
        topic=project.category,
        area="",
        url="",
        institutions=(),
    )
    act.set_sort_key(opens_at)
    return act


def _choice(ballot: SourceBallot, options: dict[str, int], pass_id: int | None) -> list[list[int]]:
    if not ballot.values and pass_id is not None:
        return [[pass_id, 1]]
    return sorted([options[project], value] for project, value in ballot.values)


def _ballot_row(poll: Poll, person_id: int | None, choice: list[list[int]]) -> dict[str, object]:
    return {
        "key": hash_code(new_code()),
        "poll_id": poll.id,
        "choice": choice,
        "area": "",
        "person_id": person_id,
    }


def _count_ballots(poll: Poll) -> int:
    """Return how many ballots are logged: they are written in the order of the file, none twice."""
    query = select(func.count(Interaction.id)).where(
        Interaction.subject_type == Poll.subject_type,
        Interaction.subject_id == poll.id,
        Interaction.kind == BallotCast.KIND,
    )
    return db.session.scalar(query) or 0


def _differences(poll: Poll) -> list[str]:
    """Return the ids of the projects whose votes or points are not those of the file."""
    tally = count_ballots(poll)
    votes = tally.votes
    if poll.type == PollType.RANKED:
        votes = {option_id: sum(ranks) for option_id, ranks in tally.distribution.items()}
    return [
        str(option.source_id)
        for option in poll.options
        if option.source_counts and option.source_counts["votes"] != votes.get(option.id)
    ]
