"""Polis conversations as Polis exports them: statements, every vote, published groups."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, read_rows
from deliberate.imports.source_records import Author, FoundAct
from deliberate.text import clean_line
from deliberate.vocabulary import OptionState

STATES = {"1": OptionState.SHOWN, "0": OptionState.SHOWN, "-1": OptionState.DECLINED}


@dataclass(slots=True)
class FoundStatement(FoundAct):
    """A statement as its author wrote it; `agrees` and `disagrees` as Polis counted all rows."""

    number: str
    text: str
    state: OptionState
    agrees: int
    disagrees: int

    rank = 0


@dataclass(slots=True)
class FoundVote(FoundAct):
    """One row of the votes: 1 agrees, -1 disagrees, 0 passes."""

    number: str
    view: int

    rank = 1


@dataclass
class Conversation:
    """A conversation as its files tell it, acts in the order they happened."""

    topic: str = ""
    url: str = ""
    statements: dict[str, FoundStatement] = field(default_factory=dict)
    acts: list[FoundAct] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)
    matrix: dict[tuple[str, str], int] = field(default_factory=dict)
    """Participant and statement: the vote that Polis itself says counts."""
    rejects: list[Reject] = field(default_factory=list)

    def votes(self) -> list[FoundVote]:
        """The votes alone."""
        return [act for act in self.acts if isinstance(act, FoundVote)]


def read_conversation(folder: Path) -> Conversation:
    """Read the files of an export; raises UnreadableSource for what cannot be read as a whole."""
    found = Conversation()
    _read_summary(found, folder / "summary.csv")
    for row in _good(found, folder / "comments.csv", "timestamp comment-id author-id comment-body"):
        _take(found, row, _statement)
    for row in _good(found, folder / "votes.csv", "timestamp comment-id voter-id vote"):
        _take(found, row, _vote)
    if (path := folder / "participants-votes.csv").exists():
        for row in _good(found, path, "participant group-id"):
            _take(found, row, _participant)
    if not found.statements:
        raise UnreadableSource(f"{folder}: no statement in comments.csv")
    for act in found.acts:
        act.follow(found.statements[act.number].at if isinstance(act, FoundVote) else act.at)
    found.acts.sort(key=lambda act: act.turn)
    return found


def _read_summary(found: Conversation, path: Path) -> None:
    if not path.exists():
        return
    for row in read_rows(path, ",", set()):
        if isinstance(row, Row):
            key, value = (*row.fields.values(), "", "")[:2]
            found.url = str(value) if key == "url" else found.url
    first = path.read_text(encoding="utf-8-sig").partition("\n")[0]
    found.topic = clean_line(first.partition(",")[2].strip('"'))


def _good(found: Conversation, path: Path, needed: str) -> list[Row]:
    rows: list[Row] = []
    for row in read_rows(path, ",", set(needed.split())):
        if isinstance(row, Row):
            rows.append(row)
        else:
            found.rejects.append(row)
    return rows


def _take(found: Conversation, row: Row, put: Callable[[Conversation, Row], None]) -> None:
    try:
        put(found, row)
    except BadRow as error:
        found.rejects.append(Reject(row.file, row.line, str(error), dict(row.fields)))


def _number(row: Row, column: str) -> int:
    written = str(row.fields.get(column, "")).strip()
    if not written.removeprefix("-").isdecimal() or len(written) > 17:
        raise BadRow(f"{column}: {written[:40]!r} is no number")
    return int(written)


def _moment(row: Row) -> datetime:
    return datetime.fromtimestamp(_number(row, "timestamp") / 1000, UTC)


def _statement(found: Conversation, row: Row) -> None:
    number, text = str(_number(row, "comment-id")), clean_line(row.fields["comment-body"])[:1000]
    if number in found.statements:
        raise BadRow(f"comment-id {number} stands twice")
    statement = FoundStatement(
        at=_moment(row),
        proposal="",
        author=Author(str(_number(row, "author-id"))),
        number=number,
        text=text,
        state=STATES.get(row.fields.get("moderated", "1"), OptionState.SHOWN),
        agrees=_number(row, "agrees"),
        disagrees=_number(row, "disagrees"),
    )
    found.statements[number] = statement
    found.acts.append(statement)


def _vote(found: Conversation, row: Row) -> None:
    number, view = str(_number(row, "comment-id")), _number(row, "vote")
    if number not in found.statements:
        raise BadRow(f"comment-id {number} is in no row of comments.csv")
    if view not in {-1, 0, 1}:
        raise BadRow(f"vote: {view} is none of -1, 0, 1")
    voter = Author(str(_number(row, "voter-id")))
    found.acts.append(FoundVote(_moment(row), "", voter, number=number, view=view))


def _participant(found: Conversation, row: Row) -> None:
    participant = str(_number(row, "participant"))
    if row.fields["group-id"]:
        found.groups[participant] = _number(row, "group-id")
    for column, value in row.fields.items():
        if column.isdecimal() and value:
            found.matrix[participant, column] = _number(row, column)
