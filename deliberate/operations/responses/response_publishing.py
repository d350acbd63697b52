"""From a draft to a published answer: what an office wrote, taken at its word."""

from datetime import date
from typing import Any

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Institution, Notice, Person, Response, ResponseDraft
from deliberate.operations.responses.responses import Point, publish_response
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Ground, ResponseDecision


def publish_draft(officer: Person, draft: ResponseDraft, seen: int | None = None) -> Response:
    """Publish a draft as it stands, in an officer's name; the draft is gone with the same act."""
    written = draft.written
    by_point = _answers(written["answers"])
    return publish_response(
        officer,
        draft.proposal,
        ResponseDecision(written["decision"]),
        written["headline"],
        written["body"] or "",
        grounds=[Ground(ground) for ground in written["grounds"] or ()],
        commitments=_promises(written["commitments"]),
        answers=by_point.get(0, ()),
        language=written["language"],
        points=[_point(n, point, by_point) for n, point in enumerate(written["points"], 1)],
        study_until=_day(written["study_until"]),
        outside_body=written["outside_body"] or "",
        note=written["note"] or "",
        seen=seen,
        draft=draft,
    )


def _answers(chosen: dict[str, int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for comment, point in chosen.items():
        found[point] = (*found.get(point, ()), int(comment))
    return found


def _point(number: int, point: dict[str, Any], answers: dict[int, tuple[int, ...]]) -> Point:
    return Point(
        text=point["text"],
        verdict=point["verdict"],
        reason=point["reason"] or "",
        ground=point["ground"] or "",
        reference=point["reference"] or "",
        answers=answers.get(number, ()),
    )


def _promises(written: list[dict[str, str]]) -> list[tuple[str, Institution, date]]:
    return [
        (promise["what"], db.session.get_one(Institution, int(promise["who"])), due)
        for promise in written
        if (due := _day(promise["due"])) is not None
    ]


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def publish_due() -> int:
    """Publish every draft whose moment has come, in the name of who dated it; gives how many.

    One that may no longer be published goes back to its officer, who is told.
    """
    db.session.rollback()
    due = db.session.scalars(
        select(ResponseDraft.id).where(ResponseDraft.publish_at <= now()).limit(50)
    ).all()
    return sum(_publish_dated(draft_id) for draft_id in due)


def _publish_dated(draft_id: int) -> bool:
    draft = db.session.get(ResponseDraft, draft_id)
    if draft is None or draft.author is None:
        return False
    try:
        publish_draft(draft.author, draft)
    except Refused:
        _give_back(draft_id)
        return False
    return True


def _give_back(draft_id: int) -> None:
    with unrecorded("delivery") as session:
        draft = session.get_one(ResponseDraft, draft_id)
        moment = draft.publish_at
        draft.publish_at = None
        session.add(
            Notice(
                act=f"unpublished.{draft_id}.{int(moment.timestamp()) if moment else 0}",
                kind="desk.unpublished",
                proposal_id=draft.proposal_id,
                person_id=draft.author_id,
                told={},
                written_at=now(),
            )
        )
