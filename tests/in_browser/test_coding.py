"""A sample is coded by keyboard alone, without a script."""

from typing import Any

import pytest

from tests import demo_pages
from tests.live_server import session_cookie

pytestmark = pytest.mark.browser
WAITING = 2
"""The city's sample whose second coder has not begun."""


@pytest.fixture
def keyboard(chromium: Any, town: str, own_city: Any) -> Any:
    """The researcher's tab, which runs no script."""
    context = chromium.new_context(java_script_enabled=False, base_url=town)
    cookie = session_cookie(own_city, demo_pages.create_device_token(own_city, "peneliti"))
    context.add_cookies([{"name": "session", "value": cookie, "url": town}])
    yield context.new_page()
    context.close()


def test_sample_is_coded_with_arrow_keys_and_enter(keyboard):
    keyboard.goto(f"/id/desk/coding/{WAITING}/1")
    for _ in range(2):
        keyboard.keyboard.press("ArrowDown")
    with keyboard.expect_navigation():
        keyboard.keyboard.press("Enter")
    assert keyboard.url.endswith(f"/desk/coding/{WAITING}/2")
    keyboard.goto(f"/id/desk/coding/{WAITING}")
    assert keyboard.locator("table td").inner_text() == "2"
