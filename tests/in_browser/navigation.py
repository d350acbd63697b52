"""Follow links and submit forms in a browser, and wait for the page that comes."""

from typing import Any


def follow(page: Any, target: Any) -> None:
    """Click a locator or selector that leads to another page, and wait until that page is loaded.

    A bare click returns before the answer: what is read next may be the old page, and a
    navigation that follows at once would cancel the form.
    """
    locator = page.locator(target).first if isinstance(target, str) else target
    with page.expect_navigation():
        locator.click()
