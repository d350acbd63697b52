"""Towns for the browser of tests/live_server.py, and what axe says of a page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from flask import Flask

from tests.live_server import run_server

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RUN = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


@pytest.fixture(scope="session")
def old_town(old_city: Flask) -> Iterator[str]:
    """The address of the sample city that everybody reads and nobody changes."""
    with run_server(old_city) as address:
        yield address


@pytest.fixture
def town(own_city: Flask) -> Iterator[str]:
    """The address of a sample city of one's own."""
    with run_server(own_city) as address:
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
