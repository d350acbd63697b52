"""Responses from a CSV table: every row is checked first, then published by an act of its own.

A response that must be signed or checked is saved as a draft, and the consent is asked for.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from flask_babel import gettext as _
from sqlalchemy import select

from deliberate.database import db
from deliberate.days import local_today, parse_day
from deliberate.models import Comment, Institution, Person, Proposal, Response
from deliberate.operations.responses.response_drafts import (
    DraftConflict,
    DraftContent,
    request_check,
    request_signatures,
    save_response_draft,
)
from deliberate.operations.responses.responses import (
    REFUSAL_DECISIONS,
    ResponseConflict,
    publish_response,
)
from deliberate.permissions.decision import Refused
from deliberate.permissions.responses import may_request_check, may_respond
from deliberate.queries.responses.institutions import (
    get_institution_by_slug,
    list_institutions,
    localized_name,
)
from deliberate.queries.responses.response_owner import missing_signatory_ids
from deliberate.queries.responses.responses import get_visible_proposal
from deliberate.recording import NO_REQUEST, RequestContext
from deliberate.text import clean, clean_line, parse_whole_number
from deliberate.vocabulary import ResponseDecision, ResponseGround
from deliberate.vocabulary.codes import is_final_response

COLUMNS = ("proposal", "decision", "headline", "body", "grounds", "answers", "what", "who", "due")
"""The cells grounds and answers hold lists; what, who and due form one commitment."""
MAX_ROWS = 200


class InvalidTable(ValueError):
    """The file is not a table with the required columns; the message is shown to the officer."""


@dataclass
class ResponseRow:
    """A response in the table, with its parsed cells and the problems found."""

    line: int
    cells: dict[str, str]
    proposal: Proposal | None = None
    base_version: int = 0
    """The newest version of the response when the row was checked; 0 without one."""
    problems: list[str] = field(default_factory=list)
    missing_consents: list[str] = field(default_factory=list)
    """What the response waits for after it is saved as a draft."""
    needs_check: bool = False
    needs_signature: bool = False
    grounds: list[ResponseGround] = field(default_factory=list)
    comment_ids: list[int] = field(default_factory=list)
    commitments: list[tuple[str, Institution, date]] = field(default_factory=list)


@dataclass
class TableResult:
    """What became of the rows of a table."""

    published: list[ResponseRow] = field(default_factory=list)
    drafted: list[ResponseRow] = field(default_factory=list)
    """Saved as drafts, for which a signature or check was asked."""
    failed: list[ResponseRow] = field(default_factory=list)


def parse_response_table(officer: Person, text: str) -> list[ResponseRow]:
    """Return the rows of a CSV table, each checked as publishing would; nothing is stored.

    Raises InvalidTable.
    """
    reader = _table_reader(text)
    rows: list[ResponseRow] = []
    try:
        for record in reader:
            cells = {name: (record.get(name) or "").strip() for name in COLUMNS}
            if any(cells.values()):
                rows.append(_validated_row(officer, ResponseRow(reader.line_num, cells)))
            if len(rows) > MAX_ROWS:
                raise InvalidTable(_("At most %(n)s rows at once.", n=MAX_ROWS))
    except csv.Error as error:
        raise InvalidTable(_("The table cannot be read: %(why)s", why=str(error))) from error
    _mark_duplicates(rows)
    return rows


def write_response_table(rows: Iterable[ResponseRow]) -> str:
    """Return rows as a CSV table; each row takes the line that it has there."""
    table = StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row.cells)
        row.line = table.getvalue().count("\n")
    return table.getvalue()


def _table_reader(text: str) -> "csv.DictReader[str]":
    """Return a reader of a table separated by commas or semicolons. Raises InvalidTable."""
    text = text.lstrip("\ufeff")
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(text), delimiter=";" if ";" in header else ",")
    missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidTable(
            _("The first line must name the columns. Missing: %(names)s", names=", ".join(missing))
        )
    return reader


def _mark_duplicates(rows: Sequence[ResponseRow]) -> None:
    seen: set[str] = set()
    for row in rows:
        proposal_id = row.cells["proposal"]
        if proposal_id in seen:
            row.problems.append(_("This proposal is in the table twice."))
        seen.add(proposal_id)


def _validated_row(officer: Person, row: ResponseRow) -> ResponseRow:
    cells = row.cells
    row.proposal = _find_proposal(cells["proposal"])
    if row.proposal is None:
        row.problems.append(_("There is no such proposal."))
        return row
    if not (permission := may_respond(officer, row.proposal)):
        row.problems.append(str(permission.reason))
    _compare_with_newest(row, row.proposal)
    _note_missing_consents(officer, row, row.proposal)
    if cells["decision"] not in set(ResponseDecision):
        row.problems.append(
            _("The decision must be one of: %(names)s", names=", ".join(ResponseDecision))
        )
    if not 0 < len(cells["headline"]) <= 120:
        row.problems.append(_("The headline must have between 1 and 120 characters."))
    _parse_grounds(row)
    _parse_answered_comments(row)
    _parse_commitment(row)
    if cells["decision"] in REFUSAL_DECISIONS and not (row.grounds and cells["body"]):
        row.problems.append(_("A refusal needs a reason and a ground."))
    return row


def _compare_with_newest(row: ResponseRow, proposal: Proposal) -> None:
    """Note a row that is public already: a second version would notify all followers again."""
    newest = db.session.scalars(
        select(Response)
        .where(Response.proposal_id == proposal.id)
        .order_by(Response.version.desc())
        .limit(1)
    ).first()
    if newest is None:
        return
    row.base_version = newest.version
    cells = row.cells
    written = (cells["decision"], clean_line(cells["headline"]), clean(cells["body"]))
    if written == (newest.decision, newest.headline, newest.body):
        row.problems.append(_("This response is public already."))


def _note_missing_consents(officer: Person, row: ResponseRow, proposal: Proposal) -> None:
    """Note which check and signatures the response needs; a row of a table has none."""
    if officer.institution is not None and officer.institution.needs_check:
        row.needs_check = True
        row.missing_consents.append(_("a colleague must check it"))
    missing = missing_signatory_ids(proposal.process, officer.institution_id)
    if missing and is_final_response(row.cells["decision"], outside_body=""):
        row.needs_signature = True
        names = [localized_name(one) for one in list_institutions() if one.id in missing]
        row.missing_consents.append(
            _("%(institutions)s must sign it", institutions=", ".join(names))
        )


def _parse_id(text: str) -> int | None:
    return parse_whole_number(text)


def _find_proposal(cell: str) -> Proposal | None:
    proposal_id = _parse_id(cell.removeprefix("#"))
    return None if proposal_id is None else get_visible_proposal(proposal_id)


def _parse_grounds(row: ResponseRow) -> None:
    for name in row.cells["grounds"].replace(",", " ").replace("|", " ").split():
        try:
            row.grounds.append(ResponseGround(name))
        except ValueError:
            names = ", ".join(ResponseGround)
            row.problems.append(
                _("The ground %(word)s must be one of: %(names)s", word=name, names=names)
            )


def _parse_answered_comments(row: ResponseRow) -> None:
    cells = row.cells["answers"].replace(",", " ").replace("|", " ").replace("#", " ").split()
    row.comment_ids = [id_ for id_ in map(_parse_id, cells) if id_ is not None]
    proposal_id = row.proposal.id if row.proposal else 0
    existing = db.session.scalars(
        select(Comment.id).where(
            Comment.proposal_id == proposal_id, Comment.id.in_(row.comment_ids)
        )
    )
    if len(row.comment_ids) != len(cells) or set(row.comment_ids) != set(existing):
        row.problems.append(_("An answered comment belongs to another thread."))


def _parse_commitment(row: ResponseRow) -> None:
    what, who, due = (row.cells[name] for name in ("what", "who", "due"))
    if not (what or who or due):
        return
    institution = get_institution_by_slug(who)
    due_on = parse_day(due)
    if due_on is None:
        row.problems.append(_("Write a date as 2026-11-30, in the years 2000 to 2100."))
        return
    if institution is None or not what:
        row.problems.append(
            _("A commitment needs what and who; who is the short name of an institution.")
        )
    elif row.proposal is not None and due_on < local_today(row.proposal.process):
        row.problems.append(_("The date of a commitment must be in the future."))
    else:
        row.commitments.append((what, institution, due_on))


def publish_response_rows(
    officer: Person, rows: Iterable[ResponseRow], *, context: RequestContext = NO_REQUEST
) -> TableResult:
    """Publish the rows without problems, or save them as drafts and ask for what is missing."""
    result = TableResult()
    for row in rows:
        if row.proposal is not None and not row.problems:
            _try_to_publish(officer, row, row.proposal, context.without_submission())
        if row.proposal is None or row.problems:
            result.failed.append(row)
        else:
            (result.drafted if row.missing_consents else result.published).append(row)
    return result


def _try_to_publish(
    officer: Person, row: ResponseRow, proposal: Proposal, context: RequestContext
) -> None:
    """Publish a row or save its draft; a refusal becomes a problem of the row."""
    try:
        _publish_row(officer, row, proposal, context)
    except Refused as error:
        row.problems.append(str(error.reason))
    except ResponseConflict:
        row.problems.append(_("There is a newer version of this response."))
    except DraftConflict:
        row.problems.append(_("Your institution has a draft of this response: continue that."))


def _publish_row(
    officer: Person, row: ResponseRow, proposal: Proposal, context: RequestContext
) -> None:
    if row.missing_consents:
        _save_row(officer, row, proposal, context)
        return
    publish_response(
        officer,
        proposal,
        ResponseDecision(row.cells["decision"]),
        row.cells["headline"],
        row.cells["body"],
        grounds=row.grounds,
        answers=row.comment_ids,
        commitments=row.commitments,
        base_version=row.base_version,
        language=officer.language,
        context=context,
    )


def _save_row(
    officer: Person, row: ResponseRow, proposal: Proposal, context: RequestContext
) -> None:
    """Save a row as a draft and ask for its signatures and its check, each once."""
    draft = save_response_draft(officer, proposal, _draft_content(officer, row))
    if row.needs_signature and draft.signature_revision != draft.revision:
        request_signatures(officer, draft, context=context)
    if row.needs_check and may_request_check(officer, draft):
        request_check(officer, draft, context=context)


def _draft_content(officer: Person, row: ResponseRow) -> DraftContent:
    return {
        "decision": row.cells["decision"],
        "headline": row.cells["headline"],
        "body": row.cells["body"],
        "grounds": [ground.value for ground in row.grounds],
        "study_until": None,
        "outside_body": "",
        "note": "",
        "language": officer.language,
        "points": [],
        "commitments": [
            {"what": what, "who": str(institution.id), "due": due_on.isoformat()}
            for what, institution, due_on in row.commitments
        ],
        "answers": {str(comment_id): 0 for comment_id in row.comment_ids},
    }
