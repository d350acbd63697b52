"""From a platform's files to acts in the order they happened, by a profile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deliberate.imports import columns
from deliberate.imports.profiles import (
    CommentColumns,
    Offices,
    Profile,
    ProposalColumns,
    ResponseColumns,
)
from deliberate.imports.source import BadRow, Reject, Row, UnreadableSource, read_rows
from deliberate.imports.source_records import (
    Author,
    FoundAct,
    FoundComment,
    FoundProposal,
    FoundQualification,
    FoundResponse,
    FoundWithdrawal,
    Office,
)
from deliberate.imports.threads import Stored, Threads
from deliberate.vocabulary import AccountClass, Initiator, ResponseDecision, Role


@dataclass
class Reading:
    """What the files of one platform hold: acts in their order, and the rows that are bad."""

    profile: Profile
    zone: ZoneInfo
    platform_accounts: Mapping[str, str]
    acts: list[FoundAct] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    proposals: int = 0
    comments: int = 0


def read(
    profile: Profile,
    path: Path,
    zone: ZoneInfo,
    accounts: Path | None,
    stored: Mapping[str, Stored],
) -> Reading:
    """Read a platform's folder (or its one file); raises UnreadableSource before anything is in."""
    reading = Reading(profile, zone, _platform_accounts(profile, accounts))
    starts = _read_proposals(reading, path)
    if profile.comments is not None:
        _read_comments(reading, profile.comments, path, starts, stored)
    reading.acts.sort(key=lambda act: act.turn)
    if not reading.acts:
        raise UnreadableSource(f"{path}: no row of it can be imported")
    return reading


def _platform_accounts(profile: Profile, path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    spec = profile.platform_accounts
    if spec is None:
        raise UnreadableSource(f"{profile.platform} has no list of platform accounts")
    rows = [row for row in read_rows(path, spec.delimiter, {spec.id}) if isinstance(row, Row)]
    return {columns.words(row, spec.id): columns.words(row, spec.name) for row in rows}


def _rows(reading: Reading, path: Path, spec: ProposalColumns | CommentColumns) -> Iterator[Row]:
    """The rows of one file; those the file itself spoils go to the rejects."""
    file = path if path.is_file() else path / spec.file
    needed = set() if file.suffix == ".jsonl" else columns.named(spec)
    for row in read_rows(file, spec.delimiter, needed):
        if isinstance(row, Row):
            yield row
        else:
            reading.rejects.append(row)


def _refuse(reading: Reading, row: Row, error: BadRow) -> None:
    reading.rejects.append(Reject(row.file, row.line, str(error), row.fields))


# --- proposals -----------------------------------------------------------------------------------


def _read_proposals(reading: Reading, path: Path) -> dict[str, datetime]:
    """Take the proposals in; gives the moment of each, which its thread cannot precede."""
    starts: dict[str, datetime] = {}
    lines: dict[str, int] = {}
    for row in _rows(reading, path, reading.profile.proposals):
        try:
            acts = _proposal_acts(reading, row)
            proposal = acts[0]
            if proposal.proposal in lines:
                raise BadRow(f"{proposal.proposal} again, first on line {lines[proposal.proposal]}")
        except BadRow as error:
            _refuse(reading, row, error)
            continue
        lines[proposal.proposal], starts[proposal.proposal] = row.line, proposal.at
        reading.acts += acts
    reading.proposals = len(starts)
    return starts


def _proposal_acts(reading: Reading, row: Row) -> list[FoundAct]:
    """A proposal with all that befell it; either every act of the row goes in or none."""
    spec, zone = reading.profile.proposals, reading.zone
    proposal = _proposal(reading, row)
    acts: list[FoundAct] = [proposal]
    if qualified := columns.moment(row, spec.qualified_at, zone):
        threshold = reading.profile.threshold
        acts.append(FoundQualification(qualified, proposal.proposal, None, threshold))
    if withdrawn := columns.moment(row, spec.withdrawn_at, zone):
        acts.append(FoundWithdrawal(withdrawn, proposal.proposal, proposal.author))
    acts += [
        _response(reading, response, row, proposal.proposal, published)
        for response in reading.profile.responses
        if (published := columns.moment(row, response.at, zone))
    ]
    for act in acts:
        act.follow(proposal.at)
    return acts


def _proposal(reading: Reading, row: Row) -> FoundProposal:
    spec = reading.profile.proposals
    number = columns.number_of(row, spec.id, needed=True)
    return FoundProposal(
        at=columns.needed_moment(row, spec.at, reading.zone),
        proposal=number,
        author=_author(reading, row, spec),
        title=columns.words(row, spec.title) or f"№ {number}",
        body=columns.text(row, spec.body),
        markup=spec.markup,
        initiator=Initiator(columns.coded(row, spec.initiator)),
        decision=_decision(columns.coded(row, spec.decision)),
        supports=columns.count(row, spec.supports),
        topic=columns.words(row, spec.topic),
        area=columns.words(row, spec.area),
        url=columns.address(row, spec.url, number),
        offices=_offices(row, spec.offices),
    )


def _author(reading: Reading, row: Row, spec: ProposalColumns | CommentColumns) -> Author | None:
    number = columns.number_of(row, spec.author)
    if not number:
        return None
    if number in reading.platform_accounts:
        name = reading.platform_accounts[number]
        return Author(number, Role.STAFF, AccountClass.SYSTEM, name)
    role, account_class = columns.coded(row, spec.role), columns.coded(row, spec.account_class)
    return Author(number, Role(role), AccountClass(account_class))


def _decision(code: Any) -> ResponseDecision | None:
    return ResponseDecision(code) if code else None


def _offices(row: Row, spec: Offices) -> tuple[Office, ...]:
    if spec.fixed:
        return (Office(spec.acronym, spec.fixed),)
    listed = columns.found(row, spec.column)
    if not isinstance(listed, list):
        return ()
    named = [item for item in listed if isinstance(item, dict) and item.get(spec.name)]
    return tuple(Office(str(i.get(spec.acronym) or ""), str(i[spec.name])) for i in named)


def _response(
    reading: Reading, spec: ResponseColumns, row: Row, proposal: str, published: datetime
) -> FoundResponse:
    dated = columns.moment(row, spec.dated, reading.zone) or published
    return FoundResponse(
        at=published,
        proposal=proposal,
        author=None,
        dated=dated.astimezone(reading.zone).date(),
        headline=columns.headline(row, spec.headline),
        body=columns.text(row, spec.body),
        markup=spec.markup,
        decision=_decision(columns.coded(row, spec.decision)),
        code=columns.number_of(row, spec.code),
        grounds=spec.grounds,
        offices=_offices(row, spec.offices),
    )


# --- comments ------------------------------------------------------------------------------------


def _read_comments(
    reading: Reading,
    spec: CommentColumns,
    path: Path,
    starts: Mapping[str, datetime],
    stored: Mapping[str, Stored],
) -> None:
    threads = Threads(stored, starts)
    for row in _rows(reading, path, spec):
        try:
            comment = _comment(reading, spec, row)
            if comment.proposal not in starts:
                raise BadRow(f"its proposal {comment.proposal!r} is not there")
            if line := threads.line_of(comment.number):
                raise BadRow(f"{comment.number} again, first on line {line}")
        except BadRow as error:
            _refuse(reading, row, error)
            continue
        threads.add(comment, row)
    reading.rejects += threads.settle()
    reading.comments = len(threads.comments)
    reading.acts += threads.comments.values()


def _comment(reading: Reading, spec: CommentColumns, row: Row) -> FoundComment:
    return FoundComment(
        at=columns.needed_moment(row, spec.at, reading.zone),
        proposal=columns.referred(row, spec.proposal),
        author=_author(reading, row, spec),
        number=columns.number_of(row, spec.id, needed=True),
        parent=columns.referred(row, spec.parent),
        body=columns.text(row, (spec.body,)),
        markup=spec.markup,
        stance=columns.coded(row, spec.stance),
    )
