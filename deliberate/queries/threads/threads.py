"""A proposal's thread as pages read it: one statement gives a page with all that stands on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Row, and_, literal, select
from sqlalchemy.orm import aliased

from deliberate.database import db
from deliberate.models import Comment, Institution, Person, Proposal, Rating
from deliberate.queries.threads.pagination import BRANCH, PAGE, Reading, comments_to_show, sort_key
from deliberate.text import excerpt, to_plain
from deliberate.vocabulary import AccountClass, Stance


@dataclass
class Line:
    """One comment as the thread's template shows it; a tombstone when it has a state."""

    id: int
    root_id: int
    depth: int
    display_name: str
    role: str
    institution: str
    stance: int | None
    is_question: bool
    created_at: datetime
    edited_at: datetime | None
    body_html: str
    source: str
    strong: int
    weak: int
    weight: int
    to_name: str
    by_author: bool
    author_id: int | None
    state: str
    state_at: datetime | None
    rule: str
    corrections: list[tuple[datetime, str]] = field(default_factory=list)
    """When each was added, and its safe HTML."""
    mine: str = ""
    """How the reader weighed it: strong, weak, or not at all."""
    own: bool = False
    waits_until: datetime | None = None
    """Its author alone reads it, for a rule holds it until then at the latest."""
    more: int = 0
    """How many replies of its argument are not shown, told after it."""

    @property
    def text(self) -> str:
        """Its words in one line, cut."""
        return excerpt(to_plain(self.body_html), 220)


@dataclass(frozen=True)
class Thread:
    """What a page shows of a thread, in page order."""

    lines: list[Line]
    best: dict[int, Line]
    """The most weighed argument of each side that has one, by stance."""
    after: int | None
    """The last argument shown, where more follow it."""
    replies_after: int | None = None
    """The last reply of the open branch, where more follow it."""


CREDITS = 30
"""Comments offered as those that led to a change."""

Rows = Sequence[Row[Any]]


def thread_of(
    proposal: Proposal, reading: Reading, language: str = "id", reader: int | None = None
) -> Thread:
    """The page of a thread that somebody reads; no lines for an address that leads nowhere.

    `reader` is a person's number: what they wrote themselves they read while a rule holds it.
    """
    rows = _shown(comments_to_show(proposal.id, reading), reader)
    best = [_line(row, proposal, language) for row in rows if row.part == "best"]
    roots = _distinct(row for row in rows if row.part == "page")
    roots.sort(key=lambda row: sort_key(reading.order, row))
    shown, branches = roots[:PAGE], _branches(rows)
    lines: list[Line] = []
    for root in shown:
        below = branches.get(root.id, [])[: BRANCH if reading.open else None]
        branch = [_line(row, proposal, language, reader) for row in (root, *below)]
        branch[-1].more = root.branch_count - len(below) - reading.replies_seen
        lines += branch
    is_longer = reading.open is not None and any(len(b) > BRANCH for b in branches.values())
    return Thread(
        lines,
        {line.stance or 0: line for line in best if not line.state},
        after=shown[-1].id if len(roots) > PAGE else None,
        replies_after=lines[-1].id if is_longer else None,
    )


def _branches(rows: Rows) -> dict[int, list[Row[Any]]]:
    """The replies to show under each argument; where a link leads, its way takes their place."""
    on_way = _distinct(row for row in rows if row.part == "branch")
    way_root = on_way[0].root_id or on_way[0].id if on_way else None
    replies = (row for row in rows if row.part == "reply" and row.root_id != way_root)
    branches: dict[int, list[Row[Any]]] = {}
    for row in _distinct((*replies, *(row for row in on_way if row.root_id is not None))):
        branches.setdefault(row.root_id, []).append(row)
    return branches


def _distinct(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Each comment once, in the order of writing."""
    return [row for _, row in sorted({row.id: row for row in rows}.items())]


def line_of(comment: Comment, language: str = "id", reader: int | None = None) -> Line:
    """One comment by itself, as when it is answered."""
    return lines_of(comment.proposal, [comment.id], language, reader)[0]


def lines_of(
    proposal: Proposal, ids: Sequence[int], language: str = "id", reader: int | None = None
) -> list[Line]:
    """Some comments of a thread, in the order of writing."""
    chosen = select(literal("page").label("part"), Comment.id).where(
        Comment.proposal_id == proposal.id, Comment.id.in_(ids)
    )
    rows = _distinct(_shown(chosen.cte("shown"), reader))
    return [_line(row, proposal, language, reader) for row in rows]


def comments_to_credit(proposal: Proposal, language: str = "id") -> list[Line]:
    """Comments that may have led to a new version: the newest of its thread by other people."""
    newest = (
        select(literal("page").label("part"), Comment.id)
        .where(
            Comment.proposal_id == proposal.id,
            Comment.author_id != proposal.author_id,
            Comment.withdrawn_at.is_(None),
            Comment.hidden_at.is_(None),
        )
        .order_by(Comment.id.desc())
        .limit(CREDITS)
    )
    rows = _distinct(_shown(newest.cte("shown")))
    return [_line(row, proposal, language) for row in reversed(rows)]


def _shown(shown: CTE, reader: int | None = None) -> Rows:
    """Each comment with who wrote it, whom it answers, and how the reader weighed it."""
    answered, recipient = aliased(Comment), aliased(Person)
    weighed = and_(Rating.comment_id == Comment.id, Rating.person_id == (reader or 0))
    lines = (
        select(shown.c.part, *_columns(recipient))
        .join_from(shown, Comment, Comment.id == shown.c.id)
        .outerjoin(Person, Person.id == Comment.author_id)
        .outerjoin(Institution, Institution.id == Comment.institution_id)
        .outerjoin(answered, answered.id == Comment.parent_id)
        .outerjoin(recipient, recipient.id == answered.author_id)
        .outerjoin(Rating, weighed)
    )
    return db.session.execute(lines).all()


def _columns(recipient: type[Person]) -> tuple[Any, ...]:
    """What a line needs of a comment, of who wrote it and of whom it answers."""
    return (
        Comment.id,
        Comment.root_id,
        Comment.depth,
        Comment.author_id,
        Comment.author_role,
        Comment.stance,
        Comment.is_question,
        Comment.posted_at,
        Comment.edited_at,
        Comment.withdrawn_at,
        Comment.hidden_at,
        Comment.hidden_ground,
        Comment.held_until,
        Comment.body_html,
        Comment.source_note,
        Comment.corrections,
        Comment.strong_count,
        Comment.weak_count,
        Comment.weight,
        Comment.strength,
        Comment.branch_count,
        Person.display_name,
        Person.account_class,
        Person.erased_at,
        Institution.name,
        Institution.name_en,
        recipient.display_name.label("to_name"),
        Rating.is_strong,
    )


def _line(row: Row[Any], proposal: Proposal, language: str, reader: int | None = None) -> Line:
    is_own = reader is not None and row.author_id == reader
    waits_until = _waits_until(row) if is_own else None
    state, state_at = ("", None) if waits_until else _tombstone_state(row)
    is_organisation = row.account_class == AccountClass.ORGANISATION
    return Line(
        id=row.id,
        root_id=row.root_id or row.id,
        depth=row.depth,
        display_name=row.display_name or "",
        role="organisation" if is_organisation else row.author_role,
        institution=(row.name_en if language == "en" else "") or row.name or "",
        stance=row.stance,
        is_question=row.is_question,
        created_at=row.posted_at,
        edited_at=row.edited_at,
        body_html="" if state else row.body_html,
        source="" if state else row.source_note,
        strong=row.strong_count,
        weak=row.weak_count,
        weight=row.weight,
        to_name=row.to_name or "",
        by_author=row.author_id is not None and row.author_id == proposal.author_id,
        author_id=row.author_id,
        state=state,
        state_at=state_at,
        rule=(row.hidden_ground or "held") if state == "hidden" or waits_until else "",
        corrections=[] if state else _corrections(row.corrections),
        own=is_own,
        mine={True: "strong", False: "weak"}.get(row.is_strong, ""),
        waits_until=waits_until,
    )


def _waits_until(row: Row[Any]) -> datetime | None:
    """When what a rule holds now is shown at the latest; None for all that is not held."""
    is_held = row.hidden_at is not None and row.withdrawn_at is None and row.erased_at is None
    until: datetime | None = row.held_until if is_held else None
    return until


def _corrections(written: Iterable[dict[str, str]]) -> list[tuple[datetime, str]]:
    return [(datetime.fromisoformat(one["at"]), one["html"]) for one in written]


def _tombstone_state(row: Row[Any]) -> tuple[str, datetime | None]:
    """Which tombstone stands in a comment's place, and since when; none for most."""
    if row.erased_at is not None:
        return "erased", row.erased_at
    if row.hidden_at is not None:
        return "hidden", row.hidden_at
    if row.withdrawn_at is not None:
        return "withdrawn", row.withdrawn_at
    return "", None


def comment_numbered(number: int) -> Comment | None:
    """A comment with its proposal."""
    return db.session.get(Comment, number)


def last_stance_of(person_id: int, proposal_id: int) -> Stance | None:
    """Where somebody stood in a thread when they last said so."""
    found = db.session.scalar(
        select(Comment.stance)
        .where(
            Comment.author_id == person_id,
            Comment.proposal_id == proposal_id,
            Comment.stance.is_not(None),
        )
        .order_by(Comment.id.desc())
        .limit(1)
    )
    return None if found is None else Stance(found)
