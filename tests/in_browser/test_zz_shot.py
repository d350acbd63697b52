from tests.in_browser.test_look import *  # noqa
import pytest


@pytest.mark.browser
@pytest.mark.parametrize(("w", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "id")])
def test_shot(tab, paths, w, scheme, lang):
    page = tab("")
    page.set_viewport_size({"width": w, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/{lang}{paths['scoreboard']}")
    page.screenshot(path=f"/tmp/lg_board_{w}.png", full_page=True)
    for n in ("talk", "moved"):
        page.locator(f"section[aria-labelledby={n}]").screenshot(path=f"/tmp/lg_{n}_{w}.png")
    print(len(page.content()))
