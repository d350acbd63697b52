"""A message to a device: the service worker shows a notice without text that opens the page."""

import pytest

from tests.live_server import run_server

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const [shown] = await registration.getNotifications();
    if (shown) return [shown.title, shown.body, shown.data, shown.lang];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}"""


@pytest.fixture
def tab(app, chromium):
    with run_server(app) as url:
        context = chromium.new_context(base_url=url, permissions=["notifications"])
        yield context.new_page()
        context.close()


def shown_after_delivery(tab, data):
    """Return what is shown; a message to a worker that just starts is lost by DevTools."""
    for _attempt in range(3):
        deliver(tab, data)
        if shown := tab.evaluate(SHOWN):
            return shown
    raise AssertionError("three messages were delivered and none was shown")


def deliver(tab, data):
    """Deliver a message to the service worker of a page, as a push service does."""
    protocol, found = tab.context.new_cdp_session(tab), {}

    def remember(event):
        found.update({row["scopeURL"]: row["registrationId"] for row in event["registrations"]})

    protocol.on("ServiceWorker.workerRegistrationUpdated", remember)
    protocol.send("ServiceWorker.enable")
    tab.evaluate("async () => { await navigator.serviceWorker.ready; }")
    for _attempt in range(200):
        if found:
            break
        tab.wait_for_timeout(50)
    (scope, registration_id), *_others = found.items()
    message = {"origin": scope.rstrip("/"), "registrationId": registration_id, "data": data}
    protocol.send("ServiceWorker.deliverPushMessage", message)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ('{"path":"/en/responses/2"}', ["There is something new", "/en/responses/2", "en"]),
        (
            '{"path":"https://elsewhere.example/id/"}',
            ["Ada yang baru", "/id/account/messages", "id"],
        ),
        ("garbage", ["Ada yang baru", "/id/account/messages", "id"]),
    ],
)
def test_message_is_shown_without_text_and_opens_pages_of_the_site_alone(app, tab, data, shown):
    tab.goto("/id/offline")
    title, body, path, language = shown_after_delivery(tab, data)
    assert title == app.config["SETTINGS"].brand_name
    assert body.startswith(shown[0]) and [path, language] == shown[1:]
