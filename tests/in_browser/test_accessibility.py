"""Test the accessibility of every page of the sample city with axe, and its width on any screen."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from deliberate.clock import override_now
from tests import demo_pages
from tests.live_server import session_cookie
from tests.sample_city import CITY_NOW

pytestmark = pytest.mark.browser

PUBLIC_PAGES = [
    "home",
    "process",
    "list",
    "proposal",
    "response",
    "scoreboard",
    "dimension",
    "indicator",
    "sign-in",
    "join",
    "recovery",
    "data",
    "log",
    "polls",
    "responses",
    "open poll",
    "closed poll",
    "new proposal",
    "answered proposal",
    "map",
    "all numbers",
    "scoreboards",
    "search",
    "offline",
    "institution",
    "help",
]
RESIDENT_PAGES = [
    "home",
    "account",
    "messages",
    "choices of notices",
    "choices of a topic",
    "telephone number",
    "follows",
    "check page",
    "place of a draft",
    "map of a draft",
    "proposal",
    "open poll",
    "second factor",
    "offline",
]
STAFF_PAGES = ["desk", "case", "response form"]
EVALUATOR_PAGES = [
    "assessments",
    "plan",
    "assessment",
    "questions before",
    "context",
    "pledges",
    "one question",
    "outcomes",
    "before saving",
    "settling",
    "sources",
    "new source",
    "planned and judged",
    "coded samples",
    "sample",
    "text of a sample",
    "comparison",
]
PAGES = [
    *((name, "") for name in PUBLIC_PAGES),
    *((name, "warga") for name in RESIDENT_PAGES),
    *((name, "petugas") for name in STAFF_PAGES),
    *((name, "penilai") for name in EVALUATOR_PAGES),
]
ADMIN_PAGES = [
    "roles",
    "role of an account",
    "standing of an account",
    "sanctions of an account",
    "institutions",
    "institution of the desk",
    "planned processes",
    "new process",
    "texts of a process",
    "check of a process",
    "days off",
    "phase",
    "calendar",
    "operation",
    "rules",
    "residents",
]
PAGES += [
    *((name, "admin") for name in ADMIN_PAGES),
    *((name, "warga") for name in ("devices", "own sanction", "account deletion")),
    *(
        (name, "moderator")
        for name in ("moderation queue", "sanctions of an account", "second factor")
    ),
    ("office recovery", "petugas"),
    *((name, "") for name in ("recovery by mail", "moderation record")),
]
VARIANTS = (("id", "light", 320), ("en", "dark", 1280))
"""Language, color scheme and width in which axe examines a page: each value once."""
WIDTHS = (1280, 390, 320)
OPEN = "document.querySelectorAll('main details').forEach(details => details.open = true)"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(shared_city: Flask) -> dict[str, str]:
    """Return the path of each page by name."""
    with shared_city.app_context(), override_now(CITY_NOW):
        return {
            **demo_pages.resident_pages(),
            **demo_pages.staff_pages(),
            **demo_pages.evaluator_pages(),
            **demo_pages.rarely_visited_pages(),
            **demo_pages.public_pages(),
        }


@pytest.fixture(scope="module")
def tab(chromium: Any, shared_city_url: str, shared_city: Flask) -> Iterator[Callable[[str], Any]]:
    """Return a function that opens a tab signed in as an account, once for each account."""
    tabs: dict[str, Any] = {}

    def open_for(name: str) -> Any:
        if name not in tabs:
            context = chromium.new_context(base_url=shared_city_url, reduced_motion="reduce")
            if name:
                cookie = session_cookie(
                    shared_city, demo_pages.create_device_token(shared_city, name)
                )
                context.add_cookies([{"name": "session", "value": cookie, "url": shared_city_url}])
            tabs[name] = context.new_page()
        return tabs[name]

    yield open_for
    for page in tabs.values():
        page.context.close()


@pytest.fixture
def console_messages(tab: Callable[[str], Any], reader: str) -> Iterator[list[str]]:
    """Collect the errors and warnings in the console of the reader's tab."""
    messages: list[str] = []

    def listen(message: Any) -> None:
        if message.type in {"error", "warning"}:
            messages.append(message.text)

    tab(reader).on("console", listen)
    yield messages
    tab(reader).remove_listener("console", listen)


@pytest.mark.parametrize(("name", "reader"), PAGES)
def test_page_has_no_fault_in_either_language_and_fits_any_width(
    tab, paths, findings, console_messages, name, reader
):
    page, faults = tab(reader), {}
    for language, scheme, width in VARIANTS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        assert page.goto(f"/{language}{paths[name]}").status == 200
        page.evaluate(OPEN)
        if language_faults := findings(page) + list(excess_widths(page)):
            faults[language] = language_faults
    assert (faults, console_messages) == ({}, [])


def excess_widths(page: Any) -> Iterator[str]:
    """Yield by how much a page is wider than each of the screens."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if (excess := page.evaluate(TOO_WIDE)) > 0:
            yield f"{excess} pixels too wide at {width}"
