"""Feeds of the site, a proposal, a process or an institution, and the calendar of a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, g, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.notifications.calendars import CalendarEvent, Moment, period, to_calendar
from deliberate.notifications.feeds import Feed, to_atom, to_json
from deliberate.queries.notices.calendars import (
    DateChanges,
    SubjectKey,
    get_date_changes,
    list_answer_dates,
    list_calendar_polls,
    list_due_dates,
)
from deliberate.queries.notices.feeds import FeedScope, list_feed_entries
from deliberate.queries.processes.meetings import list_meetings
from deliberate.queries.processes.phases import phase_title
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institutions import get_institution_by_slug
from deliberate.queries.responses.responses import get_visible_proposal
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_context import current_settings, get_or_404

if TYPE_CHECKING:
    from deliberate.models import Process
    from deliberate.notifications.quotes import Quote

blueprint = LocalizedBlueprint("feeds", localized=False)
CONTENT_TYPES = {"atom": "application/atom+xml", "json": "application/feed+json"}


@blueprint.page("/feed.<any(atom,json):ending>", "public")
def site(ending: str) -> Response:
    """Return the feed of the whole site."""
    title = (current_settings().brand_name, _language())
    return _feed(ending, FeedScope(), title, "site", "/")


@blueprint.page("/proposals/<id:proposal_id>/feed.<any(atom,json):ending>", "public")
def proposal(proposal_id: int, ending: str) -> Response:
    """Return the feed of a proposal."""
    row = get_or_404(get_visible_proposal(proposal_id))
    scope, title = FeedScope(proposal_id=proposal_id), (row.title, row.language)
    return _feed(ending, scope, title, f"proposal/{proposal_id}", f"/p/{proposal_id}")


@blueprint.page("/processes/<slug>/feed.<any(atom,json):ending>", "public")
def process(slug: str, ending: str) -> Response:
    """Return the feed of a process."""
    row = get_or_404(get_process(slug))
    language = _language()
    return _feed(
        ending,
        FeedScope(process_id=row.id),
        (row.text_in("title", language), row.language_in("title", language)),
        f"process/{slug}",
        url_for("processes.show", slug=slug, lang=language),
    )


@blueprint.page("/institutions/<slug>/feed.<any(atom,json):ending>", "public")
def institution(slug: str, ending: str) -> Response:
    """Return the feed of the responses, commitments and referrals of an institution."""
    row = get_or_404(get_institution_by_slug(slug))
    language = _language()
    return _feed(
        ending,
        FeedScope(institution_id=row.id),
        (row.name_in(language), language if language == "en" and row.name_en else "id"),
        f"institution/{slug}",
        url_for("institutions.show", slug=slug, lang=language),
    )


def _language() -> str:
    """Return the language in the URL; cookies are ignored, so that a feed can be cached."""
    language = request.args.get("lang", "")
    return language if language in LANGUAGES else current_settings().default_lang


def _base_url() -> str:
    return current_settings().base_url.rstrip("/")


def _feed(ending: str, scope: FeedScope, title: "Quote", name: str, page_path: str) -> Response:
    language, base_url = _language(), _base_url()
    feed_url = base_url + request.full_path.rstrip("?")
    feed = Feed(title[0], name, base_url + page_path, feed_url, base_url, language, title[1])
    with force_locale(language):
        entries = list_feed_entries(scope)
    body = to_atom(feed, entries) if ending == "atom" else to_json(feed, entries)
    return _conditional_response(body, CONTENT_TYPES[ending])


def _conditional_response(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=f"{content_type}; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.page("/processes/<slug>/calendar.ics", "public")
def calendar(slug: str) -> Response:
    """Return the phases, polls and meetings of a process, and its due dates, as a calendar."""
    row = get_or_404(get_process(slug))
    g.language = _language()
    dates = _CalendarDates(row, get_date_changes(row))
    with force_locale(g.language):
        events = [*_phase_events(dates), *_poll_events(dates), *_due_date_events(dates)]
        events += [*_meeting_events(dates), *_answer_events(dates)]
    title = row.text_in("title", g.language)
    return _conditional_response(to_calendar(title, row.timezone, events), "text/calendar")


@dataclass(frozen=True)
class _CalendarDates:
    """A process with the changes of its dates, from which its events are made."""

    process: "Process"
    changes: Mapping[SubjectKey, DateChanges]

    def event(
        self,
        name: str,
        subject: SubjectKey,
        title: str,
        begins: Moment,
        ends: Moment,
        url: str = "",
    ) -> CalendarEvent:
        """Return an event on a subject; a change of the process changes all of its events."""
        never = DateChanges(0, self.process.opened_at or now())
        made = self.changes.get(subject, never) + self.changes.get(
            ("process", self.process.id), never
        )
        return CalendarEvent(
            f"{name}-{subject[1]}@{urlsplit(_base_url()).hostname}",
            title,
            begins,
            ends,
            min(made.last_at, now()),
            made.count,
            url,
        )


def _phase_events(dates: _CalendarDates) -> list[CalendarEvent]:
    title = dates.process.text_in("title", g.language)
    return [
        dates.event(
            "phase",
            ("phase", phase.id),
            f"{title}: {phase_title(phase)}",
            *period(dates.process, phase.opens_at, phase.closes_at),
        )
        for phase in dates.process.phases
    ]


def _poll_events(dates: _CalendarDates) -> list[CalendarEvent]:
    return [
        dates.event(
            "poll",
            ("poll", poll.id),
            _("Poll: %(question)s", question=poll.question),
            *period(dates.process, poll.opens_at, poll.closes_at),
            url=f"{_base_url()}/{g.language}/polls/{poll.id}",
        )
        for poll in list_calendar_polls(dates.process)
    ]


def _meeting_events(dates: _CalendarDates) -> list[CalendarEvent]:
    return [
        dates.event(
            "meeting",
            ("meeting", meeting.id),
            _("Meeting: %(place)s", place=meeting.shown.place),
            meeting.shown.held_on,
            meeting.shown.held_on,
            url=f"{_base_url()}/{g.language}/processes/{dates.process.slug}/meetings",
        )
        for meeting in list_meetings(dates.process)
    ]


def _due_date_events(dates: _CalendarDates) -> list[CalendarEvent]:
    return [
        dates.event(
            "due",
            ("proposal", pending.id),
            _("Response due: %(title)s", title=pending.title),
            due_on,
            due_on,
            url=f"{_base_url()}/p/{pending.id}",
        )
        for pending, due_on in list_due_dates(dates.process)
    ]


def _answer_events(dates: _CalendarDates) -> list[CalendarEvent]:
    return [
        dates.event(
            "answer",
            ("document", draft.id),
            _("Answer due: %(title)s", title=draft.title),
            due_on,
            due_on,
            url=f"{_base_url()}/{g.language}/documents/{draft.id}",
        )
        for draft, due_on in list_answer_dates(dates.process)
    ]
