"""Feeds of what is new, and the dates of a process as a calendar."""

from typing import Any

from flask import Response, current_app, g, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.notifications.feeds import Date, Feed, to_atom, to_calendar, to_json
from deliberate.queries import feeds, people, responses
from deliberate.views.frame import Room, or_404

room = Room("feeds", spoken=False)
TYPES = {"atom": "application/atom+xml", "json": "application/feed+json"}


@room.page("/feed.<any(atom,json):ending>", "public")
def site(ending: str) -> Response:
    """What is new everywhere."""
    brand = current_app.config["SETTINGS"].brand_name
    return _feed(ending, feeds.Scope(), brand, "site", "/")


@room.page("/proposals/<int(max=2147483647):number>/feed.<any(atom,json):ending>", "public")
def proposal(number: int, ending: str) -> Response:
    """What is new on a proposal."""
    found = or_404(responses.proposal_answered(number))
    scope = feeds.Scope(proposal_id=number)
    return _feed(ending, scope, found.title, f"proposal/{number}", f"/p/{number}")


@room.page("/processes/<slug>/feed.<any(atom,json):ending>", "public")
def process(slug: str, ending: str) -> Response:
    """What is new in a process."""
    found = or_404(feeds.process_named(slug))
    language = _language()
    return _feed(
        ending,
        feeds.Scope(process_id=found.id),
        found.said("title", language),
        f"process/{slug}",
        url_for("processes.show", slug=slug, lang=language),
    )


@room.page("/institutions/<slug>/feed.<any(atom,json):ending>", "public")
def institution(slug: str, ending: str) -> Response:
    """What an institution answers, promises and hands over."""
    found = or_404(people.institution_named(slug))
    language = _language()
    return _feed(
        ending,
        feeds.Scope(institution_id=found.id),
        found.name_in(language),
        f"institution/{slug}",
        url_for("institutions.show", slug=slug, lang=language),
    )


def _language() -> str:
    """The language a feed is asked in: by its address alone, so that it can be kept."""
    chosen = request.args.get("lang", "")
    default: str = current_app.config["SETTINGS"].default_lang
    return chosen if chosen in LANGUAGES else default


def _base() -> str:
    base: str = current_app.config["SETTINGS"].base_url
    return base.rstrip("/")


def _feed(ending: str, scope: feeds.Scope, title: str, name: str, home: str) -> Response:
    language = _language()
    base = _base()
    about = Feed(title, name, base + home, base + request.full_path.rstrip("?"), base, language)
    with force_locale(language):
        entries = feeds.news_of(scope)
    body = to_atom(about, entries) if ending == "atom" else to_json(about, entries)
    return _answer(body, TYPES[ending])


def _answer(body: bytes, kind: str) -> Response:
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@room.page("/processes/<slug>/calendar.ics", "public")
def calendar(slug: str) -> Response:
    """The phases of a process and the days on which answers are due."""
    found = or_404(feeds.process_named(slug))
    g.language = _language()
    host = request.host.partition(":")[0]
    with force_locale(g.language):
        dates = [*_phases(found, host), *_due(found, host)]
    stamp = max((p.opens_at for p in found.phases), default=found.opened_at or now())
    title = found.said("title", g.language)
    return _answer(to_calendar(title, found.timezone, dates, stamp), "text/calendar")


def _phases(found: Any, host: str) -> list[Date]:
    names = {
        "ideas": _("Ideas"),
        "discussion": _("Discussion"),
        "response": _("Response"),
        "delivery": _("Delivery"),
        "review": _("Review"),
    }
    dated = feeds.times_dated([phase.id for phase in found.phases])
    return [
        Date(
            f"phase-{phase.id}@{host}",
            f"{found.said('title', g.language)}: {names[phase.kind]}",
            phase.opens_at,
            phase.closes_at,
            max(dated.get(phase.id, 1) - 1, 0),
        )
        for phase in found.phases
    ]


def _due(found: Any, host: str) -> list[Date]:
    return [
        Date(
            f"due-{proposal.id}@{host}",
            _("Response due: %(title)s", title=proposal.title),
            day,
            url=f"{_base()}/p/{proposal.id}",
        )
        for proposal, day in feeds.due_days(found)
    ]
