"""A real browser, where the machine has one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from flask import Flask

from tests.live import serving

CHROMIUM = "/usr/bin/chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RUN = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
sync_api = pytest.importorskip("playwright.sync_api", reason="a browser: install playwright")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a worker."""
    if not Path(CHROMIUM).exists():
        pytest.skip("a browser: install Debian's chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def old_town(old_city: Flask) -> Iterator[str]:
    """The address of the sample city that everybody reads and nobody changes."""
    with serving(old_city) as address:
        yield address


@pytest.fixture
def town(own_city: Flask) -> Iterator[str]:
    """The address of a sample city of one's own."""
    with serving(own_city) as address:
        yield address


@pytest.fixture(scope="session")
def findings() -> Callable[[Any], list[str]]:
    """What axe has to say of a page, all its rules asked."""
    script = AXE.read_text(encoding="utf-8")

    def found(page: Any) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(script)
        return [f"{v['id']}: {v['nodes'][0]['target']}" for v in page.evaluate(RUN)]

    return found
