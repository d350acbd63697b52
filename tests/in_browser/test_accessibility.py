"""Test the accessibility of every page of the sample city with axe, at several widths."""

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
]
RESIDENT_PAGES = ["account", "check page", "proposal", "open poll", "second factor"]
STAFF_PAGES = ["desk", "case", "response form"]
EVALUATOR_PAGES = [
    "assessments",
    "plan",
    "assessment",
    "questions before",
    "context",
    "pledges",
    "practices",
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
    "institution",
    "planned processes",
    "new process",
    "texts of a process",
    "check of a process",
    "days off",
    "phase",
    "calendar",
    "rules",
    "residents",
]
RARELY_VISITED = [
    *((name, "admin") for name in ADMIN_PAGES),
    *((name, "warga") for name in ("devices", "own sanction", "account deletion")),
    *(
        (name, "moderator")
        for name in ("moderation queue", "sanctions of an account", "second factor")
    ),
    ("office recovery", "petugas"),
    *((name, "") for name in ("recovery by mail", "moderation record")),
]
"""Rarely visited pages: tested narrow and light in one language, wide and dark in the other."""
VARIANTS = (("id", "light", 320), ("en", "dark", 1280))
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


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("name", "reader"), PAGES)
def test_axe_finds_no_fault_at_any_width_and_color_scheme(
    tab, paths, findings, name, reader, language
):
    page = tab(reader)
    console_messages: list[str] = []

    def listen(message: Any) -> None:
        if message.type in {"error", "warning"}:
            console_messages.append(message.text)

    page.on("console", listen)
    assert page.goto(f"/{language}{paths[name]}").status == 200
    page.evaluate(OPEN)
    violations: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            if page_violations := all_violations(page, findings):
                violations[f"{scheme} {width}"] = page_violations
    page.remove_listener("console", listen)
    assert (violations, console_messages) == ({}, [])


def all_violations(page: Any, findings: Callable[[Any], list[str]]) -> list[str]:
    """Return the axe violations of a page, and its overflow if it is too wide."""
    violations = findings(page)
    if (overflow := page.evaluate(TOO_WIDE)) > 0:
        violations.append(f"is {overflow} pixels too wide")
    return violations


@pytest.mark.parametrize(("name", "reader"), RARELY_VISITED)
def test_axe_finds_no_fault_on_rarely_visited_pages(tab, paths, findings, name, reader):
    page, violations = tab(reader), {}
    for language, scheme, width in VARIANTS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        assert page.goto(f"/{language}{paths[name]}").status == 200
        page.evaluate(OPEN)
        if page_violations := all_violations(page, findings):
            violations[language] = page_violations
    assert violations == {}
