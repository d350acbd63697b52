"""From one notice to its deliveries: in pages of people, each page one transaction, none twice."""

from collections.abc import Sequence

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, unrecorded
from deliberate.models import Delivery, MutedNotice, Notice, Person, Proposal
from deliberate.notifications.preferences import ADDRESS_GIVEN, ADDRESS_NEW, topic_of
from deliberate.queries.notices.recipients import told_people, told_staff

PAGE = 500


def fan_out() -> int:
    """Make the deliveries of every notice that waits; gives how many. A crash loses none."""
    made = 0
    while (notice_id := _next_notice()) is not None:
        while True:
            count, is_done = _page(notice_id)
            made += count
            if is_done:
                break
    return made


def _next_notice() -> int | None:
    db.session.rollback()
    return db.session.scalar(
        select(Notice.id).where(Notice.done_at.is_(None)).order_by(Notice.id).limit(1)
    )


def _page(notice_id: int) -> tuple[int, bool]:
    """The next people of a notice: their deliveries and how far it came, in one transaction."""
    with unrecorded("delivery") as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        people = _told(session, notice)
        rows = _rows(session, notice, people)
        if rows:
            session.execute(_only_new(session), rows)
        if people:
            notice.reached_id = people[-1][0]
        if len(people) < PAGE:
            notice.done_at = now()
        return len(rows), len(people) < PAGE


def _told(session: Session, notice: Notice) -> list[tuple[int, str]]:
    if notice.person_id is not None:
        return [(notice.person_id, _why_alone(notice))]
    if notice.institution_id is not None:
        return told_staff(notice.institution_id, notice.reached_id, PAGE)
    if notice.proposal_id is None:
        return []
    return told_people(session.get_one(Proposal, notice.proposal_id), notice.reached_id, PAGE)


def _why_alone(notice: Notice) -> str:
    if notice.kind.startswith("desk."):
        return "staff"
    return "author" if notice.proposal_id is not None else "account"


def _rows(
    session: Session, notice: Notice, people: Sequence[tuple[int, str]]
) -> list[dict[str, object]]:
    why = dict(people)
    muted = select(MutedNotice.person_id).where(MutedNotice.topic == topic_of(notice.kind))
    found = session.execute(
        select(Person.id, Person.email_confirmed_at, Person.id.in_(muted))
        .where(Person.id.in_(why), Person.erased_at.is_(None))
        .order_by(Person.id)
    ).all()
    rows: list[dict[str, object]] = []
    for person_id, confirmed_at, is_muted in found:
        is_asked = notice.kind in {ADDRESS_GIVEN, ADDRESS_NEW}
        by_mail = is_mail_configured() and (is_asked or (confirmed_at is not None and not is_muted))
        channels = ("account", "mail") if by_mail else ("account",)
        rows += [_row(notice, person_id, channel, why[person_id]) for channel in channels]
    return rows


def _row(notice: Notice, person_id: int, channel: str, why: str) -> dict[str, object]:
    return {
        "notice_id": notice.id,
        "act": notice.act,
        "person_id": person_id,
        "channel": channel,
        "why": why,
        "made_at": now(),
        "sent_at": now() if channel == "account" else None,
        "tries": 0,
        "error": "",
    }


def _only_new(session: Session) -> sqlite.Insert | postgresql.Insert:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(Delivery) if is_sqlite else postgresql.insert(Delivery)
    return statement.on_conflict_do_nothing(index_elements=["act", "person_id", "channel"])


def is_mail_configured() -> bool:
    """Whether mail is sent at all: a server is set, or the demo shows it on a page."""
    settings: Settings = current_app.config["SETTINGS"]
    return bool(settings.mail_url) or settings.is_demo
