"""Test reading and writing without a connection: kept pages, and texts that are sent later."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from deliberate import create_app
from deliberate.clock import override_now
from deliberate.commands.startup import migrate_stores
from deliberate.database import db
from deliberate.models import Comment, Interaction, Proposal
from deliberate.operations.accounts import devices
from tests import demo_pages, factories
from tests.chaos.forking_server import ForkingServer, settings_for
from tests.chaos.server import create_content, free_port
from tests.live_server import CHROMIUM_FLAGS, find_chromium
from tests.sample_city import CITY_NOW

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
KEPT_PAGE = "[data-keep][aria-pressed=true]"
KILLS = int(os.environ.get("OUTBOX_KILLS", "5"))
"""How often the server is killed while a text is on its way; `make chaos` sets 20."""
TIMEOUT = 90_000
"""Milliseconds for a step: a browser starts its worker slowly on a busy machine."""
Open = Callable[..., Any]


def lasting_session(app: Flask, token: str) -> str:
    """Return the session cookie of a device that stays signed in when the browser is closed."""
    with app.app_context():  # the keys are those of its installation
        serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the interface of Flask signs
    return str(serializer.dumps({"_user_id": token, "_fresh": True, "_permanent": True}))


def add_session(context: Any, app: Flask, url: str, account: str) -> None:
    """Sign a browser in as an account of the demo."""
    token = demo_pages.create_device_token(app, account)
    cookie = {"name": "session", "value": lasting_session(app, token), "url": url}
    context.add_cookies([{**cookie, "expires": time.time() + 86400}])


@pytest.fixture
def open_phone(chromium: Any, city_url: str, tmp_path: Any) -> Iterator[Open]:
    """Return a function that opens the browser of one phone, which keeps what it stored."""
    kind = chromium.browser_type
    contexts = []

    def open_browser() -> Any:
        context = kind.launch_persistent_context(
            str(tmp_path / "phone"),
            executable_path=find_chromium(kind.executable_path),
            args=CHROMIUM_FLAGS,
            base_url=city_url,
            viewport=PHONE,
        )
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        return context

    yield open_browser
    contexts[-1].close()


@pytest.fixture
def phone(open_phone: Open, city_copy: Flask, city_url: str) -> Any:
    """Return the first page of a phone on which the demo's resident is signed in."""
    context = open_phone()
    add_session(context, city_copy, city_url, "warga")
    return context.pages[0]


@pytest.fixture
def open_proposals(city_copy: Flask) -> list[str]:
    """Return the paths of three proposals of others on which arguments can be posted."""
    with city_copy.app_context(), override_now(CITY_NOW):
        discussed_id = re.search(r"\d+", demo_pages.public_pages()["proposal"])[0]
        process_id = db.session.get_one(Proposal, int(discussed_id)).process_id
        shown = select(Proposal).where(
            Proposal.process_id == process_id,
            Proposal.withdrawn_at.is_(None),
            Proposal.merged_into_id.is_(None),
            Proposal.comment_count > 0,
        )
        rows = [row for row in db.session.scalars(shown) if not row.is_hidden][:3]
        return [f"/id/proposals/{row.id}-{row.slug_for(None)}" for row in rows]


@contextmanager
def disconnected(page: Any) -> Iterator[None]:
    """Run the block without a connection."""
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


def keep(page: Any, path: str) -> None:
    """Open a page and keep it."""
    page.goto(path)
    page.click("[data-keep]")
    page.wait_for_selector("[data-keep]:not([disabled])")
    assert page.locator(KEPT_PAGE).count() == 1, page.locator("[data-keep]").inner_text()


def post_argument(page: Any, text: str) -> None:
    """Fill in the form of a proposal that is open, and send it."""
    page.check("#comment-form input[value=for]")
    page.fill("#comment-form textarea", text)
    with page.expect_navigation():
        page.click("#comment-form button:not([name])")


def comments_like(text: str) -> list[Comment]:
    """Return the comments whose text begins with `text`."""
    return list(db.session.scalars(select(Comment).where(Comment.body.startswith(text))))


def test_three_texts_written_offline_are_sent_once_after_the_browser_was_closed(
    phone, open_phone, open_proposals, city_copy
):
    for path in open_proposals:
        keep(phone, path)
    with disconnected(phone):
        for path in open_proposals:
            phone.goto(path)
            assert "Tidak ada sambungan" in phone.locator("#content > .notice.warning").inner_text()
            post_argument(phone, f"Ditulis tanpa sambungan: {path}\nBaris kedua.")
            assert phone.url.endswith("/id/offline?stored=1")
    phone.context.set_offline(True)
    phone.context.close()
    page = open_phone().pages[0]
    page.goto("/id/")
    page.get_by_text("Terkirim, dengan tanda terima: 3").wait_for()
    page.goto("/id/offline")
    receipts = page.locator("a[data-part=receipt]")
    receipts.first.wait_for()
    paths = receipts.evaluate_all("all => all.map(link => link.pathname)")
    with city_copy.app_context():
        comments = comments_like("Ditulis tanpa sambungan")
        rows = select(Interaction).where(
            Interaction.kind == "comment.posted",
            Interaction.subject_id.in_([comment.id for comment in comments]),
        )
        ids = [row.id for row in db.session.scalars(rows)]
    assert len(comments) == len(ids) == 3
    assert sorted(path.rpartition("/")[2] for path in paths) == sorted(ids)
    for path in paths:
        assert page.goto(path).status == 200


def test_keeping_a_page_copies_nothing_to_the_clipboard(phone, open_proposals):
    phone.goto(open_proposals[0])
    phone.wait_for_selector("[data-keep]")
    assert phone.locator("[data-keep][data-copy]").count() == 0


def test_visitor_keeps_a_page_on_the_first_click(open_phone, open_proposals):
    page = open_phone().pages[0]
    keep(page, open_proposals[0])
    with disconnected(page):
        page.goto(open_proposals[0])
        page.locator("#content > .notice.warning").wait_for()


def test_page_of_the_network_is_shown_while_connected(phone, open_proposals):
    keep(phone, open_proposals[0])
    post_argument(phone, "Terbaru, tidak dari salinan.")
    phone.goto(open_proposals[0])
    assert "Terbaru, tidak dari salinan." in phone.locator("main").inner_text()
    assert phone.locator("html").get_attribute("data-kept") is None


def test_page_that_was_not_kept_is_replaced_by_the_offline_page_in_its_language(phone):
    phone.goto("/en/")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    with disconnected(phone):
        phone.goto("/en/polls")
        assert phone.locator("h1").inner_text() == "Without a connection"
        phone.goto("/id/polls")
        assert phone.locator("html").get_attribute("lang") == "id"
        assert phone.locator("body").get_attribute("data-owner") is None


def test_refused_text_stays_with_its_reason_and_can_be_changed(phone, open_proposals):
    keep(phone, open_proposals[0])
    with disconnected(phone):
        phone.goto(open_proposals[0])
        post_argument(phone, "x" * 4001)
    phone.goto("/id/offline")
    phone.locator(".error-text", has_text="4.000").wait_for()
    phone.fill("[data-part=editor] textarea", "Kini lebih pendek.")
    phone.click("[data-part=editor] button")
    phone.locator("a[data-part=receipt]").wait_for()
    phone.goto(open_proposals[0] + "?order=newest")
    assert "Kini lebih pendek." in phone.locator("main").inner_text()


STORED_FORMS = """() => new Promise((resolve) => {
  const opening = indexedDB.open('outbox', 1);
  opening.onsuccess = () => {
    const rows = opening.result.transaction('forms').objectStore('forms').getAll();
    rows.onsuccess = () => { opening.result.close(); resolve(rows.result); };
  };
})"""
CACHED_PATHS = """async () => {
  const cache = await caches.open('kept-pages');
  return (await cache.keys()).map((request) => new URL(request.url).pathname);
}"""


ASK_WORKER = """async (request) => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const done = new Promise((resolve) => { port1.onmessage = resolve; });
  active.postMessage(request, [port2]);
  await done;
}"""


def send_from_elsewhere(phone: Any, form: dict[str, Any]) -> None:
    """Send a form of the outbox as its worker does, so that the browser never hears the answer."""
    page = phone.context.request.get("/id/offline").text()
    token = re.search(r'name="csrf_token" value="([^"]*)"', page)[1]
    fields = {**dict(form["fields"]), "form_key": form["key"], "csrf_token": token}
    assert phone.context.request.post(form["path"], form=fields).ok


def test_text_that_was_changed_after_it_arrived_offers_both_versions(
    phone, open_proposals, city_copy, city_url
):
    keep(phone, open_proposals[0])
    with disconnected(phone):
        phone.goto(open_proposals[0])
        post_argument(phone, "Versi pertama.")
        (form,) = phone.evaluate(STORED_FORMS)
        send_from_elsewhere(phone, form)
        phone.evaluate(ASK_WORKER, {"do": "edit", "key": form["key"], "body": "Versi kedua."})
    phone.goto("/id/offline")
    phone.locator(".error-text", has_text="Versi yang Anda kirim lebih dulu").wait_for()
    assert phone.locator("textarea").input_value() == "Versi kedua."
    with city_copy.app_context():
        assert [len(comments_like(f"Versi {name}.")) for name in ("pertama", "kedua")] == [1, 0]
    first = phone.locator("a[data-part=first]").get_attribute("href")
    phone.click("[data-part=editor] button")
    phone.locator("a[data-part=receipt]").wait_for()
    phone.goto(first)
    assert "Versi pertama." in phone.locator("main").inner_text()
    with city_copy.app_context():
        assert [len(comments_like(f"Versi {name}.")) for name in ("pertama", "kedua")] == [1, 1]


def test_removed_page_takes_the_files_with_it_that_no_other_page_needs(phone, open_proposals):
    first, second = open_proposals[:2]
    keep(phone, second)
    files = [path for path in phone.evaluate(CACHED_PATHS) if path.startswith("/static/")]
    request = {"do": "keep", "path": first, "title": "x", "files": [*files, "/robots.txt"]}
    phone.evaluate(ASK_WORKER, request)
    assert {first, second, "/robots.txt"} <= set(phone.evaluate(CACHED_PATHS)) and files
    phone.evaluate(ASK_WORKER, {"do": "discard", "path": first})
    assert sorted(phone.evaluate(CACHED_PATHS)) == sorted([second, *files])
    phone.evaluate(ASK_WORKER, {"do": "discard", "path": second})
    assert phone.evaluate(CACHED_PATHS) == []


def test_signing_out_deletes_what_is_kept_and_what_waits(phone, open_proposals):
    keep(phone, open_proposals[0])
    phone.on("dialog", lambda dialog: dialog.accept())
    with disconnected(phone):
        phone.goto(open_proposals[0])
        post_argument(phone, "Tidak terkirim.")
        phone.goto(open_proposals[0])
        phone.click(".account-menu summary")
        with phone.expect_event("requestfailed", lambda request: request.method == "POST"):
            phone.click("form[data-forget] button")
        phone.wait_for_function("location.protocol === 'chrome-error:'")
        phone.goto("/id/offline")
        phone.locator("[data-part=none]").wait_for()
        assert not phone.locator("[data-outbox-list]").is_visible()


def test_text_of_one_account_is_not_sent_by_another(phone, open_proposals, city_copy, city_url):
    keep(phone, open_proposals[0])
    with disconnected(phone):
        phone.goto(open_proposals[0])
        post_argument(phone, "Milik warga pertama.")
    phone.context.clear_cookies()
    add_session(phone.context, city_copy, city_url, "moderator")
    phone.goto("/id/offline")
    phone.locator("[data-part=none]").wait_for()
    phone.wait_for_selector("[data-outbox-list]", state="hidden")
    with city_copy.app_context():
        assert comments_like("Milik warga pertama.") == []


@contextmanager
def killed_server(port: int, folder: Any) -> Iterator[ForkingServer]:
    """Run a server that the test kills and starts again."""
    server = ForkingServer(port, folder)
    server.start()
    yield server
    server.stop()


def test_server_killed_again_and_again_loses_no_text_and_counts_none_twice(chromium, tmp_path):
    settings = settings_for(free_port(), tmp_path)
    app = create_app(settings)
    migrate_stores(app)
    with app.app_context():
        _cookies, proposal_ids = create_content(app, 1, KILLS)
        token = devices.sign_in(factories.create_resident())
        db.session.remove()
    context = chromium.new_context(base_url=settings.base_url, viewport=PHONE)
    cookie = {"name": "session", "value": lasting_session(app, token), "url": settings.base_url}
    context.add_cookies([cookie])
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    with killed_server(int(settings.base_url.rpartition(":")[2]), tmp_path) as server:
        page.goto("/id/help")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        for n, proposal_id in enumerate(proposal_ids):
            page.goto(f"/id/proposals/{proposal_id}")
            page.check("#comment-form input[value=for]")
            page.fill("#comment-form textarea", f"Alasan {n}.")
            page.click("#comment-form button:not([name])", no_wait_after=True)
            time.sleep(0.2 * n / KILLS)  # each time at another moment of the request
            server.kill()
            page.wait_for_url(lambda url: "/offline" in url or "?at=" in url)
            server.start()
        page.goto("/id/offline")
        page.wait_for_selector("[data-outbox-list] li")
        page.wait_for_selector("[data-send]", state="hidden")
        states = page.locator("[data-part=state]").all_inner_texts()
        receipts = page.locator("a[data-part=receipt]").count()
    context.close()
    with app.app_context():
        counts = db.session.execute(select(Comment.body, func.count()).group_by(Comment.body)).all()
        rows = select(func.count()).where(Interaction.kind == "comment.posted")
        assert db.session.scalar(rows) == KILLS
    assert dict(map(tuple, counts)) == {f"Alasan {n}.": 1 for n in range(KILLS)}
    assert len(states) == receipts > 0
