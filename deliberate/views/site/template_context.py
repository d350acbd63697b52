"""The functions and values that every template can use."""

from typing import TYPE_CHECKING

from flask import Flask, current_app, g
from flask_babel import gettext
from markupsafe import Markup

from deliberate.config import LANGUAGES
from deliberate.days import (
    date_text,
    end_text,
    last_day,
    last_day_text,
    period_text,
    start_text,
    typed_day_text,
    zone_name,
)
from deliberate.money import currency_symbol, money
from deliberate.notifications.quotes import mark_quotes
from deliberate.queries.log.tree_heads import latest_published_head
from deliberate.queries.notices.messages import count_unread
from deliberate.queries.processes.phases import (
    phase_kind_title,
    phase_title,
    phase_title_by_key,
)
from deliberate.text import isolate, to_html
from deliberate.views.site.delivery.slots import Slot, fill, slot_or
from deliberate.views.site.request_context import (
    current_person,
    draft_owner,
    new_csrf_token,
    new_form_key,
    url_in_language,
)
from deliberate.views.site.static_files import asset_url
from deliberate.views.urls import proposal_url
from deliberate.vocabulary.events import EVENT_TYPES

if TYPE_CHECKING:
    from deliberate.models import Proposal


def init_app(app: Flask) -> None:
    """Set up the Jinja environment."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset_url,
        local_time=date_text,
        end_text=end_text,
        last_date=last_day,
        last_day_text=last_day_text,
        period_text=period_text,
        start_text=start_text,
        typed_day=typed_day_text,
        zone_name=zone_name,
        currency_symbol=currency_symbol,
        money=money,
        form_key=new_form_key,
        csrf_token=new_csrf_token,
        switch_url=url_in_language,
        languages=LANGUAGES,
        settings=app.config["SETTINGS"],
        phase_title=phase_title,
        phase_kind_title=phase_kind_title,
        phase_title_by_key=phase_title_by_key,
        kind_text=kind_text,
        proposal_title=proposal_title,
        proposal_url=proposal_url,
        unread_count=unread_count,
        account_menu=account_menu,
        draft_owner=draft_owner,
    )
    app.jinja_env.filters["to_html"] = to_html
    app.jinja_env.filters["mark_quotes"] = mark_quotes
    app.context_processor(_page_context)


def kind_text(kind: str) -> str:
    """Return what a kind of act means, in the language of the reader; an unknown kind itself."""
    event = EVENT_TYPES.get(kind)
    return gettext(event.meaning()) if event else kind


def _page_context() -> dict[str, object]:
    """Return the language and the tree head; a view that has queried the head sets it in g."""
    head = g.log_head if "log_head" in g else latest_published_head()
    return {"language": g.get("language", "id"), "log_head": head}


def unread_count() -> int:
    """Return the number of unread messages of the person who reads the page."""
    person = current_person()
    return count_unread(person) if person is not None else 0


def account_menu() -> Markup:
    """Return the menu of the person who reads the page, or the mark of its slot."""
    return Markup(slot_or(Slot.ACCOUNT_MENU, _menu_of_reader))  # noqa: S704  # from a template


def _menu_of_reader() -> str:
    template = current_app.jinja_env.get_template("accounts/components/account_menu.html")
    menu: str = template.module.account_menu(current_person())  # type: ignore[attr-defined]  # a macro
    return menu


def fill_slots(page: bytes) -> bytes:
    """Return a kept page with what belongs to the person who reads it."""
    csrf_token = new_csrf_token()
    return fill(
        page,
        {
            Slot.ACCOUNT_MENU: _menu_of_reader,
            Slot.OWNER: draft_owner,
            Slot.FORM_KEY: new_form_key,
            Slot.CSRF_TOKEN: lambda: csrf_token,
        },
    )


def proposal_title(proposal: "Proposal") -> str:
    """Return the title of a proposal as the reader of the page may see it, else its number."""
    return isolate(proposal.title_for(current_person()))
