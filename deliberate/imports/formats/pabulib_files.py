"""Reader of Pabulib files: the rules of a vote on projects, the projects, and one ballot a line.

A file has three sections, META, PROJECTS and VOTES, each a table with semicolons. It is read twice:
once to know its projects and what is wrong with it, and once while the ballots are written, so that
the ballots are never in memory together.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import chain, takewhile
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from deliberate.clock import now
from deliberate.decoding import UndecodableText, decoded
from deliberate.imports.files.packed import opened, unpacked
from deliberate.imports.report import FileReport, ImportReport
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, reject
from deliberate.text import clean, clean_line, has_visible_sign
from deliberate.vocabulary import PollType

SECTIONS = ("META", "PROJECTS", "VOTES")
POLL_TYPES = {
    "approval": PollType.BUDGET,
    "choose-1": PollType.SINGLE,
    "cumulative": PollType.SCORE,
    "scoring": PollType.SCORE,
    "ordinal": PollType.RANKED,
}
"""Our type of poll for each type of ballot; approval without a budget is a choice of several."""
META_COLUMNS = (
    *("description", "instance", "vote_type", "budget", "date_begin", "date_end"),
    *("num_projects", "num_votes"),
)
PROJECT_COLUMNS = (
    *("project_id", "cost", "name", "description", "category", "votes", "score", "selected"),
)
VOTE_COLUMNS = ("voter_id", "vote", "points")
MAX_LABEL = 1000
MAX_AMOUNT = 2**53
MAX_POINTS = 1000
"""Points that one ballot may give to one project."""
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBER = re.compile(r"(\d{1,18})(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Project:
    """A project that could be voted for, with the figures that the file has for it."""

    source_id: str
    name: str
    description: str
    category: str
    cost: int
    figure: int | None
    """Votes or points that the file states."""
    is_selected: bool | None


@dataclass(frozen=True, slots=True)
class SourceBallot:
    """A ballot: the value of each project that it names; empty for one that names none."""

    voter: str
    values: tuple[tuple[str, int], ...]


@dataclass
class Election:
    """The content of a file but its ballots, which `ballots` reads from it again."""

    path: Path
    encoding: str
    zone: ZoneInfo
    meta: dict[str, str] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    type: PollType = PollType.BUDGET
    opens_at: datetime = field(init=False)
    closes_at: datetime = field(init=False)
    budget: int | None = None
    ballot_count: int = 0
    empty_count: int = 0
    rejects: list[Reject] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)

    @property
    def vote_type(self) -> str:
        """Return the type of ballot in the word of the format."""
        return self.meta["vote_type"].strip().lower()

    def ballots(self) -> Iterator[SourceBallot]:
        """Yield the ballots that can be read, in the order of the file."""
        for ballot in _ballots(self):
            if isinstance(ballot, SourceBallot):
                yield ballot


@contextmanager
def opened_election(path: Path, zone: ZoneInfo, encoding: str = "") -> Iterator[Election]:
    """Yield the content of a `.pb` file, packed or alone in its folder.

    Raises UnreadableSource for a file that cannot be read at all.
    """
    with unpacked(path) as outer:
        election = Election(_only_file(path, outer), encoding, zone)
        _read_meta(election)
        _read_projects(election)
        _check_ballots(election)
        election.report.count_rejects(election.rejects)
        yield election


def _only_file(path: Path, outer: Path) -> Path:
    if outer.is_file():
        return outer
    files = sorted(
        file
        for file in outer.rglob("*")
        if file.is_file() and file.name.lower().removesuffix(".gz").endswith(".pb")
    )
    if len(files) != 1:
        names = ", ".join(file.name for file in files[:5])
        which = f"which of these is meant? {names}" if files else "no file that ends in .pb"
        raise UnreadableSource(f"{path}: {which}")
    return files[0]


def _rows(election: Election, section: str) -> Iterator[Row | Reject]:
    """Yield the rows of one section; every section begins with its name and its columns."""
    with opened(election.path) as file:
        try:
            with decoded(file, election.encoding) as text:
                yield from _section_rows(election, text, section)
        except UndecodableText as error:
            guess = f"; add --encoding {error.guess}" if error.guess else ""
            raise UnreadableSource(
                f"{election.path.name}: line {error.line} is not {error.encoding}{guess}"
            ) from error
        except csv.Error as error:
            raise UnreadableSource(f"{election.path.name}: {section}: {error}") from error


def _section_rows(election: Election, text: TextIO, section: str) -> Iterator[Row | Reject]:
    lines = csv.reader(text, delimiter=";")
    name = election.path.name
    if not any(_section_name(cells) == section for cells in lines):
        raise UnreadableSource(f"{name}: no section {section}; a .pb file has {_listed()}")
    header = [cell.strip().lower() for cell in next(lines, [])]
    if twice := [column for column in header if column and header.count(column) > 1]:
        raise UnreadableSource(f"{name}: {section}: the column {twice[0]} is there twice")
    for cells in takewhile(lambda cells: _section_name(cells) not in SECTIONS, lines):
        if any(map(str.strip, cells)):
            yield _row(name, lines.line_num, section, header, cells)


def _row(name: str, line: int, section: str, header: list[str], cells: list[str]) -> Row | Reject:
    """Return a row; a value of META may have semicolons, and the last columns may be missing."""
    if section == "META":
        cells = [cells[0], ";".join(cells[1:])]
    elif any(cell.strip() for cell in cells[len(header) :]):
        reason = f"{len(cells)} fields where the header has {len(header)}"
        return Reject(name, line, reason, cells, section)
    missing = [""] * (len(header) - len(cells))
    fields = {k: v.strip() for k, v in zip(header, chain(cells, missing), strict=False)}
    return Row(name, line, fields, section)


def _section_name(cells: list[str]) -> str:
    filled = [cell for cell in cells if cell.strip()]
    return filled[0].strip().lstrip("\ufeff").upper() if len(filled) == 1 else ""


def _listed() -> str:
    return ", ".join(SECTIONS)


def _valid_rows(election: Election, section: str, columns: tuple[str, ...]) -> Iterator[Row]:
    report = election.report.open(election.path.name, section)
    for row in _rows(election, section):
        report.rows += 1
        if isinstance(row, Reject):
            election.rejects.append(row)
            continue
        election.report.see_columns(row, columns, is_table=True)
        yield row


def _check_number(election: Election, report: FileReport, key: str) -> None:
    """Note a number of rows that is not the one that META states."""
    stated = election.meta.get(key)
    if stated and stated != str(report.rows):
        row = Row(report.file, 1, {}, report.section)
        election.report.note(row, f"{key} is {stated[:20]}, the section has {report.rows} rows")


def _require(report: FileReport, *columns: str) -> None:
    """Raise UnreadableSource for a column that the rows of a section lack."""
    if report.columns and (
        missing := [column for column in columns if column not in report.columns]
    ):
        raise UnreadableSource(f"{report.file}: {report.section}: no column {', '.join(missing)}")


def _read_meta(election: Election) -> None:
    """Read the keys; they are the columns of the report, each read or not."""
    report = election.report.open(election.path.name, "META")
    for row in _rows(election, "META"):
        if isinstance(row, Row):
            key, value = (*row.fields.values(), "", "")[:2]
            election.meta[str(key).lower()] = str(value)
    report.rows = len(election.meta)
    report.columns = {key: key in META_COLUMNS for key in election.meta}
    if "vote_type" not in election.meta:  # also where the section has no rows at all
        raise UnreadableSource(f"{report.file}: META: no column vote_type")
    if election.vote_type not in POLL_TYPES:
        raise UnreadableSource(
            f"{report.file}: META: vote_type is {election.vote_type[:40]!r}; "
            f"read are {', '.join(POLL_TYPES)}"
        )
    election.budget = _meta_number(election, "budget")
    election.type = POLL_TYPES[election.vote_type]
    if election.type == PollType.BUDGET and election.budget is None:
        election.type = PollType.MULTIPLE
    election.opens_at, election.closes_at = _span(election)


def _meta_number(election: Election, key: str) -> int | None:
    written = election.meta.get(key, "")
    try:
        return _whole(written, key) if written else None
    except BadRow as error:
        raise UnreadableSource(f"{election.path.name}: META: {error}") from error


def _span(election: Election) -> tuple[datetime, datetime]:
    """Return the days of the vote; a year alone is its first and last day, and is noted."""
    meta = election.meta
    begin = meta.get("date_begin") or meta.get("instance", "")
    end = meta.get("date_end") or begin
    first, last = _day(election, begin, is_end=False), _day(election, end, is_end=True)
    if last < first:
        raise UnreadableSource(f"{election.path.name}: META: date_end is before date_begin")
    opens_at = datetime.combine(first, time(), election.zone)
    last_midnight = datetime.combine(last, time(), election.zone)
    if last_midnight > now():
        raise UnreadableSource(f"{election.path.name}: META: the vote ends in the future")
    closes_at = datetime.combine(last + timedelta(days=1), time(), election.zone)
    # In UTC, as the log hashes times: another zone would not be what is read back.
    return opens_at.astimezone(UTC), min(closes_at, now()).astimezone(UTC)


def _day(election: Election, written: str, *, is_end: bool) -> datetime:
    key = "date_end" if is_end else "date_begin"
    where = f"{election.path.name}: META: {key} {written[:40]!r}"
    if hit := _DATE.fullmatch(written.strip()):
        day, month, year = (hit[1], hit[2], hit[3]) if hit[3] else (hit[6], hit[5], hit[4])
    elif re.fullmatch(r"\d{4}", written.strip()):
        end, day, month = ("last", "31", "12") if is_end else ("first", "1", "1")
        year = written
        row = Row(election.path.name, 1, {}, "META")
        election.report.note(row, f"{key} is a year: read as its {end} day")
    else:
        raise UnreadableSource(f"{where} is not a day such as 31.10.2025")
    try:
        read = datetime(int(year), int(month), int(day))
    except ValueError:
        read = datetime.min
    if read.year < 1990:
        raise UnreadableSource(f"{where} is no day")
    return read


def _read_projects(election: Election) -> None:
    report = election.report.open(election.path.name, "PROJECTS")
    for row in _valid_rows(election, "PROJECTS", PROJECT_COLUMNS):
        try:
            project = _project(election, row)
            if project.source_id in election.projects:
                raise BadRow(f"project_id: {project.source_id!r} is a duplicate")
        except BadRow as error:
            election.rejects.append(reject(row, error))
            continue
        election.projects[project.source_id] = project
    _require(report, "project_id")
    _check_number(election, report, "num_projects")
    if not election.projects:
        raise UnreadableSource(f"{report.file}: PROJECTS: no project can be read{_first(election)}")


def _first(election: Election) -> str:
    return f"; first: {election.rejects[0].reason}" if election.rejects else ""


def _project(election: Election, row: Row) -> Project:
    fields = row.fields
    source_id = fields.get("project_id", "")
    if not source_id or len(source_id) > 64 or "," in source_id:
        raise BadRow(f"project_id: {source_id[:40]!r} is not an id")
    name = _project_name(election, row, source_id)
    cost = fields.get("cost", "")
    if not cost and election.type == PollType.BUDGET:
        raise BadRow("cost is empty")
    stated = fields.get("score" if election.type == PollType.SCORE else "votes", "")
    category, _comma, others = fields.get("category", "").partition(",")
    if others:
        election.report.note(row, "category has several: the first is read")
    return Project(
        source_id,
        name,
        clean(fields.get("description", "")),
        category.strip(),
        _whole(cost, "cost") if cost else 0,
        _whole(stated, "votes") if stated else None,
        _selected(election, row),
    )


def _selected(election: Election, row: Row) -> bool | None:
    """Return whether a project was funded; None where the file does not tell."""
    selected = row.fields.get("selected", "")
    if selected not in {"", "0", "1"}:
        election.report.note(row, f"selected is {selected[:20]!r}: read as no decision")
    return {"0": False, "1": True}.get(selected)


def _project_name(election: Election, row: Row, source_id: str) -> str:
    """Return the name of a project, made of its id where there is nothing to read in it."""
    name = clean_line(row.fields.get("name", ""))
    if len(name) > MAX_LABEL:
        raise BadRow(f"name is longer than {MAX_LABEL} characters")
    if has_visible_sign(name):
        return name
    election.report.note(row, "name has nothing to read: the name is № and the id")
    return f"№ {source_id}"


def _whole(written: str, column: str) -> int:
    """Return a whole number; `1000.00` is one, and `12.50` is not."""
    hit = _NUMBER.fullmatch(written)
    if hit is None or int(hit[1]) > MAX_AMOUNT:
        raise BadRow(f"{column}: {written[:40]!r} is not a whole number")
    return int(hit[1])


def _check_ballots(election: Election) -> None:
    """Read every ballot once: count them, and reject what cannot be read before any is written."""
    report = election.report.open(election.path.name, "VOTES")
    voters: set[str] = set()
    for row in _valid_rows(election, "VOTES", VOTE_COLUMNS):
        try:
            ballot = _ballot(election, row)
            if ballot.voter in voters:
                raise BadRow(f"voter_id: {ballot.voter!r} is a duplicate")
        except BadRow as error:
            election.rejects.append(reject(row, error))
            continue
        voters.add(ballot.voter)
        election.ballot_count += 1
        if not ballot.values:
            election.empty_count += 1
            election.report.note(row, "the ballot names no project: read as not sure")
    _require(report, "voter_id", "vote")
    _check_number(election, report, "num_votes")
    if not election.ballot_count:
        raise UnreadableSource(f"{report.file}: VOTES: no ballot can be read{_first(election)}")


def _ballots(election: Election) -> Iterator[SourceBallot | None]:
    voters: set[str] = set()
    for row in _rows(election, "VOTES"):
        try:
            ballot = _ballot(election, row) if isinstance(row, Row) else None
        except BadRow:
            continue
        if ballot is not None and ballot.voter not in voters:
            voters.add(ballot.voter)
            yield ballot


def _ballot(election: Election, row: Row) -> SourceBallot:
    voter = row.fields.get("voter_id", "")
    if not voter or len(voter) > 64:
        raise BadRow(f"voter_id: {voter[:40]!r} is not an id")
    chosen = _chosen_projects(election, row)
    return SourceBallot(voter, tuple(zip(chosen, _values(election, row, chosen), strict=True)))


def _chosen_projects(election: Election, row: Row) -> list[str]:
    """Return the ids of the projects of a vote. Raises BadRow for one that is not valid."""
    chosen = [part.strip() for part in row.fields.get("vote", "").split(",") if part.strip()]
    if unknown := next((name for name in chosen if name not in election.projects), None):
        raise BadRow(f"vote: {unknown[:40]!r} is no project of the file")
    if len(set(chosen)) < len(chosen):
        raise BadRow("vote names a project twice")
    if election.type == PollType.SINGLE and len(chosen) > 1:
        raise BadRow(f"vote names {len(chosen)} projects where one is chosen")
    return chosen


def _values(election: Election, row: Row, chosen: list[str]) -> list[int]:
    """Return the value of each project: its rank, its points, or 1."""
    if election.type == PollType.RANKED:
        return list(range(1, len(chosen) + 1))
    if election.type != PollType.SCORE:
        return [1] * len(chosen)
    points = [part.strip() for part in row.fields.get("points", "").split(",") if part.strip()]
    if len(points) != len(chosen):
        raise BadRow(f"points: {len(points)} for {len(chosen)} projects")
    values = [_whole(part, "points") for part in points]
    if max(values, default=0) > MAX_POINTS:
        raise BadRow(f"points: more than {MAX_POINTS} for one project")
    return values
