"""Pages of accounts in a real browser: what axe finds, and that leaving takes the drafts along."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from deliberate.models import Person
from deliberate.operations.accounts import office_recovery as office_recovery_operations
from deliberate.operations.accounts.devices import sign_in
from deliberate.vocabulary import IdentityProof, Role
from tests import factories
from tests.live_server import run_server

pytestmark = pytest.mark.browser
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('draft:'))"


@pytest.fixture
def house(make_sqlite_app: Callable[[], Flask]) -> Iterator[Flask]:
    app = make_sqlite_app()
    with app.app_context():
        yield app


@pytest.fixture
def page_as(chromium: Any, house: Flask) -> Iterator[Callable[[Person], Any]]:
    """A page in which somebody is signed in."""
    signer: Any = house.session_interface.get_signing_serializer(house)  # type: ignore[attr-defined]
    contexts = []
    with run_server(house) as address:

        def opened(person: Person) -> Any:
            context = chromium.new_context(
                viewport={"width": 390, "height": 844}, base_url=address, color_scheme="light"
            )
            kept = signer.dumps({"_user_id": sign_in(person), "_fresh": True})
            context.add_cookies([{"name": "session", "value": kept, "url": address}])
            contexts.append(context)
            return context.new_page()

        yield opened
        for context in contexts:
            context.close()


def test_axe_finds_no_fault_on_verification_and_recovery_pages(house, page_as, findings):
    office, resident = factories.create_institution("desa"), factories.create_resident()
    admin, officers = (
        factories.create_staff(role=Role.ADMIN),
        [factories.create_staff(office), factories.create_staff(office)],
    )
    begun = office_recovery_operations.begin_recovery(officers[0], resident, IdentityProof.DOCUMENT)
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


def test_sign_out_removes_the_drafts_of_this_browser(house, page_as):
    proposal, page = factories.create_proposal(), page_as(factories.create_resident())
    page.goto(f"/id/proposals/{proposal.id}")
    page.locator("textarea[name=body]").first.fill("Sebuah alasan yang belum selesai.")
    page.wait_for_timeout(700)  # a draft is kept when the typing rests
    assert len(page.evaluate(KEPT)) == 1
    page.locator("details.account-menu summary").click()
    page.locator("form[data-forget] button").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate(KEPT) == []


def test_drafts_of_this_browser_are_removed_for_another_account(house, page_as):
    proposal, first, second = (
        factories.create_proposal(),
        factories.create_resident(),
        factories.create_resident(),
    )
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
    token = signer.dumps({"_user_id": sign_in(second), "_fresh": True})
    page.context.add_cookies([{**kept[0], "value": token}])
    page.goto(address)
    assert (field.input_value(), page.evaluate(KEPT)) == ("", [])
