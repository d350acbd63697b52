"""Fan-out of notices to deliveries, in pages of recipients with one transaction each."""

import logging
from collections.abc import Sequence
from typing import cast

from flask import current_app
from sqlalchemy import Table, case, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import UNAVAILABLE_ERRORS, db, unrecorded
from deliberate.models import (
    Comment,
    Delivery,
    Document,
    Notice,
    NoticeSetting,
    Person,
    Process,
    ProcessNews,
    Proposal,
)
from deliberate.notifications.channels.adapters import configured_adapters
from deliberate.notifications.registry import REGISTRY, Line
from deliberate.queries.notices.recipients import (
    Recipients,
    list_contributors,
    list_moderators,
    list_participants,
    list_process_audience,
    list_process_followers,
    list_staff,
    list_supporters,
    sanctioned_among,
    voters_among,
)
from deliberate.queries.notices.settings import is_on_by_default
from deliberate.vocabulary.notices import (
    NOTICE_TYPES,
    Audience,
    NoticePage,
    PollClosingNotice,
)

PAGE_SIZE = 500

_log = logging.getLogger(__name__)


def fan_out() -> int:
    """Create the deliveries of all pending notices and return their number.

    After a crash the next run continues where this one stopped. A notice that fails is left for
    the next run and does not stop the others.
    """
    total, last_id = 0, 0
    while (notice_id := _next_notice(last_id)) is not None:
        last_id = notice_id
        try:
            total += _fan_out_notice(notice_id)
        except UNAVAILABLE_ERRORS:
            raise
        except Exception:
            _log.exception("notice %s cannot be delivered", notice_id)
    return total


def _next_notice(last_id: int = 0) -> int | None:
    db.session.rollback()
    is_due = or_(Notice.not_before.is_(None), Notice.not_before <= now())
    pending = select(Notice.id).where(Notice.done_at.is_(None), Notice.id > last_id, is_due)
    return db.session.scalar(pending.order_by(Notice.id).limit(1))


def _fan_out_notice(notice_id: int) -> int:
    total, is_done = 0, False
    while not is_done:
        count, is_done = _fan_out_page(notice_id)
        total += count
    return total


def _fan_out_page(notice_id: int) -> tuple[int, bool]:
    """Create the deliveries of the next recipients; return their number and whether it is all."""
    with unrecorded("delivery") as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        comment = _hidden_comment(session, notice)
        if comment is not None and comment.is_held:
            notice.not_before = comment.held_until
            return 0, True
        is_void = comment is not None or _is_withdrawn(session, notice)
        recipients = [] if is_void else _page_of_recipients(session, notice)
        rows = _delivery_rows(session, notice, recipients)
        if rows:
            session.execute(insert_new(session), rows)
        if recipients:
            notice.last_person_id = recipients[-1][0]
        if len(recipients) < PAGE_SIZE:
            notice.done_at = now()
        return len(rows), len(recipients) < PAGE_SIZE


def _hidden_comment(session: Session, notice: Notice) -> Comment | None:
    """Return the comment that a notice shows, if it is no longer visible."""
    comment = session.get(Comment, notice.details.get("comment", 0))
    return comment if comment is not None and not comment.is_visible_to(None) else None


def _is_withdrawn(session: Session, notice: Notice) -> bool:
    """Return whether the news that a notice shows are withdrawn."""
    news = session.get(ProcessNews, notice.details.get("news_item", 0))
    return news is not None and news.withdrawn_at is not None


def _page_of_recipients(session: Session, notice: Notice) -> Recipients:
    after, line = notice.last_person_id, REGISTRY[NOTICE_TYPES[notice.kind]]
    if line.audience == Audience.PERSON:
        return [(notice.person_id, _personal_reason(notice))] if notice.person_id else []
    if line.audience == Audience.STAFF:
        return list_staff(notice.institution_id or 0, after, PAGE_SIZE)
    if line.audience == Audience.MODERATORS:
        return list_moderators(after, PAGE_SIZE)
    if line.audience in {Audience.PROCESS, Audience.FOLLOWERS}:
        process = session.get_one(Process, notice.process_id)
        of_process = line.audience == Audience.PROCESS
        page = list_process_audience if of_process else list_process_followers
        return page(process, after, PAGE_SIZE)
    if line.audience == Audience.CONTRIBUTORS:
        document = session.get_one(Document, notice.details["document"])
        return list_contributors(document, notice.details["version"], after, PAGE_SIZE)
    proposal = session.get_one(Proposal, notice.proposal_id)
    if line.audience == Audience.SUPPORTERS:
        return list_supporters(proposal, notice.details["version"], after, PAGE_SIZE)
    return list_participants(proposal, after, PAGE_SIZE)


_PAGES_OF_OFFICES = frozenset(
    {
        NoticePage.ANSWER_DESK,
        NoticePage.ANSWER_DRAFT,
        NoticePage.CASE,
        NoticePage.DESK,
        NoticePage.OFFICE_BALLOTS,
        NoticePage.QUESTIONNAIRES,
    }
)


def _personal_reason(notice: Notice) -> str:
    event = NOTICE_TYPES[notice.kind]
    page = event.PAGE
    if page in _PAGES_OF_OFFICES:
        return "staff"
    if page == NoticePage.COMMENT:
        return "commenter"
    if page == NoticePage.CONTRIBUTION:
        return "contributor"
    is_author = notice.proposal_id is not None and event.TOPIC is not None
    return "author" if is_author else "account"


def _delivery_rows(
    session: Session, notice: Notice, recipients: Sequence[tuple[int, str]]
) -> list[dict[str, object]]:
    reasons, line = dict(recipients), REGISTRY[NOTICE_TYPES[notice.kind]]
    people = session.scalars(
        select(Person.id)
        .where(
            Person.id.in_(reasons.keys() - _excluded(notice, line, reasons)),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    ).all()
    choices = _choices(session, line, reasons)
    adapters = [
        (adapter.channel, adapter.reachable(session, line, people))
        for adapter in configured_adapters(current_app.config["SETTINGS"])
        if adapter.carries(line)
    ]
    return [
        delivery_row(notice, person_id, channel, reasons[person_id])
        for person_id in people
        for channel, reachable in adapters
        if person_id in reachable
        and choices.get((person_id, channel), is_on_by_default(line.topic, channel))
    ]


def _excluded(notice: Notice, line: Line, reasons: dict[int, str]) -> set[int]:
    """Return who of an audience is not notified: who acted, whose account is limited, who voted."""
    if line.is_personal:
        return set()
    excluded = sanctioned_among(reasons)
    if notice.caused_by_id is not None:
        excluded.add(notice.caused_by_id)
    if notice.kind == PollClosingNotice.KIND:
        excluded |= voters_among(reasons, notice.details["poll"])
    return excluded


def _choices(session: Session, line: Line, reasons: dict[int, str]) -> dict[tuple[int, str], bool]:
    """Return what people chose for a kind of notice or its topic, by person and channel."""
    if line.topic is None:
        return {}
    kind = line.event.KIND
    rows = session.execute(
        select(NoticeSetting.person_id, NoticeSetting.channel, NoticeSetting.is_on)
        .where(NoticeSetting.topic.in_((line.topic, kind)), NoticeSetting.person_id.in_(reasons))
        .order_by(case((NoticeSetting.topic == kind, 1), else_=0))  # a kind goes before its topic
    )
    return {(person_id, channel): is_on for person_id, channel, is_on in rows}


def delivery_row(notice: Notice, person_id: int, channel: str, reason: str) -> dict[str, object]:
    """Return the columns of a new delivery."""
    moment = now()
    return {
        "notice_id": notice.id,
        "notice_key": notice.key,
        "person_id": person_id,
        "channel": channel,
        "reason": reason,
        "created_at": moment,
        "sent_at": moment if channel == "account" else None,
        "attempts": 0,
        "error": "",
    }


def insert_new(session: Session) -> sqlite.Insert | postgresql.Insert:
    """Return a statement that inserts the deliveries that do not exist."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # The table, not the model: the ORM sends rows one by one that differ in which values are NULL.
    table = cast(Table, Delivery.__table__)
    statement = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    return statement.on_conflict_do_nothing(index_elements=["notice_key", "person_id", "channel"])
