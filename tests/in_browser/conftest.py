"""Fixtures for browser tests: servers of the sample city, and the faults that axe finds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.live_server import run_server

RUN_AXE = "() => axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)"


@pytest.fixture(scope="session")
def shared_city_url(shared_city: Flask) -> Iterator[str]:
    """Serve the shared sample city, which no test changes, and return its URL."""
    with run_server(shared_city) as url:
        yield url


@pytest.fixture
def city_url(city_copy: Flask) -> Iterator[str]:
    """Serve a copy of the sample city for one test and return its URL."""
    with run_server(city_copy) as url:
        yield url


@pytest.fixture(scope="session")
def findings() -> Callable[[Any], list[str]]:
    """Return a function that lists the violations of all axe rules on a page."""
    import axe_playwright_python

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    script = axe.read_text(encoding="utf-8")

    def find(page: Any) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(script)
        return [f"{v['id']}: {v['nodes'][0]['target']}" for v in page.evaluate(RUN_AXE)]

    return find
