"""News of a process: published on its page and sent to those who follow it, or withdrawn."""

from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.models import Person, Process, ProcessNews
from deliberate.operations.notices.notices import notify_process
from deliberate.permissions.decision import InvalidInput, Refused, require
from deliberate.permissions.notices import may_publish_news, may_withdraw_news
from deliberate.queries.processes.news import next_news_at
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary.events.processes import NewsPublished, NewsWithdrawn
from deliberate.vocabulary.notices import NewsNotice


def publish_news(
    staff: Person,
    process: Process,
    titles: tuple[str, str],
    bodies: tuple[str, str],
    *,
    context: RequestContext = NO_REQUEST,
) -> ProcessNews:
    """Publish news of a process in Indonesian and, if given, English; notify its followers.

    Raises Refused if the process had its news of the week.
    """
    with recorded(staff, NewsPublished, context) as act:
        require(may_publish_news(act.lock(staff), act.lock(process)))
        _refuse_second_news(process)
        news = _new_row(staff, process, titles, bodies)
        act.session.add(news)
        act.set_text(lambda: news.sealed_text, news)
        act.about(news, translated=bool(news.body_en))
        notify_process(act, process, NewsNotice(news_item=news.id))
    return news


def _refuse_second_news(process: Process) -> None:
    possible_from = next_news_at(process)
    if possible_from > now():
        raise Refused(_("This process had its news of the week."), possible_from=possible_from)


def _new_row(
    staff: Person, process: Process, titles: tuple[str, str], bodies: tuple[str, str]
) -> ProcessNews:
    title, title_en = map(clean_line, titles)
    body, body_en = map(clean, bodies)
    if not (title and body):
        raise InvalidInput(_("Write a title and a text."))
    if bool(title_en) != bool(body_en):
        raise InvalidInput(_("Write title and text in English, or neither."))
    return ProcessNews(
        process_id=process.id,
        title=title,
        title_en=title_en,
        body=body,
        body_en=body_en,
        published_at=now(),
        published_by_id=staff.id,
        institution_id=staff.institution_id,
    )


def withdraw_news(
    staff: Person, news: ProcessNews, *, context: RequestContext = NO_REQUEST
) -> None:
    """Withdraw news; their date stays visible. Raises Refused."""
    with recorded(staff, NewsWithdrawn, context) as act:
        require(may_withdraw_news(act.lock(staff), news))
        if act.lock(news).withdrawn_at is not None:
            raise Refused(_("These news were withdrawn already."))
        news.withdrawn_at = now()
        act.about(news)
