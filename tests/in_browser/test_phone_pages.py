"""Test what a person with a small telephone, a keyboard or a printer meets on the pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from deliberate.clock import override_now
from deliberate.database import db, unrecorded
from deliberate.models import Comment, Person
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
  const bar = document.querySelector('.action-bar').getBoundingClientRect()
  const stop = document.activeElement, box = stop.getBoundingClientRect()
  if (stop === document.body || stop.closest('.action-bar')) return ''
  const isCovered = bar.height && box.height < 400 && box.bottom > bar.top + 1
  return isCovered ? stop.outerHTML.slice(0, 80) : ""
}"""
UNMARKED = """() => [...document.querySelectorAll('.comment .prose, .argument > p:not(.hint)')]
  .filter(text => !text.closest('[lang]:not(html)') && !text.querySelector('[lang]'))
  .map(text => text.textContent.slice(0, 60))"""
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
    """Return the path of each public page by name."""
    with city_copy.app_context(), override_now(CITY_NOW):
        return demo_pages.public_pages()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_interactive_is_outside_a_phone_with_a_name_of_any_length(
    phone, paths, city_copy, name
):
    with city_copy.app_context(), unrecorded("a name for a test") as session:
        session.get(Person, demo_pages.get_account("warga").id).display_name = name
    outside = {}
    for page in ("home", "process", "proposal", "open poll", "list"):
        phone.goto(f"/id{paths[page]}")
        phone.evaluate(OPEN_MENUS)
        for width in PHONES:
            phone.set_viewport_size({"width": width, "height": HEIGHT})
            if elements := phone.evaluate(OUTSIDE):
                outside[page, width] = elements
    assert outside == {}


def test_action_bar_covers_no_focus_stop(phone, paths):
    phone.goto(f"/id{paths['proposal']}")
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


def test_texts_of_people_name_their_language_and_labels_contain_what_is_seen(phone, paths):
    for page in ("proposal", "open poll"):
        phone.goto(f"/en{paths[page]}")
        assert phone.evaluate(UNMARKED) == []
        assert phone.evaluate(LABELS) == []
    assert phone.locator("h1").get_attribute("lang") == "id"
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
