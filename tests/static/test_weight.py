"""Size and content of the static files, which every page loads."""

import gzip
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from deliberate.views.site.static_files import served_content

STATIC = Path(__file__).parents[2] / "static"
SVG = "{http://www.w3.org/2000/svg}"


def packed(name: str) -> int:
    """Return the size of a file as it travels: stylesheets minified, everything gzipped."""
    return len(gzip.compress(served_content(STATIC / name), 9, mtime=0))


def test_stylesheet_is_at_most_10_kb_gzipped() -> None:
    assert packed("deliberate.css") <= 10_000


def test_stylesheet_is_served_minified() -> None:
    sheet = served_content(STATIC / "deliberate.css")
    assert b"\n" not in sheet.strip()
    assert b"/*" not in sheet


def test_icons_are_small() -> None:
    assert (STATIC / "icons.svg").stat().st_size <= 4_000
    assert (STATIC / "favicon.svg").stat().st_size <= 1_000


def test_scripts_of_a_page_are_at_most_10_kb_gzipped() -> None:
    assert packed("enhance.js") + packed("offline.js") <= 10_000


def test_service_worker_is_at_most_5_kb_gzipped() -> None:
    assert packed("worker.js") <= 5_000


@pytest.mark.parametrize("name", ["enhance.js", "offline.js", "worker.js"])
def test_script_writes_no_markup(name: str) -> None:
    script = (STATIC / name).read_text()
    sinks = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|"
        r"\beval\(|new Function|DOMParser|\.src\s*="
    )
    assert re.findall(sinks, script) == []


@pytest.mark.parametrize(
    "name",
    ["deliberate.css", "enhance.js", "offline.js", "worker.js", "icons.svg", "favicon.svg"],
)
def test_static_file_requests_no_other_host(name: str) -> None:
    hosts = set(re.findall(r"(?:https?:)//[\w.-]+", (STATIC / name).read_text()))
    assert hosts <= {"http://www.w3.org"}


def test_icon_is_a_square_symbol_in_the_text_colour() -> None:
    symbols = ElementTree.parse(STATIC / "icons.svg").getroot().findall(f"{SVG}symbol")
    assert {symbol.get("viewBox") for symbol in symbols} == {"0 0 24 24"}
    assert len({symbol.get("id") for symbol in symbols}) == len(symbols)
    assert "fill=" not in (STATIC / "icons.svg").read_text()
