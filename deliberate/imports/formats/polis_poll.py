"""Import of a Polis conversation as a poll of statements.

Every row of votes.csv becomes a log row; the last vote of a participant on a statement counts, as
in participants-votes.csv. The opinion groups that Polis published are stored as given.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update

from deliberate.database import db, new_salt
from deliberate.imports.accounts import AccountImporter, usual_authors
from deliberate.imports.batch import MAX_BATCH_SIZE, Batch, recorded_batch
from deliberate.imports.formats.polis_files import Conversation, SourceStatement, SourceVote
from deliberate.imports.import_ledger import read_ledger
from deliberate.imports.source import Reject, UnreadableSource, check_slug
from deliberate.imports.source_records import SourceAct
from deliberate.models import Ballot, Interaction, Option, Phase, Poll, Process
from deliberate.operations.polls.ballots import hash_code, new_code
from deliberate.vocabulary import Electorate, PhaseKind, PollType, ResultRule
from deliberate.vocabulary.events.polls import (
    BallotCast,
    BallotChanged,
    PollOpened,
    StatementSuggested,
)
from deliberate.vocabulary.events.processes import ProcessImported

PLATFORM = "polis"


@dataclass
class ConversationSummary:
    """The result of an import, with differences between its counts and those in the files."""

    process: str
    poll: int
    statements: int
    votes: int
    participants: int
    acts: int
    differences: int
    rejects: list[Reject]


def import_conversation(
    conversation: Conversation,
    slug: str,
    progress: Callable[[int], object] | None = None,
    *,
    licence: str = "",
) -> ConversationSummary:
    """Write the acts that are not stored yet. An interrupted import continues where it ended."""
    return _ConversationWriter(conversation, slug, licence).run(progress)


class _ConversationWriter:
    """Writes a conversation batch by batch; acts stored before are replayed in memory."""

    def __init__(self, conversation: Conversation, slug: str, licence: str) -> None:
        self.conversation = conversation
        self.slug = slug
        self.licence = licence
        check_slug(slug)
        process = db.session.scalar(select(Process).where(Process.slug == slug))
        if process is not None and process.source != PLATFORM:
            raise UnreadableSource(f"--process: {slug} exists and did not come from {PLATFORM}")
        self.process = process
        self.views: dict[str, dict[str, int]] = {}
        self.options: dict[str, Option] = {}

    def run(self, progress: Callable[[int], object] | None) -> ConversationSummary:
        """Create the poll if it is missing, then write the pending acts."""
        process = self.process or self._open_process()
        poll = self._find_poll(process) or self._open_poll(process)
        ledger = read_ledger(process, PLATFORM, self.slug)
        accounts = AccountImporter(
            ledger, PLATFORM, self.slug, usual_authors(self.conversation.acts)
        )
        self.options = {str(option.source_id): option for option in poll.options}
        done = _count_written_acts(poll)
        self._replay(self.conversation.acts[:done])
        pending = self.conversation.acts[done:]
        for start in range(0, len(pending), MAX_BATCH_SIZE):
            acts = pending[start : start + MAX_BATCH_SIZE]
            with recorded_batch("import of a conversation") as batch:
                accounts.create_accounts(batch, acts)
                self._write(batch, poll, accounts, acts)
            if progress is not None:
                progress(len(acts))
        return self._summary(poll, len(pending))

    def _open_process(self) -> Process:
        first, last = self._span()
        with recorded_batch("import of a process") as batch:
            process = Process(
                slug=self.slug,
                title=(self.conversation.topic or self.slug)[:160],
                question=self.conversation.topic,
                opened_at=first,
                source=PLATFORM,
            )
            process.phases = [Phase(kind=PhaseKind.DISCUSSION, opens_at=first, closes_at=last)]
            batch.session.add(process)
            batch.session.flush()
            event = ProcessImported(source=PLATFORM, carries=[], licence=self.licence or None)
            batch.add(event, None, process, first)
        return process

    def _find_poll(self, process: Process) -> Poll | None:
        query = select(Poll).where(
            Poll.process_id == process.id, Poll.source == self._source_name()
        )
        return db.session.scalar(query)

    def _source_name(self) -> str:
        return f"{PLATFORM}:{self.conversation.url or self.slug}"[:120]

    def _span(self) -> tuple[datetime, datetime]:
        times = [act.sort_key[0] for act in self.conversation.acts]
        return min(times), max(times) + timedelta(seconds=1)

    def _open_poll(self, process: Process) -> Poll:
        first, last = self._span()
        vote_counts = Counter((vote.source_id, vote.view) for vote in self.conversation.votes())
        with recorded_batch("import of a poll") as batch:
            poll = Poll(
                process_id=process.id,
                question=(self.conversation.topic or self.slug)[:255],
                type=PollType.STATEMENTS,
                is_secret=False,
                result_rule=ResultRule.AFTER_CLOSE,
                electorate=Electorate.RESIDENTS,
                opens_at=first,
                closes_at=last,
                source=self._source_name(),
            )
            poll.options = [
                Option(
                    position=position,
                    label=statement.text,
                    state=statement.state,
                    salt=new_salt(),
                    source_id=statement.source_id,
                    source_counts={
                        "agree": vote_counts[statement.source_id, 1],
                        "disagree": vote_counts[statement.source_id, -1],
                        "pass": vote_counts[statement.source_id, 0],
                    },
                )
                for position, statement in enumerate(self.conversation.statements.values())
            ]
            batch.session.add(poll)
            batch.session.flush()
            event = PollOpened(type=poll.type, secret=False, result_rule=poll.result_rule, quorum=0)
            batch.add(event, None, poll, first, content=poll.sealed_text, salt=poll.salt)
        return poll

    def _replay(self, acts: Sequence[SourceAct]) -> None:
        for act in acts:
            if isinstance(act, SourceVote) and act.author is not None:
                self.views.setdefault(act.author.source_id, {})[act.source_id] = act.view

    def _write(
        self, batch: Batch, poll: Poll, accounts: AccountImporter, acts: Sequence[SourceAct]
    ) -> None:
        known = set(self.views)
        new_voters: dict[str, int] = {}
        changed_voters: dict[str, int] = {}
        for act in acts:
            person_id, actor = accounts.get_account(act.author)
            if isinstance(act, SourceStatement):
                option = self.options[act.source_id]
                option.author_id = person_id
                batch.add(
                    StatementSuggested(),
                    actor,
                    option,
                    act.at,
                    content=option.label,
                    salt=option.salt,
                )
            elif isinstance(act, SourceVote) and act.author is not None and person_id is not None:
                voter = act.author.source_id
                event = BallotChanged() if voter in self.views else BallotCast()
                batch.add(event, actor, poll, act.at)
                self.views.setdefault(voter, {})[act.source_id] = act.view
                (changed_voters if voter in known else new_voters)[voter] = person_id
        self._insert_ballots(batch, poll, new_voters)
        self._update_ballots(batch, poll, changed_voters)
        poll.ballot_count += len(new_voters)
        poll.ballot_version += 1

    def _insert_ballots(self, batch: Batch, poll: Poll, voters: dict[str, int]) -> None:
        rows = [
            {
                "key": hash_code(new_code()),
                "poll_id": poll.id,
                "choice": self._choice(voter),
                "area": "",
                "person_id": person_id,
                "source_group": self.conversation.groups.get(voter),
            }
            for voter, person_id in voters.items()
        ]
        batch.insert(Ballot, rows)

    def _update_ballots(self, batch: Batch, poll: Poll, voters: dict[str, int]) -> None:
        if not voters:
            return
        statement = (
            update(Ballot.__table__)  # type: ignore[arg-type]  # a Table, as the mapper made it
            .where(Ballot.poll_id == poll.id, Ballot.person_id == bindparam("voter_id"))
            .values(choice=bindparam("new_choice"))
        )
        rows = [{"voter_id": p, "new_choice": self._choice(v)} for v, p in voters.items()]
        batch.session.connection().execute(statement, rows)

    def _choice(self, voter: str) -> list[list[int]]:
        return sorted([self.options[n].id, view] for n, view in self.views[voter].items())

    def _summary(self, poll: Poll, acts: int) -> ConversationSummary:
        return ConversationSummary(
            process=self.slug,
            poll=poll.id,
            statements=len(self.conversation.statements),
            votes=len(self.conversation.votes()),
            participants=len(self.views),
            acts=acts,
            differences=self._differences(poll),
            rejects=self.conversation.rejects,
        )

    def _differences(self, poll: Poll) -> int:
        """Return the number of statements whose counted rows or final votes differ from Polis'
        figures.
        """
        if not self.conversation.has_vote_times:
            return 0  # Polis counted every vote, the matrix has the last ones alone
        wrong = sum(
            (option.source_counts or {})["agree"] != statement.agrees
            or (option.source_counts or {})["disagree"] != statement.disagrees
            for option in poll.options
            if (statement := self.conversation.statements.get(str(option.source_id)))
        )
        for (voter, source_id), view in self.conversation.matrix.items():
            wrong += self.views.get(voter, {}).get(source_id) != view
        return wrong


def _count_written_acts(poll: Poll) -> int:
    """Return how many acts of a conversation are logged: they are written in order, none twice."""
    options = select(Option.id).where(Option.poll_id == poll.id)
    of_poll = (Interaction.subject_type == "poll") & (Interaction.subject_id == poll.id)
    of_option = (Interaction.subject_type == "option") & Interaction.subject_id.in_(options)
    query = select(func.count(Interaction.id)).where(
        (of_poll & Interaction.kind.in_([BallotCast.KIND, BallotChanged.KIND])) | of_option
    )
    return db.session.scalar(query) or 0
