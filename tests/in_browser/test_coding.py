"""Test the coding of a sample by keyboard alone, without JavaScript."""

from typing import Any

import pytest

from tests import demo_pages
from tests.live_server import session_cookie

pytestmark = pytest.mark.browser
UNCODED_SAMPLE = 2
"""Id of the sample whose second coder has not begun."""


@pytest.fixture
def keyboard(chromium: Any, city_url: str, city_copy: Any) -> Any:
    """Open a tab of the researcher without JavaScript."""
    context = chromium.new_context(java_script_enabled=False, base_url=city_url)
    cookie = session_cookie(city_copy, demo_pages.create_device_token(city_copy, "peneliti"))
    context.add_cookies([{"name": "session", "value": cookie, "url": city_url}])
    yield context.new_page()
    context.close()


def test_sample_is_coded_with_arrow_keys_and_enter(keyboard):
    keyboard.goto(f"/id/desk/coding/{UNCODED_SAMPLE}/1")
    for _ in range(2):
        keyboard.keyboard.press("ArrowDown")
    with keyboard.expect_navigation():
        keyboard.keyboard.press("Enter")
    assert keyboard.url.endswith(f"/desk/coding/{UNCODED_SAMPLE}/2")
    keyboard.goto(f"/id/desk/coding/{UNCODED_SAMPLE}")
    assert keyboard.locator("table td").inner_text() == "2"
