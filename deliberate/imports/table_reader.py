"""Reader that turns a platform's tables into acts in order of time, by a profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports import columns
from deliberate.imports.profiles import (
    CommentColumns,
    InstitutionColumns,
    Profile,
    ProposalColumns,
    ResponseColumns,
)
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, read_rows
from deliberate.imports.source_records import (
    Author,
    SourceAct,
    SourceComment,
    SourceInstitution,
    SourceProposal,
    SourceQualification,
    SourceResponse,
    SourceWithdrawal,
)
from deliberate.imports.threads import StoredComment, ThreadBuilder
from deliberate.vocabulary import AccountClass, Initiator, ResponseDecision, Role


@dataclass
class SourceData:
    """The content of one platform's files: acts in order, and rejected rows."""

    profile: Profile
    zone: ZoneInfo
    platform_accounts: Mapping[str, str]
    acts: list[SourceAct] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    proposals: int = 0
    comments: int = 0


def read_source(
    profile: Profile,
    path: Path,
    zone: ZoneInfo,
    accounts: Path | None,
    stored: Mapping[str, StoredComment],
) -> SourceData:
    """Return the content of a folder (or single file); raises UnreadableSource before anything is
    written.
    """
    data = SourceData(profile, zone, _platform_accounts(profile, accounts))
    starts = _read_proposals(data, path)
    if profile.comments is not None:
        _read_comments(data, profile.comments, path, starts, stored)
    data.acts.sort(key=lambda act: act.sort_key)
    if not data.acts:
        raise UnreadableSource(f"{path}: no row of it can be imported")
    return data


def _platform_accounts(profile: Profile, path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    spec = profile.platform_accounts
    if spec is None:
        raise UnreadableSource(f"{profile.platform} has no list of platform accounts")
    rows = [row for row in read_rows(path, spec.delimiter, {spec.id}) if isinstance(row, Row)]
    return {columns.cell_text(row, spec.id): columns.cell_text(row, spec.name) for row in rows}


def _rows(data: SourceData, path: Path, spec: ProposalColumns | CommentColumns) -> Iterator[Row]:
    """Yield the valid rows of one file; add the others to the rejects."""
    file = path if path.is_file() else path / spec.file
    required = set() if file.suffix == ".jsonl" else columns.required_columns(spec)
    for row in read_rows(file, spec.delimiter, required):
        if isinstance(row, Row):
            yield row
        else:
            data.rejects.append(row)


def _reject(data: SourceData, row: Row, error: BadRow) -> None:
    data.rejects.append(Reject(row.file, row.line, str(error), row.fields))


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
            _reject(data, row, error)
            continue
        lines[proposal.proposal], starts[proposal.proposal] = row.line, proposal.at
        data.acts += acts
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
    return SourceProposal(
        at=columns.required_timestamp(row, spec.at, data.zone),
        proposal=source_id,
        author=_author(data, row, spec),
        title=columns.cell_text(row, spec.title) or f"№ {source_id}",
        body=columns.joined_text(row, spec.body),
        markup=spec.markup,
        initiator=Initiator(columns.cell_code(row, spec.initiator)),
        decision=_decision(columns.cell_code(row, spec.decision)),
        supports=columns.cell_count(row, spec.supports),
        topic=columns.cell_text(row, spec.topic),
        area=columns.cell_text(row, spec.area),
        url=columns.source_url(row, spec.url, source_id),
        institutions=_institutions(row, spec.offices),
    )


def _author(data: SourceData, row: Row, spec: ProposalColumns | CommentColumns) -> Author | None:
    source_id = columns.source_id(row, spec.author)
    if not source_id:
        return None
    if source_id in data.platform_accounts:
        name = data.platform_accounts[source_id]
        return Author(source_id, Role.STAFF, AccountClass.SYSTEM, name)
    role, account_class = (
        columns.cell_code(row, spec.role),
        columns.cell_code(row, spec.account_class),
    )
    return Author(source_id, Role(role), AccountClass(account_class))


def _decision(code: Any) -> ResponseDecision | None:
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
        decision=_decision(columns.cell_code(row, spec.decision)),
        code=columns.source_id(row, spec.code),
        grounds=spec.grounds,
        institutions=_institutions(row, spec.offices),
    )


def _read_comments(
    data: SourceData,
    spec: CommentColumns,
    path: Path,
    starts: Mapping[str, datetime],
    stored: Mapping[str, StoredComment],
) -> None:
    threads = ThreadBuilder(stored, starts)
    for row in _rows(data, path, spec):
        try:
            comment = _comment(data, spec, row)
            if comment.proposal not in starts:
                raise BadRow(f"its proposal {comment.proposal!r} is missing")
            if line := threads.line_of(comment.source_id):
                raise BadRow(f"{comment.source_id} is a duplicate of line {line}")
        except BadRow as error:
            _reject(data, row, error)
            continue
        threads.add(comment, row)
    data.rejects += threads.place_comments()
    data.comments = len(threads.comments)
    data.acts += threads.comments.values()


def _comment(data: SourceData, spec: CommentColumns, row: Row) -> SourceComment:
    return SourceComment(
        at=columns.required_timestamp(row, spec.at, data.zone),
        proposal=columns.referenced_id(row, spec.proposal),
        author=_author(data, row, spec),
        source_id=columns.source_id(row, spec.id, required=True),
        parent=columns.referenced_id(row, spec.parent),
        body=columns.joined_text(row, (spec.body,)),
        markup=spec.markup,
        stance=columns.cell_code(row, spec.stance),
    )
