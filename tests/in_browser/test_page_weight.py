"""What a cheap phone on a slow network has to fetch for a proposal with twenty arguments."""

from urllib.parse import urlsplit

import pytest

from deliberate.clock import override_now
from tests import demo_pages
from tests.live_server import CITY_NOW

pytestmark = pytest.mark.browser


@pytest.fixture(params=["proposal", "answered proposal"])
def proposal(old_city, request):
    """The proposal most talked about, and one with a response."""
    with old_city.app_context(), override_now(CITY_NOW):
        address = demo_pages.public_pages()[request.param]
    moved = old_city.test_client().get(f"/id{address}").location
    return moved.removeprefix("/id") if moved else address


def test_proposal_page_stays_within_its_weight_budget(chromium, old_town, proposal):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=old_town)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    bytes_of, addresses = {}, []
    wire.on("Network.requestWillBeSent", lambda e: addresses.append(e["request"]["url"]))
    wire.on(
        "Network.loadingFinished",
        lambda e: bytes_of.__setitem__(e["requestId"], e["encodedDataLength"]),
    )
    page.goto(f"/id{proposal}", wait_until="networkidle")
    nodes = page.evaluate("document.querySelectorAll('*').length")
    context.close()
    assert {urlsplit(address).netloc for address in addresses} == {urlsplit(old_town).netloc}
    assert len(addresses) <= 5, addresses
    assert len(bytes_of) == len(addresses)
    assert sum(bytes_of.values()) <= 30_000, bytes_of
    assert nodes <= 1_500
