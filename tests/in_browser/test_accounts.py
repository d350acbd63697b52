"""Pages of accounts in a real browser: what axe finds, and that leaving takes the drafts along."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from deliberate.models import Person
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import office_recovery as office_recovery_operations
from deliberate.vocabulary import Proof, Role
from tests import factories
from tests.live_server import serving

pytestmark = pytest.mark.browser
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('draft:'))"


@pytest.fixture
def house(sqlite_house: Callable[[], Flask]) -> Iterator[Flask]:
    app = sqlite_house()
    with app.app_context():
        yield app


@pytest.fixture
def page_as(chromium: Any, house: Flask) -> Iterator[Callable[[Person], Any]]:
    """A page in which somebody is signed in."""
    signer: Any = house.session_interface.get_signing_serializer(house)  # type: ignore[attr-defined]
    contexts = []
    with serving(house) as address:

        def opened(person: Person) -> Any:
            context = chromium.new_context(
                viewport={"width": 390, "height": 844}, base_url=address, color_scheme="light"
            )
            kept = signer.dumps({"_user_id": account_operations.sign_in(person), "_fresh": True})
            context.add_cookies([{"name": "session", "value": kept, "url": address}])
            contexts.append(context)
            return context.new_page()

        yield opened
        for context in contexts:
            context.close()


def test_axe_finds_nothing_on_pages_of_standing_and_ways_back(house, page_as, findings):
    office, resident = factories.an_institution("desa"), factories.resident()
    admin, officers = (
        factories.staff(role=Role.ADMIN),
        [factories.staff(office), factories.staff(office)],
    )
    begun = office_recovery_operations.begin_recovery(officers[0], resident, Proof.DOCUMENT)
    visits = {
        resident: ["/id/verify", "/en/account/recovery"],
        admin: ["/id/desk/residents", f"/en/desk/people/{officers[0].id}/standing"],
        officers[1]: [
            f"/id/desk/recovery/{begun.id}",
            f"/en/desk/recovery?q={resident.sign_in_name}",
        ],
    }
    found = {}
    for person, addresses in visits.items():
        page = page_as(person)
        for address in addresses:
            page.goto(address)
            found[address] = findings(page)
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wide), address
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_signing_out_takes_the_drafts_of_this_browser_along(house, page_as):
    proposal, page = factories.a_proposal(), page_as(factories.resident())
    page.goto(f"/id/proposals/{proposal.id}")
    page.locator("textarea[name=body]").first.fill("Sebuah alasan yang belum selesai.")
    page.wait_for_timeout(700)  # a draft is kept when the typing rests
    assert len(page.evaluate(KEPT)) == 1
    page.locator("details.menu summary").click()
    page.locator("form[data-forget] button").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate(KEPT) == []


def test_another_account_in_the_same_browser_sees_no_draft_and_it_is_gone(house, page_as):
    proposal, first, second = factories.a_proposal(), factories.resident(), factories.resident()
    page, address = page_as(first), f"/id/proposals/{proposal.id}"
    page.goto(address)
    field = page.locator("textarea[name=body]").first
    field.fill("Sebuah alasan yang belum selesai.")
    page.wait_for_timeout(700)
    page.goto(address)
    assert field.input_value().startswith("Sebuah alasan")
    kept = page.context.cookies()
    page.context.clear_cookies()  # the session ends without signing out
    page.goto(address)
    assert (field.input_value(), len(page.evaluate(KEPT))) == ("", 1)
    signer = house.session_interface.get_signing_serializer(house)
    token = signer.dumps({"_user_id": account_operations.sign_in(second), "_fresh": True})
    page.context.add_cookies([{**kept[0], "value": token}])
    page.goto(address)
    assert (field.input_value(), page.evaluate(KEPT)) == ("", [])
