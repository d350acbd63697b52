"""Test what a person with a small telephone, a keyboard or a printer meets on the pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from deliberate.citivoice import load_framework
from deliberate.clock import override_now
from deliberate.database import db, unrecorded
from deliberate.models import Comment, Option, Person, Poll, Proposal
from tests import demo_pages
from tests.in_browser.navigation import follow
from tests.live_server import session_cookie
from tests.sample_city import CITY_NOW

pytestmark = pytest.mark.browser

NAMES = ("Al", "Muhammad Syarifuddin Al-Banjari Kusumo W")
"""A name of two letters and one of forty."""
PHONES = (320, 360, 390, 412)
HEIGHT = 844
OPEN_MENUS = "document.querySelectorAll('details').forEach(details => details.open = true)"
OUTSIDE = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(element => element.checkVisibility() && !element.matches('.skip-link, [type=hidden]'))
  .filter(element => !element.closest('.table-scroll, .segments'))
  .map(element => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.left < 0 || box.right > innerWidth + 0.5))
  .map(([html]) => html)"""
COVERED = """() => {
  const stop = document.activeElement, box = stop.getBoundingClientRect()
  if (stop === document.body || box.height > 400) return ''
  const bars = [...document.querySelectorAll('body *')].filter(element =>
    ['fixed', 'sticky'].includes(getComputedStyle(element).position) && !element.contains(stop))
  const isCovered = bars.map(bar => bar.getBoundingClientRect()).some(bar => bar.height
    && bar.left < box.right && bar.right > box.left
    && box.bottom > bar.top + 1 && box.top < bar.bottom - 1)
  return isCovered ? stop.outerHTML.slice(0, 80) : ''
}"""
UNMARKED = """starts => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = []
  while (texts.nextNode()) {
    const text = texts.currentNode, words = text.data.replace(/\\s+/g, ' ')
    const start = starts.find(start => words.includes(start))
    if (start && text.parentElement.closest('[lang]').lang !== 'id') found.push(start)
  }
  return found
}"""
"""The beginnings of Indonesian texts that a page shows as if they were of its own language."""
LABELS = """() => [...document.querySelectorAll('a[aria-label], button[aria-label]')]
  .filter(element => !element.getAttribute('aria-label').toLowerCase()
    .includes(element.innerText.trim().replace(/\\s+/g, ' ').toLowerCase()))
  .map(element => element.outerHTML.slice(0, 100))"""
ENGLISH_DECIMAL = re.compile(r"(?<![\d.:/])\d+\.\d{1,2}(?![\d.:])")
"""A number such as 15.8, not 15.800."""


@pytest.fixture
def phone(chromium: Any, city_copy: Flask, city_url: str) -> Iterator[Any]:
    """Yield a page of a phone on which the demo's resident is signed in."""
    token = demo_pages.create_device_token(city_copy, "warga")
    context = chromium.new_context(
        base_url=city_url, viewport={"width": 390, "height": HEIGHT}, reduced_motion="reduce"
    )
    cookie = {"name": "session", "value": session_cookie(city_copy, token), "url": city_url}
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


@pytest.fixture
def paths(city_copy: Flask) -> dict[str, str]:
    """Return the path of each page for residents by name."""
    with city_copy.app_context(), override_now(CITY_NOW):
        return {**demo_pages.resident_pages(), **demo_pages.public_pages()}


@pytest.fixture
def starts(city_copy: Flask) -> list[str]:
    """Return how each text of a person in Indonesian begins; other texts are too short to tell."""
    queries = [
        *(
            select(column).where(Proposal.language == "id")
            for column in (Proposal.title, Proposal.body)
        ),
        select(Comment.body).where(Comment.language == "id"),
        select(Poll.question).where(Poll.language == "id"),
        select(Option.label).join(Poll).where(Poll.language == "id"),
    ]
    with city_copy.app_context():
        texts = [text for query in queries for text in db.session.scalars(query)]
    return sorted({start for text in texts if len(start := text[:30].split("\n")[0]) > 20})


@pytest.mark.parametrize("name", NAMES)
def test_nothing_interactive_is_outside_a_phone_with_a_name_of_any_length(
    phone, paths, city_copy, name
):
    with city_copy.app_context(), unrecorded("a name for a test") as session:
        session.get(Person, demo_pages.get_account("warga").id).display_name = name
    outside = {}
    for page in paths:
        phone.set_viewport_size({"width": PHONES[0], "height": HEIGHT})
        phone.goto(f"/id{paths[page]}")
        phone.evaluate(OPEN_MENUS)
        for width in PHONES:
            phone.set_viewport_size({"width": width, "height": HEIGHT})
            if elements := phone.evaluate(OUTSIDE):
                outside[page, width] = elements
    assert outside == {}


@pytest.mark.parametrize("page", ["home", "list", "map", "process", "proposal", "open poll"])
def test_nothing_that_stays_on_the_screen_covers_a_focus_stop(phone, paths, page):
    phone.goto(f"/id{paths[page]}")
    covered = []
    for _stop in range(75):
        phone.keyboard.press("Tab")
        covered.append(phone.evaluate(COVERED))
    assert [stop for stop in covered if stop] == []


def test_first_result_of_a_search_from_the_home_page_is_on_the_first_screen(phone):
    phone.goto("/id/")
    phone.fill("main input[type=search]", "air")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**q=air**")
    box = phone.locator("main ol h3 a, main ol h2 a").first.bounding_box()
    assert box["y"] + box["height"] <= HEIGHT
    assert re.search(r"\d+ usulan", phone.locator("main header").inner_text())


def test_published_assessment_is_read_in_three_screens_before_details(phone):
    phone.goto("/id/scores/kipp-1a/assessments")
    assert phone.locator("main details").count() >= len(load_framework()["criteria"])
    assert phone.evaluate("document.querySelector('main').getBoundingClientRect().bottom") <= (
        3 * HEIGHT
    )


def test_every_text_of_a_person_names_its_language(phone, paths, starts):
    unmarked = {}
    for page, path in paths.items():
        phone.goto(f"/en{path}", wait_until="domcontentloaded")
        if texts := phone.evaluate(UNMARKED, starts):
            unmarked[page] = texts
    assert unmarked == {}


def test_labels_contain_what_is_seen(phone, paths):
    for page in ("proposal", "open poll"):
        phone.goto(f"/en{paths[page]}")
        assert phone.evaluate(LABELS) == []
    phone.goto(f"/en/log{paths['proposal'].split('-')[0]}")
    assert phone.evaluate(LABELS) == []


def test_numbers_have_a_decimal_comma_in_indonesian(phone, paths):
    for page in ("home", "process", "scoreboard", "indicator", "responses", "closed poll"):
        phone.goto(f"/id{paths[page]}")
        phone.evaluate(OPEN_MENUS)
        text = phone.locator("main").inner_text()
        without_times = re.sub(r"(pukul |, )\d\d\.\d\d|[A-Z]{2}\d\.\d|rumus \d\.\d", " ", text)
        assert (page, ENGLISH_DECIMAL.findall(without_times)) == (page, [])


def test_print_has_every_reply_and_no_control(phone, paths, city_copy):
    number = int(re.search(r"\d+", paths["proposal"]).group())
    with city_copy.app_context():
        shown = select(Comment.id).where(Comment.proposal_id == number)
        ids = set(db.session.scalars(shown))
    phone.goto(f"/id{paths['proposal']}")
    follow(phone, "text=untuk dicetak")
    phone.emulate_media(media="print")
    printed = phone.locator(".thread > [id]").evaluate_all("all => all.map(item => item.id)")
    assert {int(name[1:]) for name in printed} == ids
    controls = "button, .button, select, textarea, .comment-actions, .link-button"
    assert (
        phone.locator(controls).evaluate_all(
            "all => all.filter(item => item.checkVisibility()).map(item => item.outerHTML)"
        )
        == []
    )
