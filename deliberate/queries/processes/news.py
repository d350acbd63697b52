"""News of a process, and when the next ones are possible."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Process, ProcessNews
from deliberate.queries.site.keyset_pagination import is_beyond

NEWS_ON_PAGE = 3
NEWS_PAGE = 20
PER_WEEK = 2
"""News that a process may have within a week, withdrawn ones too: each notifies its followers."""
WEEK = timedelta(days=7)


def list_news(
    process: Process, limit: int = NEWS_PAGE, before: ProcessNews | None = None
) -> Sequence[ProcessNews]:
    """Return news of a process, newest first, withdrawn ones too, and one more than `limit`."""
    statement = select(ProcessNews).where(ProcessNews.process_id == process.id)
    order = (ProcessNews.published_at, ProcessNews.id)
    last = (before.published_at, before.id) if before else None
    statement = statement.where(is_beyond(order, last, ascending=False))
    newest_first = statement.order_by(*(column.desc() for column in order))
    return db.session.scalars(
        newest_first.options(joinedload(ProcessNews.institution)).limit(limit + 1)
    ).all()


def get_news(process: Process, news_id: int) -> ProcessNews | None:
    """Return a news item of a process."""
    row = db.session.get(ProcessNews, news_id)
    return row if row is not None and row.process_id == process.id else None


def next_news_at(process: Process) -> datetime:
    """Return the moment from which a process may have more news; it can be past."""
    newest = db.session.scalars(
        select(ProcessNews.published_at)
        .where(ProcessNews.process_id == process.id)
        .order_by(ProcessNews.published_at.desc())
        .limit(PER_WEEK)
    ).all()
    return newest[-1] + WEEK if len(newest) == PER_WEEK else now()
