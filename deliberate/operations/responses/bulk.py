"""Many at once: cases given to a colleague, answers from a table; each an act of its own."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from flask_babel import gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Comment, Institution, Person, Proposal
from deliberate.operations.responses.cases import assign_case
from deliberate.operations.responses.responses import REFUSALS, publish_response
from deliberate.permissions.decision import Refused
from deliberate.permissions.responses import may_answer
from deliberate.queries.processes.working_days import local_day
from deliberate.queries.responses.responses import proposal_answered
from deliberate.vocabulary import Ground, ResponseDecision

COLUMNS = ("proposal", "decision", "headline", "body", "grounds", "answers", "what", "who", "due")
"""grounds and answers are lists in one cell; what, who and due are one commitment."""
MOST_ROWS = 200


class NoTable(ValueError):
    """What was sent is no table with the columns that are asked for; the message says why."""


@dataclass
class Row:
    """One answer of a table, and everything that is wrong with it."""

    line: int
    cells: dict[str, str]
    proposal: Proposal | None = None
    problems: list[str] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    commitments: list[tuple[str, Institution, date]] = field(default_factory=list)


def assign_cases(
    officer: Person, proposals: Iterable[Proposal], colleague: Person
) -> list[tuple[Proposal, object]]:
    """Give many cases to a colleague, each an act; gives those that were refused, with why."""
    refused: list[tuple[Proposal, object]] = []
    for proposal in proposals:
        try:
            assign_case(officer, proposal, colleague)
        except Refused as error:
            refused.append((proposal, error.reason))
    return refused


def read_table(officer: Person, written: str) -> list[Row]:
    """The answers of a table, each checked as publishing would; nothing is kept. Raises NoTable."""
    sample = written.lstrip("\ufeff")
    first = sample.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(sample), delimiter=";" if ";" in first else ",")
    missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
    if missing:
        raise NoTable(
            _("The first line names the columns; missing: %(names)s", names=", ".join(missing))
        )
    rows: list[Row] = []
    try:
        for cells in reader:
            given = {n: (cells.get(n) or "").strip() for n in COLUMNS}
            if any(given.values()):
                rows.append(_checked(officer, Row(reader.line_num, given)))
            if len(rows) > MOST_ROWS:
                raise NoTable(_("At most %(n)s rows at once.", n=MOST_ROWS))
    except csv.Error as error:
        raise NoTable(_("This is no table that can be read: %(why)s", why=str(error))) from error
    _refuse_twice(rows)
    return rows


def _refuse_twice(rows: Sequence[Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        number = row.cells["proposal"]
        if number in seen:
            row.problems.append(_("This proposal stands in the table twice."))
        seen.add(number)


def _checked(officer: Person, row: Row) -> Row:
    cells = row.cells
    row.proposal = _proposal(cells["proposal"])
    if row.proposal is None:
        row.problems.append(_("There is no such proposal."))
        return row
    if not (answer := may_answer(officer, row.proposal)):
        row.problems.append(str(answer.reason))
    if cells["decision"] not in {d.value for d in ResponseDecision}:
        row.problems.append(
            _("The decision is none of: %(names)s", names=", ".join(ResponseDecision))
        )
    if not 0 < len(cells["headline"]) <= 120:
        row.problems.append(_("The headline has between 1 and 120 characters."))
    _read_grounds(row)
    _read_answers(row)
    _read_commitment(row)
    if cells["decision"] in REFUSALS and not (row.grounds and cells["body"]):
        row.problems.append(_("A refusal needs a reason and a ground."))
    return row


def _proposal(written: str) -> Proposal | None:
    number = written.removeprefix("#")
    return (
        proposal_answered(int(number))
        if number.isascii() and number.isdigit() and len(number) < 10
        else None
    )


def _read_grounds(row: Row) -> None:
    for word in row.cells["grounds"].replace(",", " ").replace("|", " ").split():
        try:
            row.grounds.append(Ground(word))
        except ValueError:
            row.problems.append(
                _("The ground %(word)s is none of: %(names)s", word=word, names=", ".join(Ground))
            )


def _read_answers(row: Row) -> None:
    words = row.cells["answers"].replace(",", " ").replace("|", " ").replace("#", " ").split()
    row.answers = [int(w) for w in words if w.isascii() and w.isdigit() and len(w) < 10]
    number = row.proposal.id if row.proposal else 0
    known = set(
        db.session.scalars(
            select(Comment.id).where(Comment.proposal_id == number, Comment.id.in_(row.answers))
        )
    )
    if len(row.answers) != len(words) or set(row.answers) != known:
        row.problems.append(_("An answered comment stands in another thread."))


def _read_commitment(row: Row) -> None:
    what, who, due = (row.cells[name] for name in ("what", "who", "due"))
    if not (what or who or due):
        return
    office = db.session.scalar(select(Institution).where(Institution.slug == who))
    try:
        day = date.fromisoformat(due)
    except ValueError:
        row.problems.append(_("Write a date as 2026-11-30."))
        return
    if office is None or not what:
        row.problems.append(
            _("A commitment says what and who; who is an institution's short name.")
        )
    elif row.proposal is not None and day < local_day(row.proposal.process, now()):
        row.problems.append(_("A commitment's date lies in the future."))
    else:
        row.commitments.append((what, office, day))


def publish_rows(officer: Person, rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Publish every row without a problem, each an act; gives those published and those not."""
    done, failed = [], []
    for row in rows:
        if row.problems or row.proposal is None:
            failed.append(row)
            continue
        try:
            publish_response(
                officer,
                row.proposal,
                ResponseDecision(row.cells["decision"]),
                row.cells["headline"],
                row.cells["body"],
                grounds=row.grounds,
                answers=row.answers,
                commitments=row.commitments,
                language=officer.language,
            )
        except Refused as error:
            row.problems.append(str(error.reason))
            failed.append(row)
        else:
            done.append(row)
    return done, failed
