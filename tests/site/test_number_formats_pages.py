"""Numbers and dates on pages are written as the language of the page writes them."""

import re
from html.parser import HTMLParser

import pytest

from deliberate.clock import override_now
from tests import demo_pages
from tests.client import anonymous_client
from tests.sample_city import CITY_NOW

NOT_READ = {"code", "pre", "script", "style", "textarea", "title", "option"}
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
NO_NUMBERS = re.compile(
    r"[A-Z]{2}\d\.\d|(formulas|rumus) \d\.\d|CC BY \d\.\d|(pukul |, )?\b[0-2]\d[.:][0-5]\d\b"
)
"""What has a point without being a decimal: codes, versions, licences and times."""
WRONG = {
    "id": re.compile(r"(?<![\d.])\d+\.\d{1,2}(?![\d.])"),
    "en": re.compile(r"(?<![\d,])\d+,\d{1,2}(?![\d,])"),
}
ISO_DATE = re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b")
PAGES = ("scoreboards", "scoreboard", "indicator", "dimension", "responses", "closed poll")


class TextReader(HTMLParser):
    """A parser that keeps the words of the platform, not those of people or of code."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        if self.skipped or tag in NOT_READ or ("dir", "auto") in attrs:
            self.skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and self.skipped[-1] == tag:
            self.skipped.pop()

    def handle_data(self, data: str) -> None:
        self.text += " " if self.skipped else data


def faults(html: str, language: str) -> list[str]:
    """Return decimals with the separator of another language, and dates meant for machines."""
    reader = TextReader()
    reader.feed(html)
    dates = ISO_DATE.findall(reader.text)
    return dates + WRONG[language].findall(NO_NUMBERS.sub(" ", ISO_DATE.sub(" ", reader.text)))


@pytest.mark.parametrize("language", ["id", "en"])
def test_decimals_and_dates_follow_the_language_of_the_page(shared_city, language):
    with shared_city.app_context(), override_now(CITY_NOW):
        paths = demo_pages.public_pages()
    paths = {name: paths[name] for name in PAGES} | {"all": "/scores/kipp-1a/all"}
    client = anonymous_client(shared_city)
    pages = {name: client.get(f"/{language}{path}") for name, path in paths.items()}
    assert {name for name, page in pages.items() if page.status_code != 200} == set()
    found = {name: faults(page.text, language) for name, page in pages.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("html", "language", "wrong"),
    [
        ("<p>15.8 hari</p>", "id", ["15.8"]),
        ("<p>15,8 hari, pukul 11.00, DQ1.1, 5.061 baris</p>", "id", []),
        ("<p>15,8 days</p>", "en", ["15,8"]),
        ("<p>2026-03-04</p>", "en", ["2026-03-04"]),
        ('<p dir="auto">15.8 <b>15.8</b></p><code>2026-03-04</code>', "id", []),
    ],
)
def test_wrong_numbers_are_found(html, language, wrong):
    assert faults(html, language) == wrong
