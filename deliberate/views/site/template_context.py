"""The functions and values that every template can use."""

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask, g

from deliberate.config import LANGUAGES
from deliberate.queries.log.tree_heads import latest_published_head
from deliberate.text import to_html
from deliberate.views.site.request_context import (
    current_person,
    current_settings,
    new_csrf_token,
    new_form_key,
    url_in_language,
)
from deliberate.views.site.static_files import asset_url
from deliberate.views.urls import proposal_url

if TYPE_CHECKING:
    from deliberate.models import Proposal


def init_app(app: Flask) -> None:
    """Set up the Jinja environment."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset_url,
        local_time=local_time,
        form_key=new_form_key,
        csrf_token=new_csrf_token,
        switch_url=url_in_language,
        languages=LANGUAGES,
        settings=app.config["SETTINGS"],
        proposal_title=proposal_title,
        proposal_url=proposal_url,
    )
    app.jinja_env.filters["to_html"] = to_html
    app.context_processor(_page_context)


def _page_context() -> dict[str, object]:
    """Return the language and the tree head; a view that has queried the head sets it in g."""
    head = g.log_head if "log_head" in g else latest_published_head()
    return {"language": g.get("language", "id"), "log_head": head}


def proposal_title(proposal: "Proposal") -> str:
    """Return the title of a proposal as the reader of the page may see it, else its number."""
    return proposal.title_for(current_person())


def local_time(moment: datetime | date, pattern: str = "d MMM y") -> str:
    """Return a date or time in the page's language and the site's time zone.

    The pattern is Babel's; HH.mm, the Indonesian form of a time, becomes HH:mm in English.
    """
    return _format(moment, pattern, g.get("language", "id"), current_settings().timezone)


@lru_cache(maxsize=4096)
def _format(moment: datetime | date, pattern: str, language: str, time_zone: str) -> str:
    if language == "en":
        pattern = pattern.replace("HH.mm", "HH:mm")
    if isinstance(moment, datetime):
        return format_datetime(moment, pattern, tzinfo=ZoneInfo(time_zone), locale=language)
    return format_date(moment, pattern, locale=language)
