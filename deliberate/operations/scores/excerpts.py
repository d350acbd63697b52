"""Excerpts of the sources of a study: adding, coding, importing from CSV."""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from io import StringIO

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.exports.csv_writer import unescape_cell
from deliberate.models import Excerpt, ExcerptCode, ExcerptMemo, Person, Process, StudySource
from deliberate.models.scores.study import NO_CODE
from deliberate.operations.scores.study_sources import STUDY_REASON
from deliberate.operations.scores.transcripts import split_paragraphs
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.scores.studies import (
    is_open_to_excerpts,
    may_change_codes,
    may_remove_excerpt,
    may_take_excerpts,
    may_use_study,
)
from deliberate.queries.scores.studies.excerpts import (
    MAX_EXCERPTS,
    code_names,
    codes_by,
    count_excerpts,
    list_excerpts,
    own_codes,
)
from deliberate.queries.scores.studies.sources import list_sources
from deliberate.recording import NO_REQUEST, RequestContext, unrecorded_once
from deliberate.text import clean, clean_line

MAX_BODY, MAX_MEMO = 4000, 2000
LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class ExcerptInput:
    """An excerpt to add; without codes it is not coded yet."""

    body: str
    language: str
    place: str = ""
    memo: str = ""
    codes: Collection[str] = ()


def add_excerpt(
    evaluator: Person,
    source: StudySource,
    content: ExcerptInput,
    *,
    context: RequestContext = NO_REQUEST,
) -> Excerpt:
    """Add an excerpt of a source, with the codes of who adds it."""
    with unrecorded_once(STUDY_REASON, evaluator, context) as session:
        session.refresh(source.process, with_for_update={"of": Process})
        session.refresh(source, with_for_update={"of": StudySource})
        require(may_use_study(evaluator, source.process))
        _require_room(source.process, 1)
        excerpt = _new_excerpt(evaluator, source, content)
        session.add(excerpt)
    return excerpt


def _require_room(process: Process, added: int) -> None:
    """Refuse more excerpts than the pages and the table of a study show."""
    if count_excerpts(process.id) + added > MAX_EXCERPTS:
        raise InvalidInput(_("A study has at most %(n)s excerpts.", n=MAX_EXCERPTS))


def _new_excerpt(evaluator: Person, source: StudySource, content: ExcerptInput) -> Excerpt:
    require(is_open_to_excerpts(source))
    body = clean(content.body)
    if not body:
        raise InvalidInput(_("Please fill this in."))
    if len(body) > MAX_BODY:
        raise InvalidInput(_("An excerpt has at most %(n)s characters.", n=MAX_BODY))
    if content.language not in LANGUAGES:
        raise InvalidInput(_("Choose the language of the excerpt."))
    excerpt = Excerpt(
        source_id=source.id,
        body=body,
        language=content.language,
        place=clean_line(content.place)[:80],
        added_by_id=evaluator.id,
        added_at=now(),
    )
    _set_codes(excerpt, evaluator, content.codes)
    _set_memo(excerpt, evaluator, content.memo)
    return excerpt


def code_excerpt(
    evaluator: Person, excerpt: Excerpt, codes: Collection[str], memo: str | None = None
) -> None:
    """Give an excerpt exactly these codes as one coder; none: no code fits.

    Codes no longer change once another coder sees them; the memo does.
    """
    with unrecorded(STUDY_REASON) as session:
        session.refresh(excerpt, with_for_update={"of": Excerpt})
        require(may_take_excerpts(evaluator, excerpt.source))
        wanted = set(codes) or {NO_CODE}
        if wanted != codes_by(excerpt, evaluator.id):
            require(may_change_codes(evaluator, excerpt))
            _set_codes(excerpt, evaluator, wanted)
        if memo is not None:
            _set_memo(excerpt, evaluator, memo)


def _clean_memo(text: str) -> str:
    memo = clean(text)
    if len(memo) > MAX_MEMO:
        raise InvalidInput(_("A memo has at most %(n)s characters.", n=MAX_MEMO))
    return memo


def _set_codes(excerpt: Excerpt, coder: Person, codes: Iterable[str]) -> None:
    wanted = set(codes)
    if unknown := sorted(wanted - set(code_names()) - {NO_CODE}):
        raise InvalidInput(_("There is no code %(code)s.", code=", ".join(unknown)))
    existing = codes_by(excerpt, coder.id)
    for row in own_codes(excerpt.codes, coder.id):
        if row.code not in wanted:
            excerpt.codes.remove(row)
    for code in sorted(wanted - existing):
        excerpt.codes.append(ExcerptCode(coder_id=coder.id, code=code))


def _set_memo(excerpt: Excerpt, coder: Person, memo: str) -> None:
    row = next((row for row in excerpt.memos if row.coder_id == coder.id), None)
    text = _clean_memo(memo)
    if row is not None and text:
        row.memo = text
    elif row is not None:
        excerpt.memos.remove(row)
    elif text:
        excerpt.memos.append(ExcerptMemo(coder_id=coder.id, memo=text))


def remove_excerpt(evaluator: Person, excerpt: Excerpt) -> None:
    """Remove an excerpt that nobody but who added it has coded."""
    with unrecorded(STUDY_REASON) as session:
        session.refresh(excerpt, with_for_update={"of": Excerpt})
        require(may_remove_excerpt(evaluator, excerpt))
        session.delete(excerpt)


def import_excerpts(
    evaluator: Person, process: Process, text: str, *, context: RequestContext = NO_REQUEST
) -> int:
    """Add the excerpts of a CSV file, all or none, and return their number.

    Raises InvalidInput with the line that is wrong.
    """
    with unrecorded_once(STUDY_REASON, evaluator, context) as session:
        session.refresh(process, with_for_update={"of": Process})
        require(may_use_study(evaluator, process))
        sources = {source.label: source for source in list_sources(process.id)}
        excerpts = [
            _excerpt_of_line(evaluator, sources, line, row) for line, row in _read_lines(text)
        ]
        _require_room(process, len(excerpts))
        session.add_all(excerpts)
    return len(excerpts)


def import_transcript(
    evaluator: Person,
    source: StudySource,
    text: str,
    language: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> int:
    """Add each paragraph of a transcript as an excerpt without codes, and return their number.

    A paragraph that is an excerpt of the source already is left out, so that a longer version of
    a transcript can be imported again.
    """
    with unrecorded_once(STUDY_REASON, evaluator, context) as session:
        session.refresh(source.process, with_for_update={"of": Process})
        session.refresh(source, with_for_update={"of": StudySource})
        require(may_use_study(evaluator, source.process))
        existing = {row.body for row in list_excerpts(source.process_id, source.id)}
        excerpts = [
            _excerpt_of_paragraph(evaluator, source, number, body, language)
            for number, body in enumerate(split_paragraphs(text), 1)
            if clean(body) not in existing
        ]
        if not excerpts:
            raise InvalidInput(_("There is no new paragraph in this transcript."))
        _require_room(source.process, len(excerpts))
        session.add_all(excerpts)
    return len(excerpts)


def _excerpt_of_paragraph(
    evaluator: Person, source: StudySource, number: int, body: str, language: str
) -> Excerpt:
    place = gettext("paragraph %(n)s", n=number)
    try:
        excerpt = _new_excerpt(evaluator, source, ExcerptInput(body, language, place))
    except Refused as problem:
        message = gettext("Paragraph %(n)s: %(problem)s", n=number, problem=problem.reason)
        raise InvalidInput(message) from problem
    return excerpt


def _read_lines(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    first_line = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.DictReader(StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    try:
        names = {(name or "").strip().lower() for name in reader.fieldnames or ()}
        rows = [(reader.line_num, _cells(row)) for row in reader]
    except csv.Error as error:
        raise InvalidInput(_("The table cannot be read: %(why)s", why=str(error))) from error
    if missing := [name for name in ("source", "excerpt") if name not in names]:
        message = _("The first line needs the columns %(names)s.", names=", ".join(missing))
        raise InvalidInput(message)
    if not rows or len(rows) > MAX_EXCERPTS:
        raise InvalidInput(_("The file needs 1 to %(n)s lines.", n=MAX_EXCERPTS))
    return rows


def _cells(row: Mapping[str | None, object]) -> dict[str, str]:
    return {
        (name or "").strip().lower(): unescape_cell(str(value or "")) for name, value in row.items()
    }


def _excerpt_of_line(
    evaluator: Person, sources: dict[str, StudySource], line: int, row: dict[str, str]
) -> Excerpt:
    source = sources.get(row["source"].strip())
    try:
        if source is None:
            raise InvalidInput(_("There is no source %(label)s.", label=row["source"].strip()))
        codes = [code.strip() for code in row.get("codes", "").split(";") if code.strip()]
        content = ExcerptInput(
            row["excerpt"],
            row.get("language", "").strip() or "id",
            row.get("place", ""),
            row.get("memo", ""),
            codes,
        )
        return _new_excerpt(evaluator, source, content)
    except Refused as problem:
        message = gettext("Line %(n)s: %(problem)s", n=line, problem=problem.reason)
        raise InvalidInput(message) from problem
