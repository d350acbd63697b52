"""Test account pages in a real browser: accessibility, and removal of local drafts."""

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
LOCAL_DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('draft:'))"


@pytest.fixture
def sqlite_app(make_sqlite_app: Callable[[], Flask]) -> Iterator[Flask]:
    app = make_sqlite_app()
    with app.app_context():
        yield app


@pytest.fixture
def page_as(chromium: Any, sqlite_app: Flask) -> Iterator[Callable[[Person], Any]]:
    """Return a function that opens a page signed in as a person."""
    signer: Any = sqlite_app.session_interface.get_signing_serializer(sqlite_app)  # type: ignore[attr-defined]  # of Flask's own sessions
    contexts = []
    with run_server(sqlite_app) as server_url:

        def open_page(person: Person) -> Any:
            context = chromium.new_context(
                viewport={"width": 390, "height": 844}, base_url=server_url, color_scheme="light"
            )
            cookie = signer.dumps({"_user_id": sign_in(person), "_fresh": True})
            context.add_cookies([{"name": "session", "value": cookie, "url": server_url}])
            contexts.append(context)
            return context.new_page()

        yield open_page
        for context in contexts:
            context.close()


def test_axe_finds_no_fault_on_verification_and_recovery_pages(sqlite_app, page_as, findings):
    institution, resident = factories.create_institution("desa"), factories.create_resident()
    admin, officers = (
        factories.create_staff(role=Role.ADMIN),
        [factories.create_staff(institution), factories.create_staff(institution)],
    )
    recovery = office_recovery_operations.begin_recovery(
        officers[0], resident, IdentityProof.DOCUMENT
    )
    visits = {
        resident: ["/id/verify", "/en/account/recovery"],
        admin: ["/id/desk/residents", f"/en/desk/people/{officers[0].id}/standing"],
        officers[1]: [
            f"/id/desk/recovery/{recovery.id}",
            f"/en/desk/recovery?q={resident.sign_in_name}",
        ],
    }
    violations = {}
    for person, urls in visits.items():
        page = page_as(person)
        for url in urls:
            page.goto(url)
            violations[url] = findings(page)
            is_too_wide = (
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not page.evaluate(is_too_wide), url
    assert {url: faults for url, faults in violations.items() if faults} == {}


def test_sign_out_removes_the_drafts_of_this_browser(sqlite_app, page_as):
    proposal, page = factories.create_proposal(), page_as(factories.create_resident())
    page.goto(f"/id/proposals/{proposal.id}")
    page.locator("textarea[name=body]").first.fill("Sebuah alasan yang belum selesai.")
    page.wait_for_timeout(700)  # a draft is stored when the typing pauses
    assert len(page.evaluate(LOCAL_DRAFTS)) == 1
    page.locator("details.account-menu summary").click()
    page.locator("form[data-forget] button").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate(LOCAL_DRAFTS) == []


def test_drafts_of_this_browser_are_removed_for_another_account(sqlite_app, page_as):
    proposal, first, second = (
        factories.create_proposal(),
        factories.create_resident(),
        factories.create_resident(),
    )
    page, url = page_as(first), f"/id/proposals/{proposal.id}"
    page.goto(url)
    field = page.locator("textarea[name=body]").first
    field.fill("Sebuah alasan yang belum selesai.")
    page.wait_for_timeout(700)
    page.goto(url)
    assert field.input_value().startswith("Sebuah alasan")
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "session"]
    page.context.clear_cookies()  # the session ends without signing out
    page.goto(url)
    assert (field.input_value(), len(page.evaluate(LOCAL_DRAFTS))) == ("", 1)
    signer = sqlite_app.session_interface.get_signing_serializer(sqlite_app)
    token = signer.dumps({"_user_id": sign_in(second), "_fresh": True})
    page.context.add_cookies([{**cookie, "value": token}])
    page.goto(url)
    assert (field.input_value(), page.evaluate(LOCAL_DRAFTS)) == ("", [])
