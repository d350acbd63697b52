"""Polls of statements as Polis exports a conversation: five CSV files, the last vote counts.

Only public polls whose result is shown, with the ballots that stand on their page, under numbers
drawn for this release. A ballot bears no time, so every vote bears the poll's last moment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deliberate.clock import now
from deliberate.exports.duckdb_workspace import DuckDBWorkspace
from deliberate.exports.tables import write_rows
from deliberate.exports.tally_csv import options_of, sealed_polls
from deliberate.models import Ballot, Option, Poll, Process
from deliberate.queries.polls.polls import open_ballots
from deliberate.vocabulary import OptionState, PollType

MODERATED = {OptionState.SHOWN: 1, OptionState.WAITING: 0, OptionState.DECLINED: -1}
VIEWS = ("agrees", "disagrees", "passes")
Row = dict[str, Any]


@dataclass
class _Conversation:
    """A poll on its way out: whose number is which, and what was counted in passing."""

    poll: Poll
    moments: Mapping[int, int]
    options: list[Option]
    numbers: dict[int, int] = field(default_factory=dict)
    votes: Counter[tuple[int, int]] = field(default_factory=Counter)
    groups: defaultdict[int, Counter[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    voters: int = 0

    def number_of(self, person_id: int | None) -> int | None:
        """The participant's number in this release."""
        return None if person_id is None else self.numbers.setdefault(person_id, len(self.numbers))


def write_polis(bench: DuckDBWorkspace, folder: Path, process: Process, size: int) -> int:
    """Write polis/<poll>/ for each poll that may be told; gives how many votes."""
    (folder / "polis").mkdir()
    query = (
        "SELECT subject_id, epoch_ms(date_trunc($grain, occurred_at)) FROM events"
        " WHERE kind = 'statement.suggested'"
    )
    moments = dict(bench.rows(query, {"grain": bench.grain}))
    polls = [p for p in sealed_polls(process, size) if _may_be_told(p)]
    return sum(_write(folder / "polis" / str(poll.id), poll, moments) for poll in polls)


def _may_be_told(poll: Poll) -> bool:
    is_public = poll.type == PollType.STATEMENTS and not poll.is_secret
    return is_public and poll.is_closed(now()) and poll.shows_result(now())


def _write(folder: Path, poll: Poll, moments: Mapping[int, int]) -> int:
    folder.mkdir()
    talk = _Conversation(poll, moments, options_of(poll))
    names = [_name(option) for option in talk.options]
    head = ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *names]
    write_rows(folder / "participants-votes.csv", head, _participants(talk))
    votes = write_rows(
        folder / "votes.csv", ["timestamp", "datetime", "comment-id", "voter-id", "vote"],
        _votes(talk),
    )  # fmt: skip
    write_rows(
        folder / "comments.csv",
        ["timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated",
         "comment-body"],
        _comments(talk),
    )  # fmt: skip
    groups = sorted(talk.groups)
    counted = [f"group-{chr(97 + g)}-{name}" for g in groups for name in ("votes", *VIEWS)]
    totals = ["comment-id", "total-votes", *(f"total-{name}" for name in VIEWS), *counted]
    write_rows(folder / "comment-groups.csv", totals, _by_group(talk, groups))
    _write_summary(folder / "summary.csv", talk, len(groups))
    return votes


def _name(option: Option) -> str:
    return option.source_id or str(option.position)


def _ballots(poll: Poll) -> Iterator[Ballot]:
    """The ballots in the order of their random keys, which says nothing of their coming."""
    last = ""
    while page := open_ballots(poll, last, 500):
        last = page[-1].key
        yield from page


def _marks(ballot: Ballot) -> Iterator[tuple[int, int]]:
    yield from ((pair[0], pair[1]) for pair in ballot.choice or [])


def _participants(talk: _Conversation) -> Iterator[Row]:
    names = {option.id: _name(option) for option in talk.options}
    written = Counter(option.author_id for option in talk.options)
    for ballot in _ballots(talk.poll):
        talk.voters += 1
        marks = dict(_marks(ballot))
        for option, view in marks.items():
            talk.votes[option, view] += 1
            if ballot.source_group is not None:
                talk.groups[ballot.source_group][option, view] += 1
        views = Counter(marks.values())
        yield {
            "participant": talk.number_of(ballot.person_id),
            "group-id": ballot.source_group,
            "n-comments": written[ballot.person_id],
            "n-votes": len(marks),
            "n-agree": views[1],
            "n-disagree": views[-1],
            **{names[option]: view for option, view in marks.items() if option in names},
        }


def _votes(talk: _Conversation) -> Iterator[Row]:
    names = {option.id: _name(option) for option in talk.options}
    moment = _moment(int(talk.poll.closes_at.timestamp()) * 1000)
    for ballot in _ballots(talk.poll):
        voter = talk.number_of(ballot.person_id)
        for option, view in _marks(ballot):
            yield {**moment, "comment-id": names[option], "voter-id": voter, "vote": view}


def _comments(talk: _Conversation) -> Iterator[Row]:
    opened = int(talk.poll.opens_at.timestamp()) * 1000
    for option in talk.options:
        raw = option.source_counts or {}
        yield {
            **_moment(talk.moments.get(option.id, opened)),
            "comment-id": _name(option),
            "author-id": talk.number_of(option.author_id),
            "agrees": raw.get("agree", talk.votes[option.id, 1]),
            "disagrees": raw.get("disagree", talk.votes[option.id, -1]),
            "moderated": MODERATED[OptionState(option.state)],
            "comment-body": option.label if option.state == OptionState.SHOWN else "",
        }


def _by_group(talk: _Conversation, groups: Sequence[int]) -> Iterator[Row]:
    for option in talk.options:
        row: Row = {"comment-id": _name(option)}
        row |= _counts("total", talk.votes, option.id)
        for group in groups:
            row |= _counts(f"group-{chr(97 + group)}", talk.groups[group], option.id)
        yield row


def _counts(prefix: str, votes: Counter[tuple[int, int]], option: int) -> Row:
    figures = [votes[option, view] for view in (1, -1, 0)]
    told = {f"{prefix}-{name}": n for name, n in zip(VIEWS, figures, strict=True)}
    return {f"{prefix}-votes": sum(figures), **told}


def _moment(milliseconds: int) -> Row:
    told = datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    return {"timestamp": milliseconds, "datetime": told}


def _write_summary(path: Path, talk: _Conversation, groups: int) -> None:
    poll = talk.poll
    lines: Iterable[tuple[str, Any]] = (
        ("topic", poll.question),
        ("url", (poll.source or "").removeprefix("polis:")),
        ("voters", talk.voters),
        ("voters-in-conv", talk.voters),
        ("commenters", len({o.author_id for o in talk.options if o.author_id is not None})),
        ("comments", len(talk.options)),
        ("groups", groups),
    )
    # The file has no header: the first line is the topic itself.
    (first, topic), *rest = lines
    write_rows(path, [first, str(topic)], ({first: k, str(topic): v} for k, v in rest))
