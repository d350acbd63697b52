"""Test how much a newcomer on a phone and an officer have to tap and read to reach their goal."""

from typing import Any

import pytest

from deliberate.clock import override_now
from deliberate.commands.demo_city.events import PASSPHRASE
from tests import demo_pages
from tests.in_browser.navigation import follow
from tests.sample_city import CITY_NOW

pytestmark = pytest.mark.browser

MAX_TAPS, MAX_WORDS = 10, 700
MAX_OFFICER_CLICKS = 3
REASON = "Ibu saya menunggu berdiri setiap pagi."
FIRST_PROPOSAL = "main a[href*='/proposals/']:not([href*='new']):not([href*='#'])"
WORDS_BETWEEN = """([top, bottom]) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = new Range()
  let words = 0
  while (texts.nextNode()) {
    const text = texts.currentNode
    range.selectNodeContents(text)
    const box = range.getBoundingClientRect(), y = box.top + scrollY
    const isSeen = box.width > 1 && text.parentElement.checkVisibility()
    const isPassed = isSeen && y >= top && y < bottom
    if (isPassed) words += (text.data.match(/[\\p{L}\\p{N}]+/gu) || []).length
  }
  return words
}"""


class Effort:
    """Taps on a page, and the words that lie between the top of each page and the last tap."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.taps: list[str] = []
        self.words: dict[str, int] = {}
        self._lowest = 0.0

    def open(self, path: str) -> None:
        """Open the page to start from, which is no tap."""
        self.page.goto(path)
        self._arrive()

    def tap(self, target: Any) -> Any:
        """Count a tap on a control and return the control."""
        locator = self.page.locator(target).first if isinstance(target, str) else target
        box = locator.bounding_box()
        assert box is not None, target
        self._lowest = max(self._lowest, box["y"] + box["height"] + self._scrolled())
        self.taps.append(locator.evaluate("control => control.name || control.textContent.trim()"))
        return locator

    def write(self, name: str, text: str) -> None:
        """Tap on a field and write in it."""
        self.tap(f"main [name={name}]").fill(text)

    def follow(self, target: Any) -> None:
        """Tap on what leads to another page."""
        locator = self.tap(target)
        self._leave()
        follow(self.page, locator)
        self._arrive()

    def jump(self, target: str) -> None:
        """Tap on a link to a field of the same page, which puts the cursor into it."""
        locator = self.tap(target)
        self._leave()
        locator.click()
        self.page.wait_for_selector("main :focus")
        self._arrive()

    def _scrolled(self) -> float:
        return float(self.page.evaluate("scrollY"))

    def _arrive(self) -> None:
        self._top = self._lowest = self._scrolled()
        self._path = self.page.url.partition("://")[2].partition("/")[2]

    def _leave(self) -> None:
        count = self.page.evaluate(WORDS_BETWEEN, [self._top, self._lowest])
        self.words[f"{len(self.words)} {self._path}"] = count


@pytest.fixture
def effort(chromium: Any, city_url: str) -> Any:
    """Yield the effort on a phone that was never here, without JavaScript."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
        reduced_motion="reduce",
        base_url=city_url,
    )
    yield Effort(context.new_page())
    context.close()


def test_newcomer_posts_an_argument_from_home_with_ten_taps_past_seven_hundred_words(effort):
    effort.open("/id/")
    effort.follow(FIRST_PROPOSAL)
    effort.jump(".action-bar a")
    effort.page.keyboard.insert_text(REASON)
    effort.tap("#comment-form label:has([value=for])").click()
    effort.follow("#comment-form button:not([name])")
    effort.write("sign_in_name", "tetangga")
    effort.write("display_name", "Tetangga Baru")
    effort.write("passphrase", "rumput basah di lapangan")
    effort.tap("main [name=terms]").check()
    effort.follow("form[action$='/join'] button")
    effort.follow("main form button.button")
    assert REASON in effort.page.inner_text("main")
    assert "/proposals/" in effort.page.url
    assert len(effort.taps) <= MAX_TAPS, effort.taps
    assert sum(effort.words.values()) <= MAX_WORDS, effort.words


def test_officer_is_three_clicks_from_signing_in_to_the_form_for_the_answer(effort, city_copy):
    with city_copy.app_context(), override_now(CITY_NOW):
        case = demo_pages.get_waiting_case()
    effort.page.set_viewport_size({"width": 1280, "height": 800})
    effort.open("/id/sign-in")
    effort.page.fill("[name=sign_in_name]", "petugas")
    effort.page.fill("[name=passphrase]", PASSPHRASE)
    effort.follow("main form button.button")
    effort.follow(f"main a[href$='/desk/proposals/{case.id}']")
    effort.follow(f"main a[href$='/desk/proposals/{case.id}/response']")
    assert effort.page.locator("main textarea[name=body]").count() == 1
    assert len(effort.taps) <= MAX_OFFICER_CLICKS, effort.taps
