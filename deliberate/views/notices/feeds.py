"""Feeds of what is new, and the dates of a process as a calendar."""

from typing import Any

from flask import Response, current_app, g, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from deliberate.clock import now
from deliberate.config import LANGUAGES
from deliberate.notifications.feeds import Date, Feed, to_atom, to_calendar, to_json
from deliberate.queries.accounts.accounts import institution_named
from deliberate.queries.notices.feeds import Scope, due_days, news_of, process_named, times_dated
from deliberate.queries.responses.responses import proposal_answered
from deliberate.views.site.blueprint import LocalizedBlueprint
from deliberate.views.site.request_hooks import get_or_404

blueprint = LocalizedBlueprint("feeds", localized=False)
TYPES = {"atom": "application/atom+xml", "json": "application/feed+json"}


@blueprint.page("/feed.<any(atom,json):ending>", "public")
def site(ending: str) -> Response:
    """What is new everywhere."""
    brand = current_app.config["SETTINGS"].brand_name
    return _feed(ending, Scope(), brand, "site", "/")


@blueprint.page("/proposals/<id:number>/feed.<any(atom,json):ending>", "public")
def proposal(number: int, ending: str) -> Response:
    """What is new on a proposal."""
    found = get_or_404(proposal_answered(number))
    scope = Scope(proposal_id=number)
    return _feed(ending, scope, found.title, f"proposal/{number}", f"/p/{number}")


@blueprint.page("/processes/<slug>/feed.<any(atom,json):ending>", "public")
def process(slug: str, ending: str) -> Response:
    """What is new in a process."""
    found = get_or_404(process_named(slug))
    language = _language()
    return _feed(
        ending,
        Scope(process_id=found.id),
        found.said("title", language),
        f"process/{slug}",
        url_for("processes.show", slug=slug, lang=language),
    )


@blueprint.page("/institutions/<slug>/feed.<any(atom,json):ending>", "public")
def institution(slug: str, ending: str) -> Response:
    """What an institution answers, promises and hands over."""
    found = get_or_404(institution_named(slug))
    language = _language()
    return _feed(
        ending,
        Scope(institution_id=found.id),
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


def _feed(ending: str, scope: Scope, title: str, name: str, home: str) -> Response:
    language = _language()
    base = _base()
    about = Feed(title, name, base + home, base + request.full_path.rstrip("?"), base, language)
    with force_locale(language):
        entries = news_of(scope)
    body = to_atom(about, entries) if ending == "atom" else to_json(about, entries)
    return _answer(body, TYPES[ending])


def _answer(body: bytes, kind: str) -> Response:
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.page("/processes/<slug>/calendar.ics", "public")
def calendar(slug: str) -> Response:
    """The phases of a process and the days on which answers are due."""
    found = get_or_404(process_named(slug))
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
    dated = times_dated([phase.id for phase in found.phases])
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
        for proposal, day in due_days(found)
    ]
