"""Comments as the thread's template shows them, read with author and rating in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Row, Select, and_, bindparam, literal, select
from sqlalchemy.orm import aliased

from deliberate.database import db
from deliberate.models import Comment, Institution, Person, Proposal, Rating
from deliberate.models.moderation.visibility import ANYONE, HELD, NOT_HIDDEN, SHOWN_TEXT
from deliberate.text import excerpt, localized_text, to_plain
from deliberate.vocabulary import AccountClass

MAX_CREDITABLE = 30
"""Comments offered as those that led to a new version."""

SelectedComment = Row[*tuple[Any, ...]]  # a part name and the columns of _columns()


@dataclass
class CommentRow:
    """One comment of a thread; with a state it is shown as a tombstone."""

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
    language: str
    source: str
    strong: int
    weak: int
    rating_count: int
    recipient_name: str
    is_by_proposal_author: bool
    author_id: int | None
    state: str
    state_at: datetime | None
    rule: str
    corrections: list[tuple[datetime, str]] = field(default_factory=list)
    """When each correction was added, and its safe HTML."""
    own_rating: str = ""
    """The reader's rating: strong, weak or empty."""
    is_own: bool = False
    is_blank: bool = False
    held_until: datetime | None = None
    desk: str = ""
    """Name of the institution at whose office it was entered."""
    """Latest end of a hold on the reader's own comment, which nobody else sees meanwhile."""
    hidden_reply_count: int = 0
    """Replies of the same argument that are not shown; announced after this comment."""

    @property
    def text(self) -> str:
        """Return the beginning of the body as plain text in one line."""
        return excerpt(to_plain(self.body_html), 220)


def get_comment_row(
    comment: Comment, language: str = "id", reader: Person | None = None
) -> CommentRow:
    """Return one comment for a page of its own, such as the form for a reply."""
    return list_comment_rows(comment.proposal, [comment.id], language, reader)[0]


def list_comment_rows(
    proposal: Proposal,
    comment_ids: Sequence[int],
    language: str = "id",
    reader: Person | None = None,
) -> list[CommentRow]:
    """Return some comments of a thread in the order of posting."""
    selected = select(literal("page").label("part"), Comment.id).where(
        Comment.proposal_id == proposal.id, Comment.id.in_(comment_ids)
    )
    rows = distinct_rows(load_rows(selected.cte("selected"), reader))
    return [to_comment_row(row, proposal, language, reader) for row in rows]


def list_creditable_comments(proposal: Proposal, language: str = "id") -> list[CommentRow]:
    """Return the newest visible comments by others that may have led to a new version."""
    newest = (
        select(literal("page").label("part"), Comment.id)
        .where(
            Comment.proposal_id == proposal.id,
            Comment.author_id.not_in(proposal.author_ids),
            Comment.visible_to(ANYONE),
        )
        .order_by(Comment.id.desc())
        .limit(MAX_CREDITABLE)
    )
    rows = distinct_rows(load_rows(newest.cte("selected")))
    return [to_comment_row(row, proposal, language) for row in reversed(rows)]


def load_rows(selected: CTE, reader: Person | None = None) -> Sequence[SelectedComment]:
    """Return the selected comments with author, recipient and the reader's rating.

    `selected` has the columns part and id.
    """
    given = {"reader": reader.id if reader else 0}
    return db.session.execute(rows_statement(selected), given).all()


def rows_statement(selected: CTE) -> Select[*tuple[Any, ...]]:
    """Return the statement of the selected comments with the rating of the person `reader`."""
    parent, recipient, desk = aliased(Comment), aliased(Person), aliased(Institution)
    is_own_rating = and_(Rating.comment_id == Comment.id, Rating.person_id == bindparam("reader"))
    return (
        select(selected.c.part, *_columns(recipient, desk))
        .join_from(selected, Comment, Comment.id == selected.c.id)
        .outerjoin(Person, Person.id == Comment.author_id)
        .outerjoin(Institution, Institution.id == Comment.institution_id)
        .outerjoin(desk, desk.id == Comment.desk_institution_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .outerjoin(recipient, recipient.id == parent.author_id)
        .outerjoin(Rating, is_own_rating)
    )


def distinct_rows(rows: Iterable[SelectedComment]) -> list[SelectedComment]:
    """Return each comment once, in the order of posting."""
    return [row for _, row in sorted({row.id: row for row in rows}.items())]


def _columns(
    recipient: type[Person], desk: type[Institution]
) -> tuple[Any, ...]:  # attributes of several types
    return (
        Comment.id,
        Comment.root_id,
        Comment.depth,
        Comment.author_id,
        Comment.author_role,
        Comment.stance,
        Comment.is_question,
        Comment.is_blank,
        Comment.posted_at,
        Comment.edited_at,
        Comment.withdrawn_at,
        Comment.hidden_since,
        Comment.hidden_ground,
        Comment.held_until,
        Comment.body_html,
        Comment.language,
        Comment.source_note,
        Comment.corrections,
        Comment.strong_count,
        Comment.weak_count,
        Comment.rating_count,
        Comment.strength,
        Comment.reply_count,
        Person.display_name,
        Person.account_class,
        Person.erased_at,
        Institution.name,
        Institution.name_en,
        desk.name.label("desk_name"),
        desk.name_en.label("desk_name_en"),
        recipient.display_name.label("recipient_name"),
        Rating.is_strong,
    )


def to_comment_row(
    row: SelectedComment, proposal: Proposal, language: str, reader: Person | None = None
) -> CommentRow:
    """Return a loaded comment as its template shows it to a reader."""
    is_shown = SHOWN_TEXT.holds(row, reader)
    state, state_at = ("", None) if is_shown else _tombstone_state(row)
    is_held = is_shown and HELD.holds(row)
    is_organisation = row.account_class == AccountClass.ORGANISATION
    return CommentRow(
        id=row.id,
        root_id=row.root_id or row.id,
        depth=row.depth,
        display_name=row.display_name or "",
        role="organisation" if is_organisation else row.author_role,
        institution=localized_text(language, row.name, row.name_en),
        stance=row.stance,
        is_question=row.is_question,
        is_blank=row.is_blank,
        created_at=row.posted_at,
        edited_at=row.edited_at,
        body_html="" if state else row.body_html,
        language=row.language,
        source="" if state else row.source_note,
        strong=row.strong_count,
        weak=row.weak_count,
        rating_count=row.rating_count,
        recipient_name=row.recipient_name or "",
        is_by_proposal_author=row.author_id in proposal.author_ids,
        author_id=row.author_id,
        state=state,
        state_at=state_at,
        rule=(row.hidden_ground or "held") if state == "hidden" or is_held else "",
        corrections=[] if state else _parse_corrections(row.corrections),
        is_own=reader is not None and row.author_id == reader.id,
        own_rating={True: "strong", False: "weak"}.get(row.is_strong, ""),
        held_until=row.held_until if is_held else None,
        desk=localized_text(language, row.desk_name, row.desk_name_en),
    )


def _parse_corrections(corrections: Iterable[dict[str, str]]) -> list[tuple[datetime, str]]:
    return [
        (datetime.fromisoformat(correction["at"]), correction["html"]) for correction in corrections
    ]


def _tombstone_state(row: SelectedComment) -> tuple[str, datetime | None]:
    """Return which tombstone replaces a comment that is not shown, and since when."""
    if row.erased_at is not None:
        return "erased", row.erased_at
    if not NOT_HIDDEN.holds(row):
        return "hidden", row.hidden_since
    return "withdrawn", row.withdrawn_at
