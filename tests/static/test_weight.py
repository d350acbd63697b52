"""What every reader has to load stays small enough for a cheap phone on a slow network."""

import gzip
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

STATIC = Path(__file__).parents[2] / "static"
SVG = "{http://www.w3.org/2000/svg}"


def packed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0))


def test_the_sheet_weighs_little() -> None:
    assert (STATIC / "deliberate.css").stat().st_size <= 15_000
    assert packed("deliberate.css") <= 5_000


def test_the_icons_weigh_little() -> None:
    assert (STATIC / "icons.svg").stat().st_size <= 4_000
    assert (STATIC / "favicon.svg").stat().st_size <= 1_000


def test_the_script_weighs_little() -> None:
    assert packed("enhance.js") <= 10_000


def test_the_script_has_no_way_to_write_markup() -> None:
    script = (STATIC / "enhance.js").read_text()
    sinks = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|"
        r"\beval\(|new Function|DOMParser|\.src\s*="
    )
    assert re.findall(sinks, script) == []


@pytest.mark.parametrize("name", ["deliberate.css", "enhance.js", "icons.svg", "favicon.svg"])
def test_nothing_static_calls_another_host(name: str) -> None:
    hosts = set(re.findall(r"(?:https?:)//[\w.-]+", (STATIC / name).read_text()))
    assert hosts <= {"http://www.w3.org"}


def test_each_icon_is_a_square_symbol_in_the_colour_of_its_word() -> None:
    symbols = ElementTree.parse(STATIC / "icons.svg").getroot().findall(f"{SVG}symbol")
    assert {symbol.get("viewBox") for symbol in symbols} == {"0 0 24 24"}
    assert len({symbol.get("id") for symbol in symbols}) == len(symbols)
    assert "fill=" not in (STATIC / "icons.svg").read_text()
