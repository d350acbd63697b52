"""What waits for a moderator, and what everyone may know of moderation: counts, never the text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, distinct, extract, func, or_, select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    Appeal,
    Comment,
    EditRequest,
    ModerationDecision,
    Person,
    Proposal,
    Report,
)
from deliberate.vocabulary import AppealOutcome, HoldRule, ModerationOutcome

PAGE = 20
OVERDUE = timedelta(hours=72)
KNOWN_AFTER = timedelta(days=14)
Thing = Comment | Proposal
KINDS: dict[str, type[Comment] | type[Proposal]] = {"comment": Comment, "proposal": Proposal}


def contribution(kind: str, number: int) -> Thing | None:
    """A comment or a proposal by its number."""
    found: Thing | None = db.session.get(KINDS[kind], number)  # type: ignore[assignment]  # one of two
    return found


def _on(table: type[Report] | type[ModerationDecision], thing: Thing) -> list[ColumnElement[bool]]:
    return [table.subject_type == thing.subject_type, table.subject_id == thing.id]


def has_reported(person: Person, thing: Thing) -> bool:
    """Whether somebody reported this before."""
    found = select(Report.id).where(Report.person_id == person.id, *_on(Report, thing))
    return db.session.scalar(found) is not None


def open_reports(thing: Thing) -> Sequence[Report]:
    """The reports of a thing on which nobody has decided, oldest first."""
    reports = select(Report).where(*_on(Report, thing), Report.settled_at.is_(None))
    return db.session.scalars(reports.order_by(Report.id)).all()


def decisions_on(thing: Thing) -> Sequence[ModerationDecision]:
    """What was decided on a thing, newest first, with the appeals."""
    decisions = select(ModerationDecision).where(*_on(ModerationDecision, thing))
    return db.session.scalars(
        decisions.options(joinedload(ModerationDecision.appeal)).order_by(
            ModerationDecision.id.desc()
        )
    ).all()


def last_decision(thing: Thing) -> ModerationDecision | None:
    """The decision that holds."""
    return next(iter(decisions_on(thing)), None)


@dataclass(frozen=True)
class Weight:
    """From how many networks a thing is reported by those whose reports can hold it."""

    verified: int
    known: int


def weight_of_reports(thing: Thing) -> Weight:
    """Open reports by verified residents, and by accounts of two weeks with a standing text."""
    reports = (
        select(func.count(distinct(Report.network)))
        .join(Person, Person.id == Report.person_id)
        .where(*_on(Report, thing), Report.settled_at.is_(None))
    )
    has_spoken = or_(*(_stands_of_reporter(kind) for kind in KINDS.values()))
    known = reports.where(Person.joined_at <= now() - KNOWN_AFTER, has_spoken)
    verified = reports.where(Person.verified_at.is_not(None))
    return Weight(db.session.scalar(verified) or 0, db.session.scalar(known) or 0)


def _stands_of_reporter(kind: type[Comment] | type[Proposal]) -> ColumnElement[bool]:
    texts = select(kind.id).where(
        kind.author_id == Person.id, kind.withdrawn_at.is_(None), kind.hidden_at.is_(None)
    )
    return texts.correlate(Person).exists()


# --- the desk ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matter:
    """A reported text that waits for a decision."""

    thing: Thing
    first_report: int
    since: datetime
    reports: int

    @property
    def is_late(self) -> bool:
        """Whether it waits longer than a day."""
        return now() - self.since > timedelta(hours=24)


def matters_waiting(after: int = 0) -> list[Matter]:
    """Reported texts, the one that waits longest first; one more than a page."""
    first = func.min(Report.id)
    found = db.session.execute(
        select(
            Report.subject_type,
            Report.subject_id,
            first.label("first"),
            func.min(Report.filed_at).label("since"),
            func.count(Report.id).label("reports"),
        )
        .where(Report.settled_at.is_(None))
        .group_by(Report.subject_type, Report.subject_id)
        .having(first > after)
        .order_by(first)
        .limit(PAGE + 1)
    ).all()
    things = _things({(row.subject_type, row.subject_id) for row in found})
    return [
        Matter(things[row.subject_type, row.subject_id], row.first, row.since, row.reports)
        for row in found
    ]


def held_waiting() -> list[Thing]:
    """What a rule holds now and nobody has decided on, the twenty that wait longest."""
    held: list[Thing] = []
    for kind in KINDS.values():
        waiting = select(kind).where(
            kind.held_until > now(),
            kind.hidden_ground.in_(set(HoldRule)),
            kind.withdrawn_at.is_(None),
        )
        held += db.session.scalars(waiting.order_by(kind.held_until).limit(PAGE))
    return sorted((thing for thing in held if thing.is_held), key=_held_until)[:PAGE]


def _held_until(thing: Thing) -> datetime:
    return thing.held_until or now()


def appeals_waiting() -> list[tuple[Appeal, Thing]]:
    """Appeals nobody has decided, the oldest twenty."""
    appeals = db.session.scalars(
        select(Appeal)
        .where(Appeal.decided_at.is_(None))
        .options(joinedload(Appeal.decision))
        .order_by(Appeal.id)
        .limit(PAGE)
    ).all()
    things = _things({(a.decision.subject_type, a.decision.subject_id) for a in appeals})
    return [(a, things[a.decision.subject_type, a.decision.subject_id]) for a in appeals]


def requests_waiting() -> list[tuple[EditRequest, Thing]]:
    """Texts whose authors were asked to change them and nobody decided on, the oldest twenty."""
    waiting = select(EditRequest).where(EditRequest.settled_at.is_(None))
    requests = db.session.scalars(
        waiting.options(joinedload(EditRequest.decision)).order_by(EditRequest.id).limit(PAGE)
    ).all()
    things = _things({(r.decision.subject_type, r.decision.subject_id) for r in requests})
    return [(r, things[r.decision.subject_type, r.decision.subject_id]) for r in requests]


def _things(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Thing]:
    found: dict[tuple[str, int], Thing] = {}
    for name, kind in KINDS.items():
        numbers = [number for subject_type, number in wanted if subject_type == name]
        if numbers:
            things: Iterable[Any] = db.session.scalars(select(kind).where(kind.id.in_(numbers)))
            found |= {(name, thing.id): thing for thing in things}
    return found


def subject_of(decision: ModerationDecision) -> Thing:
    """The text a decision is about; what was decided on is never deleted."""
    thing: Thing = db.session.get_one(KINDS[decision.subject_type], decision.subject_id)  # type: ignore[assignment]  # one of two
    return thing


def appeal_numbered(number: int) -> Appeal | None:
    """One appeal with the decision it is against."""
    return db.session.get(Appeal, number, options=[joinedload(Appeal.decision)])


# --- for everyone --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """Moderation in numbers."""

    by_rule: dict[str, dict[int | None, int]]
    """Hidden by rule, then by the stance of what was hidden (None: proposals and open replies)."""
    by_month: list[tuple[str, dict[int | None, int]]]
    """Hidden in each of the last twelve months, newest first, by stance."""
    outcomes: dict[str, int]
    appeals: dict[str, int]
    """Appeals granted, refused, waiting."""
    waiting: int
    overdue: int
    """Reported texts without a decision for three days."""


def public_record() -> Record:
    """What everyone may know: how often, by which rule, for which side."""
    by_rule: dict[str, dict[int | None, int]] = {}
    for rule, stance, count in _hidden(ModerationDecision.ground):
        by_rule.setdefault(rule, {})[stance] = count
    return Record(by_rule, _months(), _outcomes(), _appeals(), _waiting(), _waiting(OVERDUE))


def _hidden(*by: Any, since: datetime | None = None) -> Any:
    counted = (*by, ModerationDecision.stance)
    hidden = (
        select(*counted, func.count())
        .where(ModerationDecision.outcome == ModerationOutcome.HIDDEN)
        .group_by(*counted)
    )
    if since is not None:
        hidden = hidden.where(ModerationDecision.decided_at >= since)
    return db.session.execute(hidden).all()


def _months() -> list[tuple[str, dict[int | None, int]]]:
    at = ModerationDecision.decided_at
    rows = _hidden(extract("year", at), extract("month", at), since=now() - timedelta(days=366))
    months: dict[str, dict[int | None, int]] = {}
    for year, month, stance, count in rows:
        months.setdefault(f"{int(year)}-{int(month):02}", {})[stance] = count
    return sorted(months.items(), reverse=True)


def _outcomes() -> dict[str, int]:
    outcome = ModerationDecision.outcome
    counts: dict[str, int] = dict.fromkeys(ModerationOutcome, 0)
    found = db.session.execute(select(outcome, func.count()).group_by(outcome))
    return counts | {str(row[0]): row[1] for row in found}


def _appeals() -> dict[str, int]:
    found = db.session.execute(select(Appeal.outcome, func.count()).group_by(Appeal.outcome)).all()
    counts: dict[str, int] = {**dict.fromkeys(AppealOutcome, 0), "waiting": 0}
    return counts | {outcome or "waiting": count for outcome, count in found}


def _waiting(longer_than: timedelta = timedelta()) -> int:
    things = (
        select(Report.subject_type, Report.subject_id)
        .where(Report.settled_at.is_(None), Report.filed_at <= now() - longer_than)
        .distinct()
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(things)) or 0


def decisions_listed(after: int | None = None) -> Sequence[ModerationDecision]:
    """Decisions with rule, date and appeal, newest first; one more than a page."""
    decisions = select(ModerationDecision).options(joinedload(ModerationDecision.appeal))
    if after is not None:
        decisions = decisions.where(ModerationDecision.id < after)
    return db.session.scalars(
        decisions.order_by(ModerationDecision.id.desc()).limit(PAGE + 1)
    ).all()
