"""Every page of the sample city, for every eye: axe finds nothing, nothing hangs over the edge."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from deliberate.clock import override_now
from tests import demo_pages
from tests.live_server import CITY_NOW, session_cookie

pytestmark = pytest.mark.browser

SIGNED_OUT = [
    "home",
    "process",
    "list",
    "proposal",
    "response",
    "scoreboard",
    "one of the two numbers",
    "measure",
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
RESIDENTS = ["account", "check page", "proposal", "open poll", "second factor"]
OFFICERS = ["desk", "case", "response form"]
EVALUATORS = [
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
    *((name, "") for name in SIGNED_OUT),
    *((name, "warga") for name in RESIDENTS),
    *((name, "petugas") for name in OFFICERS),
    *((name, "penilai") for name in EVALUATORS),
]
ADMINS = [
    "roles",
    "role of one",
    "standing of one",
    "limit of one",
    "institutions",
    "institution",
    "processes to set up",
    "new process",
    "words of a process",
    "check of a process",
    "days off",
    "phase",
    "calendar",
    "rules",
    "residents",
]
SELDOM = [
    *((name, "admin") for name in ADMINS),
    *((name, "warga") for name in ("devices", "my limit", "erasing")),
    *((name, "moderator") for name in ("moderators' desk", "limit of one", "second factor")),
    ("coming back", "petugas"),
    *((name, "") for name in ("recovery by mail", "moderation record")),
]
"""Pages that few come by: looked at narrow by day in one language, wide by night in the other."""
LOOKS = (("id", "light", 320), ("en", "dark", 1280))
WIDTHS = (1280, 390, 320)
OPEN = "document.querySelectorAll('main details').forEach(details => details.open = true)"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(old_city: Flask) -> dict[str, str]:
    """Where each page is."""
    with old_city.app_context(), override_now(CITY_NOW):
        return {
            **demo_pages.resident_pages(),
            **demo_pages.staff_pages(),
            **demo_pages.evaluator_pages(),
            **demo_pages.rarely_visited_pages(),
            **demo_pages.public_pages(),
        }


@pytest.fixture(scope="module")
def tab(chromium: Any, old_town: str, old_city: Flask) -> Iterator[Callable[[str], Any]]:
    """A tab in which somebody is signed in; each is opened once."""
    opened: dict[str, Any] = {}

    def open_for(name: str) -> Any:
        if name not in opened:
            context = chromium.new_context(base_url=old_town, reduced_motion="reduce")
            if name:
                cookie = session_cookie(old_city, demo_pages.create_device_token(old_city, name))
                context.add_cookies([{"name": "session", "value": cookie, "url": old_town}])
            opened[name] = context.new_page()
        return opened[name]

    yield open_for
    for page in opened.values():
        page.context.close()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("name", "reader"), PAGES)
def test_axe_finds_no_fault_at_any_width_and_color_scheme(
    tab, paths, findings, name, reader, language
):
    page = tab(reader)
    said: list[str] = []

    def listen(message: Any) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", listen)
    assert page.goto(f"/{language}{paths[name]}").status == 200
    page.evaluate(OPEN)
    wrong: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            if found := all_found(page, findings):
                wrong[f"{scheme} {width}"] = found
    page.remove_listener("console", listen)
    assert (wrong, said) == ({}, [])


def all_found(page: Any, findings: Callable[[Any], list[str]]) -> list[str]:
    """What axe says of a page, and what hangs over its edge."""
    found = findings(page)
    if (over := page.evaluate(TOO_WIDE)) > 0:
        found.append(f"hangs {over} pixels over the edge")
    return found


@pytest.mark.parametrize(("name", "reader"), SELDOM)
def test_axe_finds_no_fault_on_rarely_visited_pages(tab, paths, findings, name, reader):
    page, wrong = tab(reader), {}
    for language, scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        assert page.goto(f"/{language}{paths[name]}").status == 200
        page.evaluate(OPEN)
        if found := all_found(page, findings):
            wrong[language] = found
    assert wrong == {}
