"""Reader of Polis exports: statements, every vote, published groups."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, read_rows
from deliberate.imports.source_records import Author, SourceAct
from deliberate.text import clean_line
from deliberate.vocabulary import OptionState

STATES = {"1": OptionState.SHOWN, "0": OptionState.SHOWN, "-1": OptionState.DECLINED}


@dataclass(slots=True)
class SourceStatement(SourceAct):
    """A statement with its author; `agrees` and `disagrees` as Polis counted all rows."""

    source_id: str
    text: str
    state: OptionState
    agrees: int
    disagrees: int

    rank = 0


@dataclass(slots=True)
class SourceVote(SourceAct):
    """One row of the votes: 1 agrees, -1 disagrees, 0 passes."""

    source_id: str
    view: int

    rank = 1


@dataclass
class Conversation:
    """The content of an export, acts in order of time."""

    topic: str = ""
    url: str = ""
    statements: dict[str, SourceStatement] = field(default_factory=dict)
    acts: list[SourceAct] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)
    matrix: dict[tuple[str, str], int] = field(default_factory=dict)
    """Final vote by participant and statement, according to Polis."""
    rejects: list[Reject] = field(default_factory=list)

    def votes(self) -> list[SourceVote]:
        """Return the votes alone."""
        return [act for act in self.acts if isinstance(act, SourceVote)]


def read_conversation(folder: Path) -> Conversation:
    """Return the content of an export; raises UnreadableSource for files that cannot be read at
    all.
    """
    conversation = Conversation()
    _read_summary(conversation, folder / "summary.csv")
    _apply_rows(
        conversation,
        folder / "comments.csv",
        "timestamp comment-id author-id comment-body",
        _statement,
    )
    _apply_rows(conversation, folder / "votes.csv", "timestamp comment-id voter-id vote", _vote)
    if (path := folder / "participants-votes.csv").exists():
        _apply_rows(conversation, path, "participant group-id", _participant)
    if not conversation.statements:
        raise UnreadableSource(f"{folder}: no statement in comments.csv")
    _sort_acts(conversation)
    return conversation


def _sort_acts(conversation: Conversation) -> None:
    """Sort the acts by time, but no vote before its statement."""
    for act in conversation.acts:
        act.set_sort_key(
            conversation.statements[act.source_id].at if isinstance(act, SourceVote) else act.at
        )
    conversation.acts.sort(key=lambda act: act.sort_key)


def _read_summary(conversation: Conversation, path: Path) -> None:
    if not path.exists():
        return
    for row in read_rows(path, ",", set()):
        if isinstance(row, Row):
            key, value = (*row.fields.values(), "", "")[:2]
            conversation.url = str(value) if key == "url" else conversation.url
    first = path.read_text(encoding="utf-8-sig").partition("\n")[0]
    conversation.topic = clean_line(first.partition(",")[2].strip('"'))


def _valid_rows(conversation: Conversation, path: Path, required: str) -> list[Row]:
    rows: list[Row] = []
    for row in read_rows(path, ",", set(required.split())):
        if isinstance(row, Row):
            rows.append(row)
        else:
            conversation.rejects.append(row)
    return rows


def _apply_rows(
    conversation: Conversation,
    path: Path,
    required: str,
    add_row: Callable[[Conversation, Row], None],
) -> None:
    for row in _valid_rows(conversation, path, required):
        try:
            add_row(conversation, row)
        except BadRow as error:
            conversation.rejects.append(Reject(row.file, row.line, str(error), dict(row.fields)))


def _source_id(row: Row, column: str) -> int:
    value = str(row.fields.get(column, "")).strip()
    if not value.removeprefix("-").isdecimal() or len(value) > 17:
        raise BadRow(f"{column}: {value[:40]!r} is not a number")
    return int(value)


def _timestamp(row: Row) -> datetime:
    return datetime.fromtimestamp(_source_id(row, "timestamp") / 1000, UTC)


def _statement(conversation: Conversation, row: Row) -> None:
    source_id, text = (
        str(_source_id(row, "comment-id")),
        clean_line(row.fields["comment-body"])[:1000],
    )
    if source_id in conversation.statements:
        raise BadRow(f"comment-id {source_id} is a duplicate")
    statement = SourceStatement(
        at=_timestamp(row),
        proposal="",
        author=Author(str(_source_id(row, "author-id"))),
        source_id=source_id,
        text=text,
        state=STATES.get(row.fields.get("moderated", "1"), OptionState.SHOWN),
        agrees=_source_id(row, "agrees"),
        disagrees=_source_id(row, "disagrees"),
    )
    conversation.statements[source_id] = statement
    conversation.acts.append(statement)


def _vote(conversation: Conversation, row: Row) -> None:
    source_id, view = str(_source_id(row, "comment-id")), _source_id(row, "vote")
    if source_id not in conversation.statements:
        raise BadRow(f"comment-id {source_id} is in no row of comments.csv")
    if view not in {-1, 0, 1}:
        raise BadRow(f"vote: {view} is none of -1, 0, 1")
    voter = Author(str(_source_id(row, "voter-id")))
    conversation.acts.append(SourceVote(_timestamp(row), "", voter, source_id=source_id, view=view))


def _participant(conversation: Conversation, row: Row) -> None:
    participant = str(_source_id(row, "participant"))
    if row.fields["group-id"]:
        conversation.groups[participant] = _source_id(row, "group-id")
    for column, value in row.fields.items():
        if column.isdecimal() and value:
            conversation.matrix[participant, column] = _source_id(row, column)
