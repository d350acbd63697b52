"""Reader that turns a platform's tables into acts in order of time, by a profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from deliberate.imports import columns
from deliberate.imports.act_spool import ActSpool
from deliberate.imports.files.packed import unpacked
from deliberate.imports.files.reading import Layout, find_files, has_header, read_rows
from deliberate.imports.profiles import (
    Codes,
    CommentColumns,
    InstitutionColumns,
    Profile,
    ProposalColumns,
    ResponseColumns,
)
from deliberate.imports.report import ImportReport
from deliberate.imports.source import (
    BadRow,
    Reject,
    Row,
    UnreadableSource,
    missing_columns,
    reject,
)
from deliberate.imports.source_records import (
    Author,
    SourceAct,
    SourceComment,
    SourceInstitution,
    SourceProposal,
    SourceQualification,
    SourceResponse,
    SourceWithdrawal,
    StoredComment,
)
from deliberate.imports.threads import ThreadBuilder
from deliberate.text import has_visible_sign, is_readable
from deliberate.vocabulary import AccountClass, Initiator, ResponseDecision, Role

NOTHING_TO_READ = "the text has nothing to read: kept in its place, counted nowhere"
MAX_TITLE = 254
"""Length of the title of a proposal."""


@dataclass
class SourceData:
    """The content of one platform's files: acts in order, and rejected rows."""

    profile: Profile
    zone: ZoneInfo
    platform_accounts: Mapping[str, str]
    acts: ActSpool = field(default_factory=ActSpool)
    rejects: list[Reject] = field(default_factory=list)
    proposals: int = 0
    comments: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    left_out: dict[str, str] = field(default_factory=dict)
    """Names of what was left out, by the ids of those proposals."""
    roots: set[str] = field(default_factory=set)
    """Places of proposals in the groups of their comments."""


def read_source(
    profile: Profile,
    path: Path,
    zone: ZoneInfo,
    accounts: Path | None,
    stored: Mapping[str, StoredComment],
) -> SourceData:
    """Return the content of a folder, ZIP or single file; raises UnreadableSource before anything
    is written.
    """
    data = SourceData(profile, zone, _platform_accounts(profile, accounts))
    with unpacked(path) as folder:
        starts = _read_proposals(data, folder)
        if profile.comments is not None:
            read_comments(data, profile.comments, folder, starts, stored)
    data.report.count_rejects(data.rejects)
    return data


def _platform_accounts(profile: Profile, path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    spec = profile.platform_accounts
    if spec is None:
        raise UnreadableSource(f"{profile.platform} has no list of platform accounts")
    layout = Layout(spec.delimiter, profile.encoding)
    rows = [row for row in read_rows(path, layout, {spec.id}) if isinstance(row, Row)]
    return {columns.source_id(row, spec.id): columns.cell_text(row, spec.name) for row in rows}


def _rows(data: SourceData, path: Path, spec: ProposalColumns | CommentColumns) -> Iterator[Row]:
    """Yield the valid rows of a section; add the others to the rejects or to the report."""
    for file in find_files(path, spec.file):
        yield from _rows_of_file(data, file, spec)


def _rows_of_file(
    data: SourceData, file: Path, spec: ProposalColumns | CommentColumns
) -> Iterator[Row]:
    section = "proposals" if isinstance(spec, ProposalColumns) else "comments"
    specs = _named_columns(data.profile, spec)
    layout = Layout(
        spec.delimiter, data.profile.encoding, spec.rows, Path(spec.file.split("|")[0]).stem
    )
    is_table = has_header(file)
    report = data.report.open(file.name, section)
    for item in read_rows(file, layout, specs if is_table else set()):
        report.rows += 1
        if isinstance(item, Reject):
            data.rejects.append(replace(item, section=section))
            continue
        row = Row(item.file, item.line, item.fields, section, data.profile.language)
        data.report.see_columns(row, specs, is_table=is_table)
        if _is_read(data, spec, row):
            yield row
    if not is_table and report.columns and (missing := missing_columns(specs, report.columns)):
        raise UnreadableSource(f"{file.name}: no row has {', '.join(missing)}")


def _named_columns(profile: Profile, spec: ProposalColumns | CommentColumns) -> set[str]:
    """Return the columns that the profile names for a section, responses with the proposals."""
    names = columns.named_columns(spec)
    if isinstance(spec, ProposalColumns):
        for response in profile.responses:
            names |= columns.named_columns(response)
    return names


def _is_read(data: SourceData, spec: ProposalColumns | CommentColumns, row: Row) -> bool:
    """Return whether a row is of this section and not left out by name; count the others."""
    try:
        if not columns.satisfies(row, spec.when):
            data.report.of(row).others += 1
            return False
        for left_out in spec.leave_out:
            if columns.cell_text(row, left_out.column) in left_out.values:
                data.report.leave_out(row, left_out.name)
                data.left_out[columns.source_id(row, spec.id)] = left_out.name
                return False
    except BadRow as error:
        data.rejects.append(reject(row, error))
        return False
    return True


def _read_proposals(data: SourceData, path: Path) -> dict[str, datetime]:
    """Add the proposals; return the time of each, which its thread cannot precede."""
    starts: dict[str, datetime] = {}
    lines: dict[str, int] = {}
    for row in _rows(data, path, data.profile.proposals):
        try:
            acts = _proposal_acts(data, row)
            proposal = acts[0]
            if proposal.proposal in lines:
                raise BadRow(
                    f"{proposal.proposal} is a duplicate of line {lines[proposal.proposal]}"
                )
        except BadRow as error:
            data.rejects.append(reject(row, error))
            continue
        if data.profile.comments:
            data.roots.add(_places(data.profile.comments, row)[0])
        lines[proposal.proposal], starts[proposal.proposal] = row.line, proposal.at
        for act in acts:
            data.acts.add(act)
    data.proposals = len(starts)
    return starts


def _proposal_acts(data: SourceData, row: Row) -> list[SourceAct]:
    """Return a proposal with all acts on it; either every act of the row is imported or none."""
    spec, zone = data.profile.proposals, data.zone
    proposal = _proposal(data, row)
    acts: list[SourceAct] = [proposal]
    if qualified := columns.optional_timestamp(row, spec.qualified_at, zone):
        threshold = data.profile.threshold
        acts.append(SourceQualification(qualified, proposal.proposal, None, threshold))
    if withdrawn := columns.optional_timestamp(row, spec.withdrawn_at, zone):
        acts.append(SourceWithdrawal(withdrawn, proposal.proposal, proposal.author))
    elif columns.cell_code(row, spec.withdrawn) == "yes":
        data.report.note(row, "withdrawn without a time: imported as not withdrawn")
    acts += [
        _response(data, response, row, proposal.proposal, published)
        for response in data.profile.responses
        if (published := columns.optional_timestamp(row, response.at, zone))
    ]
    for act in acts:
        act.set_sort_key(proposal.at)
    return acts


def _proposal(data: SourceData, row: Row) -> SourceProposal:
    spec = data.profile.proposals
    source_id = columns.source_id(row, spec.id, required=True)
    has_response = any(columns.cell_text(row, response.at) for response in data.profile.responses)
    decision = None if has_response else _decision(data, row, spec.decision)
    title, body = _title_and_body(data, row, source_id)
    _note_time(data, row, spec.at)
    return SourceProposal(
        at=columns.required_timestamp(row, spec.at, data.zone),
        proposal=source_id,
        author=_author(data, row, spec),
        title=title,
        body=body,
        markup=spec.markup,
        initiator=Initiator(columns.required_code(row, spec.initiator)),
        decision=decision,
        supports=columns.cell_count(row, spec.supports),
        topic=_fitting(data, row, spec.topic, 80),
        area=_fitting(data, row, spec.area, 80),
        url=columns.source_url(row, spec.url, source_id),
        institutions=_institutions(row, spec.offices),
    )


def _title_and_body(data: SourceData, row: Row, source_id: str) -> tuple[str, str]:
    """Return title and body; a title that is too long for its column begins the body too."""
    spec = data.profile.proposals
    title, body = columns.cell_text(row, spec.title), columns.joined_text(row, spec.body)
    if not title:
        data.report.note(row, f"{spec.title} is empty: the title is № and the id")
        return f"№ {source_id}", body
    if len(title) > MAX_TITLE:
        data.report.note(row, f"{spec.title} is longer than {MAX_TITLE}: the text begins with it")
        whole = f"<p>{escape(title)}</p>" if spec.markup == "html" else title
        body = f"{whole}\n\n{body}"
    if not body:
        data.report.note(row, "the text is empty")
    return title, body


def _fitting(data: SourceData, row: Row, column: str, length: int) -> str:
    """Return a text; note one that is longer than its column and will be cut."""
    text = columns.cell_text(row, column)
    if len(text) > length:
        data.report.note(row, f"{column} is longer than {length} characters and is cut")
    return text


def _note_time(data: SourceData, row: Row, column: str) -> None:
    """Note times that are read otherwise than they are written."""
    moments = columns.read_moments(row, column, data.zone)
    if moments.written.hour is None:
        data.report.note(row, f"{column} has a day alone: read as its first moment")
    elif moments.is_skipped:
        data.report.note(row, f"{column} is skipped by the clocks of {data.zone.key}")


def _author(data: SourceData, row: Row, spec: ProposalColumns | CommentColumns) -> Author | None:
    """Return the account that acts: the first of several, the others are named in the report."""
    if not spec.author or columns.required_code(row, spec.account) == "none":
        return None
    if spec.author_separator:
        first, *others = columns.source_ids(row, spec.author, spec.author_separator) or [""]
        if others:
            data.report.note(row, f"{spec.author} names several people: the first acts")
            data.report.of(row).co_authors[columns.source_id(row, spec.id)] = others
    else:
        first = columns.source_id(row, spec.author)
    return _account(data, row, spec, first) if first else None


def _account(
    data: SourceData, row: Row, spec: ProposalColumns | CommentColumns, source_id: str
) -> Author:
    if source_id in data.platform_accounts:
        name = data.platform_accounts[source_id]
        return Author(source_id, Role.STAFF, AccountClass.SYSTEM, name)
    role = Role(columns.required_code(row, spec.role))
    return Author(source_id, role, AccountClass(columns.required_code(row, spec.account_class)))


def _decision(data: SourceData, row: Row, codes: Codes) -> ResponseDecision | None:
    """Return the decision; note a value that the profile does not know, for none is guessed."""
    code = columns.cell_code(row, codes)
    if unknown := columns.unknown_code(row, codes):
        read_as = code or "no decision"
        data.report.note(row, f"{codes.column}: {unknown!r} is unknown, read as {read_as}")
    return ResponseDecision(code) if code else None


def _institutions(row: Row, spec: InstitutionColumns) -> tuple[SourceInstitution, ...]:
    if spec.fixed:
        return (SourceInstitution(spec.acronym, spec.fixed),)
    listed = columns.cell_value(row, spec.column)
    if not isinstance(listed, list):
        return ()
    named = [item for item in listed if isinstance(item, dict) and item.get(spec.name)]
    return tuple(
        SourceInstitution(str(i.get(spec.acronym) or ""), str(i[spec.name])) for i in named
    )


def _response(
    data: SourceData, spec: ResponseColumns, row: Row, proposal: str, published: datetime
) -> SourceResponse:
    dated = columns.optional_timestamp(row, spec.dated, data.zone) or published
    return SourceResponse(
        at=published,
        proposal=proposal,
        author=None,
        dated=dated.astimezone(data.zone).date(),
        headline=columns.code_label(row, spec.headline),
        body=columns.joined_text(row, spec.body),
        markup=spec.markup,
        decision=_decision(data, row, spec.decision),
        code=columns.source_id(row, spec.code),
        grounds=spec.grounds,
        institutions=_institutions(row, spec.offices),
    )


def read_comments(
    data: SourceData,
    spec: CommentColumns,
    path: Path,
    starts: Mapping[str, datetime],
    stored: Mapping[str, StoredComment],
) -> None:
    """Add the comments of a section in their threads."""
    threads = ThreadBuilder(data.acts, stored, starts, data.left_out, data.roots)
    for row in _rows(data, path, spec):
        try:
            comment = _comment(data, spec, row)
            if line := threads.line_of(comment.source_id):
                raise BadRow(f"{comment.source_id} is a duplicate of line {line}")
        except BadRow as error:
            data.rejects.append(reject(row, error))
            continue
        threads.add(comment, row, *_places(spec, row))
    data.rejects += threads.place_comments()
    for row, name in threads.left_out:
        data.report.leave_out(row, f"comments on {name}")
    data.comments = len(threads)


def _places(spec: CommentColumns, row: Row) -> tuple[str, str]:
    """Return the place of a row in its group and that of its parent; empty without groups."""
    parent = spec.parent
    if not parent.within:
        return "", ""
    group = columns.source_id(row, parent.within)
    own, above = columns.source_id(row, parent.by), columns.referenced_id(row, parent)
    return f"{group}/{own}", f"{group}/{above}" if above else ""


def _comment(data: SourceData, spec: CommentColumns, row: Row) -> SourceComment:
    _note_time(data, row, spec.at)
    body = columns.joined_text(row, (spec.body,))
    is_blank = not (is_readable(body) if spec.markup == "html" else has_visible_sign(body))
    if is_blank:
        data.report.note(row, NOTHING_TO_READ)
    return SourceComment(
        at=columns.required_timestamp(row, spec.at, data.zone),
        proposal=columns.referenced_id(row, spec.proposal),
        author=_author(data, row, spec),
        source_id=columns.source_id(row, spec.id, required=True),
        parent="" if spec.parent.within else columns.referenced_id(row, spec.parent),
        body=body,
        markup=spec.markup,
        stance=columns.cell_code(row, spec.stance),
        at_again=columns.read_moments(row, spec.at, data.zone).repeated,
        is_blank=is_blank,
    )
