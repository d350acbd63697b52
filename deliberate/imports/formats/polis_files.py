"""Reader of Polis exports: statements, every vote, published groups."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deliberate.clock import now
from deliberate.decoding import UndecodableText, decoded
from deliberate.imports.files.packed import opened, unpacked
from deliberate.imports.files.reading import Layout, read_rows
from deliberate.imports.formats.polis_math import read_groups
from deliberate.imports.report import ImportReport
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, reject
from deliberate.imports.source_records import Author, SourceAct
from deliberate.text import clean_line, has_visible_sign
from deliberate.vocabulary import OptionState

FIRST_SECOND = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
MAX_STATEMENT = 1000
"""Characters of an option of a poll."""
MATH_FILES = ("math.json", "pca2.json", "math-pca2.json")
READ_COLUMNS = ("agrees", "disagrees", "moderated", "group-id")
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
    report: ImportReport = field(default_factory=ImportReport)
    unit: int = 1000
    """Units of a timestamp in a second."""
    has_vote_times: bool = True

    def votes(self) -> list[SourceVote]:
        """Return the votes alone."""
        return [act for act in self.acts if isinstance(act, SourceVote)]


def read_conversation(path: Path, *, in_seconds: bool = False) -> Conversation:
    """Return the content of an export, a folder or ZIP; raises UnreadableSource for files that
    cannot be read at all.

    `in_seconds` reads timestamps as seconds, which some versions of Polis write.
    """
    conversation = Conversation(unit=1 if in_seconds else 1000)
    with unpacked(path) as outer:
        folder = _export_folder(outer)
        _read_summary(conversation, folder / "summary.csv")
        _apply_rows(
            conversation,
            folder / "comments.csv",
            "timestamp comment-id author-id comment-body",
            _statement,
        )
        _read_votes(conversation, folder)
        if math := _math_file(folder):
            conversation.groups |= read_groups(math)
    if not conversation.statements:
        reason = next((f"; first: {r.reason}" for r in conversation.rejects), "")
        raise UnreadableSource(f"{path}: no statement in comments.csv{reason}")
    _sort_acts(conversation)
    conversation.report.count_rejects(conversation.rejects)
    return conversation


def _export_folder(folder: Path) -> Path:
    """Return the folder with the files: an unpacked ZIP often has it inside."""
    inner = next(iter(sorted(folder.rglob("comments.csv"))), None) if folder.is_dir() else None
    return inner.parent if inner else folder


def _math_file(folder: Path) -> Path | None:
    return next((p for name in MATH_FILES if (p := folder / name).exists()), None)


def _read_votes(conversation: Conversation, folder: Path) -> None:
    """Read every vote; without votes.csv the last vote of each participant, from the matrix."""
    matrix, votes = folder / "participants-votes.csv", folder / "votes.csv"
    if votes.exists() or not matrix.exists():
        _apply_rows(conversation, votes, "timestamp comment-id voter-id vote", _vote)
    if matrix.exists():
        _apply_rows(conversation, matrix, "participant", _participant)
    if not votes.exists() and matrix.exists():
        conversation.has_vote_times = False
        conversation.acts += _votes_of_matrix(conversation)


def _votes_of_matrix(conversation: Conversation) -> Iterator[SourceVote]:
    """Yield the votes of the matrix, which has no times: all at that of the last statement."""
    last = max((s.at for s in conversation.statements.values()), default=None)
    for (voter, source_id), view in conversation.matrix.items():
        if last is not None and source_id in conversation.statements:
            yield SourceVote(last, "", Author(voter), source_id=source_id, view=view)


def _sort_acts(conversation: Conversation) -> None:
    """Sort the acts by time, but no vote before its statement."""
    for act in conversation.acts:
        act.set_sort_key(
            conversation.statements[act.source_id].at if isinstance(act, SourceVote) else act.at
        )
    conversation.acts.sort(key=lambda act: act.sort_key)


def _read_summary(conversation: Conversation, path: Path) -> None:
    """Read topic and address: a line has a name and a value, and no line has names of columns."""
    if not path.exists():
        return
    with opened(path) as file:
        try:
            with decoded(file) as text:
                values = {row[0]: row[1] for row in csv.reader(text) if len(row) > 1}
        except (UndecodableText, csv.Error) as error:
            raise UnreadableSource(f"{path}: cannot be read as CSV: {error}") from error
    conversation.url = values.get("url", "")
    conversation.topic = clean_line(values.get("topic", ""))


def _valid_rows(conversation: Conversation, path: Path, required: str) -> list[Row]:
    rows: list[Row] = []
    names = required.split()
    report = conversation.report.open(path.name, "")
    for row in read_rows(path, Layout(), names):
        report.rows += 1
        if isinstance(row, Row):
            conversation.report.see_columns(row, [*names, *READ_COLUMNS], is_table=True)
            rows.append(row)
        else:
            conversation.rejects.append(row)
    for column in report.columns:
        report.columns[column] |= column.isdecimal()
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
            conversation.rejects.append(reject(row, error))


def _source_id(row: Row, column: str) -> int:
    value = str(row.fields.get(column, "")).strip().removesuffix(".0")
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(value) > 17:
        raise BadRow(f"{column}: {value[:40]!r} is not a number")
    return int(value)


def _timestamp(conversation: Conversation, row: Row) -> datetime:
    """Return a time; raises BadRow for one that is in seconds where it should be milliseconds."""
    value = _source_id(row, "timestamp")
    seconds = value / conversation.unit
    if FIRST_SECOND <= seconds <= now().timestamp():
        return datetime.fromtimestamp(seconds, UTC)
    if conversation.unit != 1 and FIRST_SECOND <= value <= now().timestamp():
        raise BadRow(
            f"timestamp: '{value}' is in seconds, not milliseconds; if all are, add --seconds"
        )
    raise BadRow(f"timestamp: '{value}' is not a time between 1990 and now")


def _count(row: Row, column: str) -> int:
    return _source_id(row, column) if row.fields.get(column) else 0


def _statement_text(conversation: Conversation, row: Row) -> str:
    """Return the text of a statement; raises BadRow for one that the poll cannot hold whole."""
    text = clean_line(row.fields["comment-body"])
    if len(text) > MAX_STATEMENT:
        raise BadRow(f"comment-body is longer than {MAX_STATEMENT} characters")
    if not has_visible_sign(text):
        conversation.report.note(row, "comment-body has nothing to read: kept, but not shown")
    return text


def _state(row: Row) -> OptionState:
    code = str(row.fields.get("moderated", "1")).strip().removesuffix(".0")
    if code not in STATES:
        raise BadRow(f"moderated: {code[:40]!r} is none of -1, 0, 1")
    return STATES[code]


def _statement(conversation: Conversation, row: Row) -> None:
    source_id, text = str(_source_id(row, "comment-id")), _statement_text(conversation, row)
    if source_id in conversation.statements:
        raise BadRow(f"comment-id {source_id} is a duplicate")
    statement = SourceStatement(
        at=_timestamp(conversation, row),
        proposal="",
        author=Author(str(_source_id(row, "author-id"))),
        source_id=source_id,
        text=text,
        state=_state(row) if has_visible_sign(text) else OptionState.DECLINED,
        agrees=_count(row, "agrees"),
        disagrees=_count(row, "disagrees"),
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
    at = _timestamp(conversation, row)
    conversation.acts.append(SourceVote(at, "", voter, source_id=source_id, view=view))


def _participant(conversation: Conversation, row: Row) -> None:
    participant = str(_source_id(row, "participant"))
    if row.fields.get("group-id"):
        conversation.groups[participant] = _source_id(row, "group-id")
    for column, value in row.fields.items():
        if column.isdecimal() and value:
            conversation.matrix[participant, column] = _source_id(row, column)
