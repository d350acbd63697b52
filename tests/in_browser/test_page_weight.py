"""Test what a phone has to download for a proposal with twenty arguments."""

from urllib.parse import urlsplit

import pytest

from deliberate.clock import override_now
from tests import demo_pages
from tests.sample_city import CITY_NOW

pytestmark = pytest.mark.browser


@pytest.fixture(params=["proposal", "answered proposal"])
def proposal(shared_city, request):
    """Return the path of the most discussed proposal, and of one with a response."""
    with shared_city.app_context(), override_now(CITY_NOW):
        path = demo_pages.public_pages()[request.param]
    location = shared_city.test_client().get(f"/id{path}").location
    return location.removeprefix("/id") if location else path


def test_proposal_page_stays_within_its_weight_budget(chromium, shared_city_url, proposal):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=shared_city_url)
    page = context.new_page()
    cdp_session = context.new_cdp_session(page)
    cdp_session.send("Network.enable")
    bytes_by_request, urls, pictures = {}, [], set()
    cdp_session.on("Network.requestWillBeSent", lambda e: urls.append(e["request"]["url"]))
    cdp_session.on(
        "Network.responseReceived",
        lambda e: pictures.add(e["requestId"]) if e["response"]["mimeType"] == "image/webp" else 0,
    )
    cdp_session.on(
        "Network.loadingFinished",
        lambda e: bytes_by_request.__setitem__(e["requestId"], e["encodedDataLength"]),
    )
    page.goto(f"/id{proposal}", wait_until="networkidle")
    nodes = page.evaluate("document.querySelectorAll('*').length")
    context.close()
    assert {urlsplit(url).netloc for url in urls} == {urlsplit(shared_city_url).netloc}
    assert len(urls) - len(pictures) <= 5, urls  # page, sheet, script, icons, favicon
    assert len(bytes_by_request) == len(urls)
    assert sum(bytes_by_request.values()) <= 150_000, bytes_by_request
    shown_without = [size for key, size in bytes_by_request.items() if key not in pictures]
    assert sum(shown_without) <= 30_000, bytes_by_request  # 40,000 are allowed
    assert nodes <= 2_200
