"""Statement polls in the export format of Polis: five CSV files per conversation.

Only public polls with a visible result are written, with the final ballots shown on their page,
under numbers drawn for this release. Ballots have no time, so every vote has the closing time of
the poll.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deliberate.clock import now
from deliberate.exports.csv_writer import write_rows
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.tables.polls_csv import options_of, sealed_polls
from deliberate.models import Ballot, Option, Poll, Process
from deliberate.queries.polls.counted_ballots import public_ballots
from deliberate.vocabulary import OptionState, PollType

MODERATION_CODES = {OptionState.SHOWN: 1, OptionState.WAITING: 0, OptionState.DECLINED: -1}
VOTE_NAMES = ("agrees", "disagrees", "passes")
Row = dict[str, Any]


@dataclass
class _Conversation:
    """A poll during export: participant numbers, and counts collected while writing."""

    poll: Poll
    suggested_at: Mapping[int, int]
    """Unix milliseconds by statement."""
    options: list[Option]
    numbers: dict[int, int] = field(default_factory=dict)
    votes: Counter[tuple[int, int]] = field(default_factory=Counter)
    groups: defaultdict[int, Counter[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    voters: int = 0

    def number_of(self, person_id: int | None) -> int | None:
        """Return the number of a participant in this release."""
        return None if person_id is None else self.numbers.setdefault(person_id, len(self.numbers))


def write_polis(workspace: DuckDBWorkspace, folder: Path, process: Process, size: int) -> int:
    """Write polis/<poll>/ for each exportable poll and return the number of votes."""
    (folder / "polis").mkdir()
    query = (
        "SELECT subject_id, epoch_ms(date_trunc($grain, occurred_at)) FROM events"
        " WHERE kind = 'statement.suggested'"
    )
    suggested_at = dict(workspace.rows(query, {"grain": workspace.time_precision}))
    polls = [poll for poll in sealed_polls(process, size) if _is_exportable(poll)]
    return sum(
        _write_conversation(folder / "polis" / str(poll.id), poll, suggested_at) for poll in polls
    )


def _is_exportable(poll: Poll) -> bool:
    is_public = poll.type == PollType.STATEMENTS and not poll.is_secret
    return is_public and poll.is_closed(now()) and poll.shows_result(now())


def _write_conversation(folder: Path, poll: Poll, suggested_at: Mapping[int, int]) -> int:
    folder.mkdir()
    conversation = _Conversation(poll, suggested_at, options_of(poll))
    names = [_comment_name(option) for option in conversation.options]
    header = ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *names]
    write_rows(folder / "participants-votes.csv", header, _participants(conversation))
    votes = write_rows(
        folder / "votes.csv", ["timestamp", "datetime", "comment-id", "voter-id", "vote"],
        _votes(conversation),
    )  # fmt: skip
    write_rows(
        folder / "comments.csv",
        ["timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated",
         "comment-body"],
        _comments(conversation),
    )  # fmt: skip
    groups = sorted(conversation.groups)
    group_columns = [
        f"group-{chr(97 + g)}-{name}" for g in groups for name in ("votes", *VOTE_NAMES)
    ]
    totals = [
        "comment-id",
        "total-votes",
        *(f"total-{name}" for name in VOTE_NAMES),
        *group_columns,
    ]
    write_rows(folder / "comment-groups.csv", totals, _by_group(conversation, groups))
    _write_summary(folder / "summary.csv", conversation, len(groups))
    return votes


def _comment_name(option: Option) -> str:
    return option.source_id or str(option.position)


def _ballots(poll: Poll) -> Iterator[Ballot]:
    """Yield the ballots in the order of their random keys, which is unrelated to their arrival."""
    last_key = ""
    while page := public_ballots(poll, last_key, 500):
        last_key = page[-1].key
        yield from page


def _votes_on(ballot: Ballot) -> Iterator[tuple[int, int]]:
    yield from ((pair[0], pair[1]) for pair in ballot.choice or [])


def _participants(conversation: _Conversation) -> Iterator[Row]:
    names = {option.id: _comment_name(option) for option in conversation.options}
    written = Counter(option.author_id for option in conversation.options)
    for ballot in _ballots(conversation.poll):
        conversation.voters += 1
        votes = dict(_votes_on(ballot))
        for option, vote in votes.items():
            conversation.votes[option, vote] += 1
            if ballot.source_group is not None:
                conversation.groups[ballot.source_group][option, vote] += 1
        counts = Counter(votes.values())
        yield {
            "participant": conversation.number_of(ballot.person_id),
            "group-id": ballot.source_group,
            "n-comments": written[ballot.person_id],
            "n-votes": len(votes),
            "n-agree": counts[1],
            "n-disagree": counts[-1],
            **{names[option]: vote for option, vote in votes.items() if option in names},
        }


def _votes(conversation: _Conversation) -> Iterator[Row]:
    names = {option.id: _comment_name(option) for option in conversation.options}
    time = _timestamps(int(conversation.poll.closes_at.timestamp()) * 1000)
    for ballot in _ballots(conversation.poll):
        voter = conversation.number_of(ballot.person_id)
        for option, vote in _votes_on(ballot):
            yield {**time, "comment-id": names[option], "voter-id": voter, "vote": vote}


def _comments(conversation: _Conversation) -> Iterator[Row]:
    opened = int(conversation.poll.opens_at.timestamp()) * 1000
    for option in conversation.options:
        source_counts = option.source_counts or {}
        yield {
            **_timestamps(conversation.suggested_at.get(option.id, opened)),
            "comment-id": _comment_name(option),
            "author-id": conversation.number_of(option.author_id),
            "agrees": source_counts.get("agree", conversation.votes[option.id, 1]),
            "disagrees": source_counts.get("disagree", conversation.votes[option.id, -1]),
            "moderated": MODERATION_CODES[OptionState(option.state)],
            "comment-body": option.label if option.state == OptionState.SHOWN else "",
        }


def _by_group(conversation: _Conversation, groups: Sequence[int]) -> Iterator[Row]:
    for option in conversation.options:
        row: Row = {"comment-id": _comment_name(option)}
        row |= _vote_counts("total", conversation.votes, option.id)
        for group in groups:
            row |= _vote_counts(f"group-{chr(97 + group)}", conversation.groups[group], option.id)
        yield row


def _vote_counts(prefix: str, votes: Counter[tuple[int, int]], option: int) -> Row:
    counts = [votes[option, vote] for vote in (1, -1, 0)]
    columns = {f"{prefix}-{name}": n for name, n in zip(VOTE_NAMES, counts, strict=True)}
    return {f"{prefix}-votes": sum(counts), **columns}


def _timestamps(milliseconds: int) -> Row:
    time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return {"timestamp": milliseconds, "datetime": time.strftime("%a %b %d %H:%M:%S UTC %Y")}


def _write_summary(path: Path, conversation: _Conversation, groups: int) -> None:
    poll = conversation.poll
    lines: Iterable[tuple[str, Any]] = (
        ("topic", poll.question),
        ("url", (poll.source or "").removeprefix("polis:")),
        ("voters", conversation.voters),
        ("voters-in-conv", conversation.voters),
        ("commenters", len({o.author_id for o in conversation.options if o.author_id is not None})),
        ("comments", len(conversation.options)),
        ("groups", groups),
    )
    # The file has no header: its first line is the topic.
    (first, topic), *rest = lines
    write_rows(path, [first, str(topic)], ({first: k, str(topic): v} for k, v in rest))
