"""Publication of response drafts, at once or on the day for which they were scheduled."""

import logging
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound, OperationalError

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.days import parse_day
from deliberate.models import Institution, Notice, Person, Response, ResponseDraft
from deliberate.operations.responses.responses import Point, publish_response
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.recording import NO_REQUEST, RequestContext
from deliberate.text import parse_whole_number
from deliberate.vocabulary import ResponseDecision, ResponseGround
from deliberate.vocabulary.notices import UnpublishedNotice

_log = logging.getLogger(__name__)


def publish_draft(
    officer: Person,
    draft: ResponseDraft,
    base_version: int | None = None,
    *,
    context: RequestContext = NO_REQUEST,
) -> Response:
    """Publish a draft in the officer's name; the draft is deleted by the same act.

    Raises InvalidInput for a draft that was saved with entries which the form refuses.
    """
    require_publishable(draft)
    content = draft.content
    comments = _comments_by_point(content["answers"])
    return publish_response(
        officer,
        draft.proposal,
        ResponseDecision(content["decision"]),
        content["headline"],
        content["body"] or "",
        grounds=[ResponseGround(ground) for ground in content["grounds"] or ()],
        commitments=_build_commitments(content["commitments"]),
        answers=comments.get(0, ()),
        language=content["language"],
        points=[
            _build_point(point, comments.get(number, ()))
            for number, point in enumerate(content["points"], 1)
        ],
        study_until=parse_day(content["study_until"]),
        outside_body=content["outside_body"] or "",
        note=content["note"] or "",
        base_version=base_version,
        draft=draft,
        context=context,
    )


def require_publishable(draft: ResponseDraft) -> None:
    """Raise InvalidInput for a draft with an entry that the form refuses: it was only saved."""
    content = draft.content
    try:
        ResponseDecision(content["decision"])
        for point in content["points"]:
            ResponseDecision(point["verdict"])
        points_grounds = [point["ground"] for point in content["points"] if point["ground"]]
        for ground in [*(content["grounds"] or ()), *points_grounds]:
            ResponseGround(ground)
        _build_commitments(content["commitments"])
        _parse_date(content["study_until"])
    except (ValueError, NoResultFound) as error:
        raise InvalidInput(
            _("The draft has an entry that cannot be published. The form marks it: check it again.")
        ) from error


def _comments_by_point(points: dict[str, int]) -> dict[int, tuple[int, ...]]:
    comments: dict[int, tuple[int, ...]] = {}
    for comment_id, point in points.items():
        comments[point] = (*comments.get(point, ()), int(comment_id))
    return comments


def _build_point(
    point: dict[str, Any],  # a point of the draft, as JSON
    comment_ids: tuple[int, ...],
) -> Point:
    return Point(
        text=point["text"],
        verdict=point["verdict"],
        reason=point["reason"] or "",
        ground=point["ground"] or "",
        reference=point["reference"] or "",
        answers=comment_ids,
    )


def _build_commitments(rows: list[dict[str, str]]) -> list[tuple[str, Institution, date]]:
    return [
        (row["what"], db.session.get_one(Institution, parse_whole_number(row["who"]) or 0), due_on)
        for row in rows
        if (due_on := _parse_date(row["due"])) is not None
    ]


def _parse_date(day: str | None) -> date | None:
    """Return the date of a field, None for an empty one; raise ValueError for any other text."""
    due_on = parse_day(day)
    if day and due_on is None:
        raise ValueError(day)
    return due_on


def publish_scheduled_responses() -> int:
    """Publish the drafts whose scheduled moment has come; return how many were published.

    A draft that may no longer be published is unscheduled and its officer is notified.
    """
    db.session.rollback()
    draft_ids = db.session.scalars(
        select(ResponseDraft.id)
        .where(ResponseDraft.publish_at <= now())
        .order_by(ResponseDraft.publish_at, ResponseDraft.id)
        .limit(50)
    ).all()
    return sum(_publish_scheduled(draft_id) for draft_id in draft_ids)


def _publish_scheduled(draft_id: int) -> bool:
    draft = db.session.get(ResponseDraft, draft_id)
    if draft is None:
        return False
    try:
        if draft.author is None:
            raise Refused(_("This account is closed."))
        publish_draft(draft.author, draft)
    except OperationalError:
        raise
    except Exception:  # one draft must not stop the others
        db.session.rollback()
        _log.warning("scheduled response of draft %s was not published", draft_id, exc_info=True)
        _unschedule(draft_id)
        return False
    return True


def _unschedule(draft_id: int) -> None:
    with unrecorded("delivery") as session:
        draft = session.get_one(ResponseDraft, draft_id)
        publish_at = draft.publish_at
        draft.publish_at = None
        session.add(
            Notice(
                key=f"unpublished.{draft_id}.{int(publish_at.timestamp()) if publish_at else 0}",
                kind=UnpublishedNotice.KIND,
                proposal_id=draft.proposal_id,
                person_id=draft.author_id,
            )
        )
